"""Cells that are a range, and the numbers of a question that lie in one: 84岁 in 80—89周岁."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.language.numerals import scaled

_NUMBER = r"(\d{1,9}(?:,\d{3})*(?:\.\d{1,4})?)\s?([千万亿]{0,2})"
_UNIT = (
    "(周岁|岁|元|块钱|块|公里|千米|米|公斤|千克|吨|平方米|平米"
    "|个月|月|年|天|日|小时|分钟|人|度|%|分)?"
)
_ONE = _NUMBER + _UNIT
_BETWEEN = re.compile(rf"{_ONE}\s*(?:-|–|—|~|至|到)+\s*{_ONE}")
_FULL = re.compile(rf"满{_ONE}[,、]?\s*(?:且|但|并)?(?:不满|未满|不足){_ONE}")
_OVER = re.compile(
    rf"{_ONE}(?:\(不?含\))?(?:及|或|\(含\))?以上|(?:超过|大于|高于|年满|满){_ONE}(?!\d)"
)
_UNDER = re.compile(
    rf"{_ONE}(?:\(不?含\))?(?:及|或)?(?:以下|以内)|(?:不满|未满|不足|不超过|低于){_ONE}"
)
_ASKED = re.compile(_ONE + r"(?![\d.])")
_LEFT_OUT = re.compile("[不未]满|不足|低于|不含")
_LONGEST_NAME = 24
"""Characters of a cell that names its row by a range."""
_SAME = {"周岁": "岁", "块": "元", "块钱": "元", "千米": "公里", "公斤": "千克", "平米": "平方米"}
_SAME |= {"月": "个月", "日": "天"}
_LEAST_ROWS = 2
_ALL = float("inf")


class Range(NamedTuple):
    """From `low` to `high` of a unit; `closed`: its upper end is said to belong to it."""

    low: float
    high: float
    unit: str
    closed: bool

    def holds(self, value: float) -> bool:
        """Whether a number lies in it, its ends included unless they are said to be left out."""
        return self.low <= value < self.high or (value == self.high and self.closed)


class Asked(NamedTuple):
    """A number of a question, where it stands, and its unit."""

    start: int
    end: int
    value: float
    unit: str


def range_of(value: str) -> Range | None:
    """What a folded cell names, if that is a range."""
    if len(value) > _LONGEST_NAME:
        return None
    for pattern in (_FULL, _BETWEEN):
        if match := pattern.search(value):
            return _between(match, closed=pattern is _BETWEEN)
    if match := _OVER.search(value) or _UNDER.search(value):
        number, scale, unit = match.groups()[:3] if match[1] else match.groups()[3:]
        end = _value(number, scale)
        open_end = match.re is _UNDER and _LEFT_OUT.search(value) is not None
        ends = (end, _ALL) if match.re is _OVER else (0.0, end)
        return Range(*ends, _same(unit), closed=not open_end) if unit else None
    return None


def _between(match: re.Match[str], *, closed: bool) -> Range | None:
    low, low_scale, low_unit, high, high_scale, high_unit = match.groups()
    unit = high_unit or low_unit
    if not unit or (low_unit and high_unit and _same(low_unit) != _same(high_unit)):
        return None
    scale = low_scale or ("" if low_unit else high_scale)
    ends = _value(low, scale), _value(high, high_scale)
    return Range(*ends, _same(unit), closed=closed) if ends[0] < ends[1] else None


def asked_numbers(searched: str) -> Iterator[Asked]:
    """The numbers with a unit that a folded question names."""
    for match in _ASKED.finditer(searched):
        number, scale, unit = match.groups()
        if unit or scale:  # 汇20万 is money, which tells no unit
            value = _value(number, scale)
            yield Asked(match.start(), match.end(), value, _same(unit or "元"))


def held_by(asked: Asked, ranges: Sequence[tuple[int, Range]]) -> list[int]:
    """Of rows with their ranges, those in which a number lies; of two that meet there, the lower.

    Nothing where fewer than two rows have a range of its unit: then a range is no row's name.
    """
    alike = [(n, held) for n, held in ranges if held.unit == asked.unit]
    if len(alike) < _LEAST_ROWS:
        return []
    found = [(n, held) for n, held in alike if held.holds(asked.value)]
    ending = [n for n, held in found if held.high == asked.value]
    return ending or [n for n, _ in found]


def is_outside(asked: Asked, ranges: Sequence[tuple[int, Range]], count: int) -> bool:
    """Whether most of `count` rows are named by ranges of its unit, and a number lies in none."""
    alike = [held for _, held in ranges if held.unit == asked.unit]
    if len(alike) < _LEAST_ROWS or 2 * len(alike) <= count:
        return False
    return not any(held.holds(asked.value) for held in alike)


def _value(number: str, scale: str) -> float:
    return scaled(float(number.replace(",", "")), scale)


def _same(unit: str) -> str:
    return _SAME.get(unit, unit)
