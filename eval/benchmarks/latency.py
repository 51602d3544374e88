"""Latency of one question at a time over a library of many passages, in process."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from eval.corpora import articles_of_squad, distractors_of, embedder_of, library_of
from eval.measures.latency import milliseconds, percentile
from eval.reading import pipeline_over, with_answer_settings
from eval.runs import Asker
from eval.squad import read_squad
from rag.answers import Answer, Question
from rag.embedding import Embedder, Progress
from rag.settings import Settings

_WARM_UP = 10


def run(
    file: Path,
    distractors: Sequence[Path] | None = None,
    limit: int | None = None,
    *,
    questions: int = 300,
    scorer: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Measure how long `ask` takes, warm, by the clock around it.

    Args:
        file: of SQuAD format; its questions are asked over its passages and the distractors.
        distractors: JSONL files of `id`, `text`.
        limit: how many of the distractors.
        questions: how many questions are asked.
        scorer: the evidence scorer, instead of the one in `settings`.
        settings: of the pipeline.
        progress: called with (articles stored, in all).
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.
    """
    settings = with_answer_settings(settings, scorer=scorer)
    embedder = embedder or embedder_of(settings)
    squad = read_squad(file)
    articles = articles_of_squad(squad) + distractors_of(distractors or (), limit)
    asked = [Question(question=question.question) for question in squad.questions[:questions]]
    with (
        library_of(articles, embedder, settings, cache_dir, progress) as root,
        pipeline_over(root, settings, embedder) as pipeline,
    ):
        passages = pipeline.library.counts().passages
        for question in asked[:_WARM_UP]:
            pipeline.ask(question)
        taken = [_clocked(pipeline, question) for question in asked]
    return {
        "benchmark": "latency",
        "settings": {
            "file": Path(file).name,
            "questions": len(asked),
            "passages": passages,
            "answer": settings.answer.model_dump(mode="json"),
        },
        "metrics": {
            "p50_ms": percentile(taken, 0.5),
            "p95_ms": percentile(taken, 0.95),
            "peak_memory_mb": peak_memory_mb(),
        },
    }


def latency_figures(answers: Iterable[Answer]) -> dict[str, float | None]:
    """Percentiles of what answers say they took."""
    taken = [ms for answer in answers if (ms := milliseconds(answer)) is not None]
    return {"p50_ms": percentile(taken, 0.5), "p95_ms": percentile(taken, 0.95)}


def peak_memory_mb() -> float:
    """The most memory that this process ever held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def _clocked(pipeline: Asker, question: Question) -> float:
    start = time.perf_counter()
    pipeline.ask(question)
    return 1000 * (time.perf_counter() - start)
