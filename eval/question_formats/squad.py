"""SQuAD's JSON (Rajpurkar et al., 2018, version 2.0), with ExpMRC's `evidences`.

A question's context is its evidence; every alias that stands in it becomes an answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eval.question_formats.loss import Losses
from eval.question_sets import EvalQuestion


def squad_text(questions: Sequence[EvalQuestion], losses: Losses) -> str:
    """The set as SQuAD-format JSON."""
    contexts: dict[str, list[dict[str, Any]]] = {}
    for question in questions:
        context = "\n".join(question.evidence)
        contexts.setdefault(context, []).append(_asked(question, context, losses))
    paragraphs = [
        {"id": f"P{n}", "context": context, "qas": asked}
        for n, (context, asked) in enumerate(contexts.items(), start=1)
    ]
    tree = {"version": "v2.0", "data": [{"title": "", "paragraphs": paragraphs}]}
    return json.dumps(tree, ensure_ascii=False, indent=1) + "\n"


def _asked(question: EvalQuestion, context: str, losses: Losses) -> dict[str, Any]:
    losses.note("history", bool(question.history))
    losses.note("forbidden", bool(question.forbidden))
    losses.note("filters", not question.filters.empty)
    losses.note("type", bool(question.type))
    losses.note("groups", len(question.answers) > 1)
    losses.note("relevant", bool(question.relevant))
    aliases = question.answers[0] if question.answers else ()
    losses.note("unplaced", any(alias not in context for alias in aliases))
    return {
        "id": question.id,
        "question": question.question,
        "answers": [{"text": alias, "answer_start": context.find(alias)} for alias in aliases],
        "evidences": list(question.evidence),
        "is_impossible": question.answerable is False,
    }
