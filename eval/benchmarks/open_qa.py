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
from eval.corpora import library_without, random_half, squad_library
from eval.judging import Judged, judge, quoted_text
from eval.measures.accuracy import ACCURACY
from eval.measures.correct import CORRECT
from eval.measures.refusal import BALANCED_ACCURACY, REFUSAL_PRECISION, REFUSAL_RECALL
from eval.question_sets import EvalQuestion, load_questions
from eval.reading import counted, figures, mean, pipeline_over, result, with_answer_settings
from eval.runs import Asker
from rag.data_model.answers import Answer
from rag.models.embedding import Embedder, Progress
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
        questions: about so many, evenly taken.
        scorer: the evidence scorer, instead of the one in `settings`.
        settings: of the pipeline.
        progress: called with (articles stored, in all), then with (questions done, in all).
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.
    """
    settings = with_answer_settings(settings, scorer=scorer)
    with squad_library(
        file, distractors, limit, settings, embedder, cache_dir=cache_dir, progress=progress
    ) as made:
        removed = random_half([p.id for p in made.squad.passages]) if remove_half else frozenset()
        asked = asked_over(file, questions, removed)
        with (
            library_without(made.root, removed, made.embedder) as root,
            pipeline_over(root, settings, made.embedder) as pipeline,
        ):
            answers = answers_of(pipeline, asked, progress)
    return result(
        "open_qa",
        file,
        settings,
        _metrics(asked, answers, settings.answer.max_quote),
        questions=len(asked),
        documents=made.documents - len(removed),
        removed=len(removed),
        model=made.embedder.fingerprint,
    )


def _metrics(
    asked: Sequence[EvalQuestion], answers: Sequence[Answer], max_quote: int
) -> dict[str, Any]:
    judged = [judge(q, a) for q, a in zip(asked, answers, strict=True)]
    return {
        **figures(judged, ACCURACY, CORRECT, BALANCED_ACCURACY, REFUSAL_PRECISION, REFUSAL_RECALL),
        "accuracy_within_limit": mean(
            bool(one.contained) and len(quoted_text(answer)) <= max_quote
            for one, answer in zip(judged, answers, strict=True)
            if one.question.answerable
        ),
        "doc@1": mean(_first_is_right(one) for one in judged if one.question.answerable),
        **latency_figures(answers),
    }


def asked_over(file: Path, count: int | None, removed: Collection[str]) -> list[EvalQuestion]:
    """About `count` of a file's questions; those of a removed passage are without an answer."""
    return [asked_without(q, removed) for q in evenly(load_questions(file).questions, count)]


def evenly(questions: Sequence[EvalQuestion], count: int | None) -> Sequence[EvalQuestion]:
    """About `count` of the questions, evenly taken; all if None."""
    return questions[:: max(1, len(questions) // count)] if count else questions


def asked_without(question: EvalQuestion, removed: Collection[str]) -> EvalQuestion:
    """The question, unanswerable if its passage was removed."""
    if question.extra["passage"] in removed:
        return replace(question, answerable=False, answers=())
    return question


def answers_of(
    asker: Asker, asked: Sequence[EvalQuestion], progress: Progress | None
) -> list[Answer]:
    """The answers, in order."""
    return [asker.ask(question.to_question()) for question in counted(asked, progress)]


def _first_is_right(one: Judged) -> bool:
    """Whether the first passage shown, cited or nearest, is of the question's document."""
    answer = one.answer
    if answer is None:
        return False
    shown = answer.refusal.nearest if answer.refusal else answer.citations
    return bool(shown) and shown[0].article_id == one.question.extra["passage"]
