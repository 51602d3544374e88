"""Open question answering: every question of a SQuAD-format file over all its passages.

With distractors beside them and, if asked, half of the passages taken out: the right answer to a
question whose passage is gone is a refusal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.benchmarks.latency import latency_figures
from eval.corpora import (
    articles_of_squad,
    distractors_of,
    embedder_of,
    library_of,
    library_without,
    random_half,
)
from eval.judging import Judged, judge
from eval.measures.accuracy import ACCURACY
from eval.measures.correct import CORRECT
from eval.measures.refusal import BALANCED_ACCURACY, REFUSAL_PRECISION, REFUSAL_RECALL
from eval.question_sets import EvalQuestion, load_questions
from eval.reading import figures, mean, pipeline_over, with_answer_settings
from eval.runs import Asker
from eval.squad import read_squad
from rag.answers import Answer
from rag.embedding import Embedder, Progress
from rag.settings import Settings


def run(
    file: Path,
    distractors: Sequence[Path] | None = None,
    limit: int | None = None,
    *,
    remove_half: bool = False,
    questions: int | None = None,
    scorer: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Measure accuracy, and with `remove_half` the balance of answers and refusals.

    Args:
        file: of SQuAD format.
        distractors: JSONL files of `id`, `text`.
        limit: how many of the distractors.
        remove_half: take half of the passages out, the same half every time.
        questions: the first questions only.
        scorer: the evidence scorer, instead of the one in `settings`.
        settings: of the pipeline.
        progress: called with (articles stored, in all), then with (questions done, in all).
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.
    """
    settings = with_answer_settings(settings, scorer=scorer)
    squad = read_squad(file)
    articles = articles_of_squad(squad) + distractors_of(distractors or (), limit)
    removed = random_half([p.id for p in squad.passages]) if remove_half else frozenset()
    asked = [_asked(q, removed) for q in load_questions(file).questions[:questions]]
    embedder = embedder or embedder_of(settings)
    with (
        library_of(articles, embedder, settings, cache_dir, progress) as whole,
        library_without(whole, removed, embedder) as root,
        pipeline_over(root, settings, embedder) as pipeline,
    ):
        answers = _answers(pipeline, asked, progress)
    judged = [judge(q, a) for q, a in zip(asked, answers, strict=True)]
    return {
        "benchmark": "open_qa",
        "settings": {
            "file": Path(file).name,
            "questions": len(asked),
            "documents": len(articles) - len(removed),
            "removed": len(removed),
            "answer": settings.answer.model_dump(mode="json"),
            "model": embedder.fingerprint,
        },
        "metrics": {
            **figures(
                judged, ACCURACY, CORRECT, BALANCED_ACCURACY, REFUSAL_PRECISION, REFUSAL_RECALL
            ),
            "doc@1": mean(_first_is_right(one) for one in judged if one.question.answerable),
            **latency_figures(answers),
        },
    }


def _asked(question: EvalQuestion, removed: Collection[str]) -> EvalQuestion:
    if question.extra["passage"] in removed:
        return replace(question, answerable=False, answers=())
    return question


def _answers(
    asker: Asker, asked: Sequence[EvalQuestion], progress: Progress | None
) -> list[Answer]:
    answers = []
    for done, question in enumerate(asked, start=1):
        answers.append(asker.ask(question.to_question()))
        if progress:
            progress(done, len(asked))
    return answers


def _first_is_right(one: Judged) -> bool:
    """Whether the first passage shown, cited or nearest, is of the question's document."""
    answer = one.answer
    if answer is None:
        return False
    shown = answer.refusal.nearest if answer.refusal else answer.citations
    return bool(shown) and shown[0].article_id == one.question.extra["passage"]
