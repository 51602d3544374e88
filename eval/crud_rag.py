"""CRUD-RAG's question answering (Lyu et al., 2024): `questanswer_1doc`, `_2docs`, `_3docs`.

The reference answers there are sentences of a model, seldom verbatim in the news: measure them with
ROUGE-L, not by containment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from rag.errors import DataLineInvalid

NEWS = ("news1", "news2", "news3")
TASKS = ("questanswer_1doc", "questanswer_2docs", "questanswer_3docs")


def is_crud(tree: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether this JSON value is of CRUD-RAG's form."""
    return isinstance(tree, dict) and any(isinstance(tree.get(task), list) for task in TASKS)


def crud_records(tree: Mapping[str, Any], path: Path) -> Iterator[tuple[int, Any]]:
    """Records of a question set, counted over all three tasks; other tasks are no questions.

    Raises:
        DataLineInvalid: a task is no list.
    """
    n = 0
    for task in TASKS:
        items = tree.get(task, [])
        if not isinstance(items, list):
            raise DataLineInvalid(file=path, line=1, reason=f"{task} 应是列表")
        for item in items:
            n += 1
            yield n, _record(item, task) if isinstance(item, dict) else item


def _record(item: dict[str, Any], task: str) -> dict[str, Any]:
    answers = item.get("answers") or []
    return {
        "id": item.get("ID") or item.get("id"),
        "question": _one(item.get("questions")),
        "answers": [[text] for text in ([answers] if isinstance(answers, str) else answers)],
        "evidence": [item[name] for name in NEWS if item.get(name)],
        "type": task,
        **({"event": item["event"]} if item.get("event") else {}),
    }


def _one(value: Any) -> Any:
    """A question that stands alone in a list, without the list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
