"""CRUD-RAG's JSON (Lyu et al., 2024); see `eval.crud_rag`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eval.crud_rag import NEWS, TASKS
from eval.question_formats.loss import Losses
from eval.question_sets import EvalQuestion


def crud_text(questions: Sequence[EvalQuestion], losses: Losses) -> str:
    """The set as CRUD-RAG's JSON: a question goes to the task of as many documents as it has."""
    tasks: dict[str, list[dict[str, Any]]] = {task: [] for task in TASKS}
    for question in questions:
        losses.note("history", bool(question.history))
        losses.note("forbidden", bool(question.forbidden))
        losses.note("filters", not question.filters.empty)
        losses.note("answerable", question.answerable is False)
        losses.note("evidence", len(question.evidence) > len(NEWS))
        texts = question.evidence[: len(NEWS)]
        task = TASKS[max(len(texts), 1) - 1]
        tasks[task].append(
            {
                "ID": question.id,
                "event": str(question.extra.get("event", "")),
                **dict(zip(NEWS, texts, strict=False)),
                "questions": question.question,
                "answers": "；".join(group[0] for group in question.answers),
            }
        )
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"
