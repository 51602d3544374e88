"""RGB's JSONL (Chen et al., 2024): a query, its answers, passages that hold them and others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from eval.data_files import jsonl_of
from eval.question_formats.loss import Losses
from eval.question_sets import EvalQuestion


def rgb_text(questions: Sequence[EvalQuestion], losses: Losses) -> str:
    """The set as RGB's JSONL; a list of one alias is written as that alias."""
    return jsonl_of(_record(question, losses) for question in questions)


def with_positives_as_evidence(question: EvalQuestion) -> EvalQuestion:
    """A question read from RGB's form, with its positive passages as evidence."""
    positive = question.extra.get("positive")
    if question.evidence or not isinstance(positive, list):
        return question
    flat = [text for one in positive for text in (one if isinstance(one, list) else [one])]
    return replace(question, evidence=tuple(text for text in flat if isinstance(text, str)))


def _record(question: EvalQuestion, losses: Losses) -> dict[str, Any]:
    losses.note("history", bool(question.history))
    losses.note("forbidden", bool(question.forbidden))
    losses.note("filters", not question.filters.empty)
    losses.note("type", bool(question.type))
    losses.note("relevant", bool(question.relevant))
    losses.note("answerable", question.answerable is False)
    return {
        "id": question.id,
        "query": question.question,
        "answer": [group[0] if len(group) == 1 else list(group) for group in question.answers],
        "positive": list(question.extra.get("positive", question.evidence)),
        "negative": list(question.extra.get("negative", ())),
    }
