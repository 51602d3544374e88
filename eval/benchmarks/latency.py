"""Latency of one question at a time over a library of many passages, in process."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from eval.corpora import squad_library
from eval.measures.latency import milliseconds, percentile
from eval.reading import pipeline_over, result, with_answer_settings
from eval.runs import Asker
from rag.data_model.answers import Answer, Question
from rag.models.embedding import Embedder, Progress
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
    with (
        squad_library(
            file, distractors, limit, settings, embedder, cache_dir=cache_dir, progress=progress
        ) as made,
        pipeline_over(made.root, settings, made.embedder) as pipeline,
    ):
        asked = [Question(question=one.question) for one in made.squad.questions[:questions]]
        passages = pipeline.library.counts().passages
        for question in asked[:_WARM_UP]:
            pipeline.ask(question)
        taken = [_clocked(pipeline, question) for question in asked]
    metrics = {
        "p50_ms": percentile(taken, 0.5),
        "p95_ms": percentile(taken, 0.95),
        "peak_memory_mb": peak_memory_mb(),
    }
    return result("latency", file, settings, metrics, questions=len(asked), passages=passages)


def latency_figures(answers: Iterable[Answer]) -> dict[str, float | None]:
    """Percentiles of what answers say they took."""
    taken = [ms for answer in answers if (ms := milliseconds(answer)) is not None]
    return {"p50_ms": percentile(taken, 0.5), "p95_ms": percentile(taken, 0.95)}


def peak_memory_mb() -> float:
    """The most memory that this process ever held, in MiB."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1024**2
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def _clocked(pipeline: Asker, question: Question) -> float:
    start = time.perf_counter()
    pipeline.ask(question)
    return 1000 * (time.perf_counter() - start)
