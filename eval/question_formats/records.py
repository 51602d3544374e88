"""A question as the contract's JSON record, and as the cells of a table's row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from eval.data_files import jsonl_of
from eval.question_sets import EvalQuestion

COLUMNS = (
    "id",
    "question",
    "history",
    "answerable",
    "answers",
    "forbidden",
    "evidence",
    "type",
    "relevant",
    "filters",
)
_MARKS = "；;\n|"


def record_of(question: EvalQuestion) -> dict[str, Any]:
    """The JSON object of one line; what the set does not say is left out."""
    record: dict[str, Any] = {"id": question.id, "question": question.question}
    if question.history:
        record["history"] = list(question.history)
    if question.answerable is not None:
        record["answerable"] = question.answerable
    if question.answers:
        record["answers"] = [list(group) for group in question.answers]
    if question.forbidden:
        record["forbidden"] = list(question.forbidden)
    if question.evidence:
        record["evidence"] = list(question.evidence)
    if question.type:
        record["type"] = question.type
    if question.relevant:
        record["relevant"] = dict(question.relevant)
    if not question.filters.empty:
        record["filters"] = question.filters.model_dump(mode="json", exclude_defaults=True)
    return {**question.extra, **record}


def jsonl_text(questions: Iterable[EvalQuestion]) -> str:
    """The set as JSONL."""
    return jsonl_of(map(record_of, questions))


def table_rows(questions: Sequence[EvalQuestion]) -> list[list[str]]:
    """A header and a row a question: the contract's columns, then whatever else records hold."""
    records = [record_of(question) for question in questions]
    others = dict.fromkeys(name for record in records for name in record if name not in COLUMNS)
    used = [name for name in COLUMNS if name in COLUMNS[:2] or any(name in r for r in records)]
    header = [*used, *others]
    return [header, *([_cell(name, record.get(name)) for name in header] for record in records)]


def _cell(name: str, value: Any) -> str:
    """A value as people write it in a table; as JSON where that could not be read back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "answers":
        plain = all(map(_plain, (alias for group in value for alias in group)))
        return "；".join("|".join(group) for group in value) if plain else _json(value)
    if name == "evidence":
        plain = all("\n" not in one and _plain(one, "") for one in value)
        return "\n".join(value) if plain else _json(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "；".join(value) if all(map(_plain, value)) else _json(value)
    return value if isinstance(value, str) else _json(value)


def _plain(text: str, marks: str = _MARKS) -> bool:
    return (
        bool(text)
        and text == text.strip()
        and not text.startswith("[")
        and not any(mark in text for mark in marks)
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
