"""A report's questions as rows of data, the failures first: what is filtered and opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.diagnosis import STAGES, Loss, Spot
from eval.judging import Judged
from eval.report_files import verdict

_QUOTES = 8
_TITLE = 40
"""Characters of a title."""


@dataclass(frozen=True, slots=True)
class Room:
    """Characters that texts may take.

    Attributes:
        asked: a question or a gold answer.
        wrong, right: a quote, of a wrong answer and of a right one; 0: no quotes.
    """

    asked: int
    wrong: int
    right: int


def data_rows(
    judged: Sequence[Judged], losses: Mapping[str, Loss], faults: Mapping[str, str], room: Room
) -> list[dict[str, Any]]:
    """A row a question: by `Judged.place`, and in the order of the set."""
    ordered = sorted(judged, key=lambda one: one.place)
    return [_row(one, losses.get(one.question.id), faults, room) for one in ordered]


def _row(one: Judged, loss: Loss | None, faults: Mapping[str, str], room: Room) -> dict[str, Any]:
    question, answer = one.question, one.answer
    length = room.wrong if one.fault else room.right
    row: dict[str, Any] = {
        "id": question.id,
        "question": _cut(question.question, room.asked),
        "history": [_cut(asked, room.asked) for asked in question.history[:_QUOTES]],
        "type": question.type,
        "style": question.style,
        "fault": faults[one.fault] if one.fault else "",
        "verdict": verdict(one, faults),
        "stage": STAGES[loss.stage] if loss else "",
        "rule": loss.rule if loss else "",
        "gold": _cut(_gold(one), room.asked),
        "evidence": [_cut(text, length) for text in question.evidence[: _QUOTES if length else 0]],
        "short": _cut(answer.short_answer or "", room.asked) if answer else "",
        "said": answer.refusal.message if answer and answer.refusal else "",
        "confidence": answer.confidence if answer else None,
        "citations": _citations(one, length),
        "should": _spot(loss.gold, length) if loss else None,
        "did": _spot(loss.chosen, length) if loss else None,
    }
    return {name: value for name, value in row.items() if value not in ("", [], None)} | {
        "fault": row["fault"]
    }


def _gold(one: Judged) -> str:
    if one.question.answerable is False:
        return "应当拒答"
    return "；".join(" / ".join(group[:4]) for group in one.question.answers)


def _citations(one: Judged, length: int) -> list[str]:
    answer = one.answer
    if answer is None or not length:
        return []
    shown = answer.refusal.nearest if answer.refusal else answer.citations
    if answer.refusal and not one.fault:
        return []
    return [
        f"{_titled(c.title)}第{c.paragraph}段　{_cut(c.quote, length)}" for c in shown[:_QUOTES]
    ]


def _spot(spot: Spot | None, length: int) -> str:
    if spot is None or not length:
        return ""
    chance = "没有读到" if spot.probability is None else f"把握 {spot.probability:.1%}"
    rank = f"，检索第 {spot.rank} 位" if spot.rank else ""
    place = f"{_titled(spot.title)}第{spot.paragraph}段"
    return f"{place}（{chance}{rank}）　{_cut(spot.text, length)}"


def _titled(title: str) -> str:
    return f"《{_cut(title, _TITLE)}》" if title else ""


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}……"
