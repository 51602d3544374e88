"""What pydantic finds wrong with settings, in Chinese, by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rag.settings.catalogue import advice, catalogue

_MOST = 3
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a key; `words` begin with it."""

    key: str
    about: str

    @property
    def words(self) -> str:
        """`answer.threshold：7 不行，应是 0 到 1 的数`."""
        return f"{self.key}：{self.about}"


def complaints(error: ValidationError, section: str = "") -> list[Complaint]:
    """The first few things that are wrong, one a key; of a section alone where one is named."""
    found: dict[str, Complaint] = {}
    for detail in error.errors():
        complaint = _complaint(detail, section)
        found.setdefault(complaint.key, complaint)
    return list(found.values())[:_MOST]


def _complaint(detail: ErrorDetails, section: str) -> Complaint:
    place = [str(part) for part in (*filter(None, [section]), *detail["loc"])]
    key = next(
        (known for n in range(len(place), 0, -1) if (known := ".".join(place[:n])) in catalogue()),
        ".".join(place),
    )
    if detail["type"] == "extra_forbidden":
        return Complaint(key, f"没有这一项设置，{advice(key).rstrip('。')}")
    if detail["type"] == "value_error":
        return Complaint(key, str(detail.get("ctx", {}).get("error", "不合要求")))
    if key not in catalogue():
        return Complaint(key, "这是一组设置，不是一个值")
    return Complaint(key, misfit(key, detail["input"]))


def misfit(key: str, given: Any) -> str:
    """Why a value will not do: `7 不行，应是 0 到 1 的数`."""
    one = catalogue()[key]
    value = "这个值" if one.secret or given is None else str(given)
    if len(value) > _LONGEST:
        value = f"{value[:_LONGEST]}……"
    shown = "空的" if value == "" else value
    return f"{shown} 不行，应是{' ' if one.range[0].isascii() else ''}{one.range}"
