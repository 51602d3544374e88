"""Parts of the year, as a text names them: 3月5日, 四月, 上半年, 前三季度, 上月.

A part of the year is the days that it covers, so that March lies in the first quarter, and apart
from April: 312 stands for the 12th of March, and every month has 31 days.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from rag.data_model.documents import Span
from rag.language.numerals import DIGITS, ONES, RANGE, number_of
from rag.language.series import Qualifier

DAYS = "日期"
FIRST_DAY = 100
"""What is less counts months from the article's own."""

_ONES = f"[{ONES}]"
_MONTH = rf"(?:1[0-2]|0?[1-9]|十[一二]?|{_ONES})"
_ALONE = rf"(?<![\d.第个几数近历约每过满前〇{DIGITS}十百])"
"""Not within a longer number, nor after what makes it a count of months."""
_DAY = rf"(?:3[01]|[12]\d|0?[1-9]|[二三]?十{_ONES}?|廿{_ONES}?|{_ONES})"
_QUARTER = rf"(?<![\d.几〇{DIGITS}十])[1-4一二三四]"
_NO_TIME = "(?![龄票饼嫂刊球内余亮])"
_HALVES = {"上": (1, 6), "下": (7, 12)}
_MONTH_APART = {"上": -1, "本": 0, "这": 0, "下": 1}


def without_parts(text: str) -> str:
    """A folded text of the same length, in which no part of a year can be read any more."""
    for pattern, _, _ in _PARTS:
        text = pattern.sub(lambda match: "\0" * len(match.group()), text)
    return text


def parts_in(text: str) -> Iterator[tuple[Span, Qualifier]]:
    """The parts of the year that a folded text names, each with where it stands."""
    for pattern, days_of, whole in _PARTS:  # each reads only what those before it have left
        for match in pattern.finditer(text):
            days = days_of(match)
            compared = text.endswith(("比", "较"), 0, match.start())
            if days:
                named = Qualifier(DAYS, days, match.group(), compared, whole)
                yield Span(*match.span()), named
        text = pattern.sub(lambda match: "\0" * len(match.group()), text)


@lru_cache(maxsize=1024)
def _days(first: int, last: int) -> frozenset[int]:
    """Days from `first` to `last`; none where these are no days of a year."""
    every = (month * 100 + day for month in range(1, 13) for day in range(1, 32))
    return frozenset(day for day in every if first <= day <= last)


def months(first: int, last: int) -> frozenset[int]:
    """The days of the months from `first` to `last`."""
    return _days(first * 100, last * 100 + 31)


def _number(numeral: str) -> int:
    return number_of(numeral.replace("廿", "二十")) or 0


def _from_day_to_day(match: re.Match[str]) -> frozenset[int]:
    month, day, until_month, until_day = match.group("m", "d", "until_m", "until_d")
    first = _number(month) * 100 + _number(day)
    return _days(first, _number(until_month or month) * 100 + _number(until_day))


def _day(match: re.Match[str]) -> frozenset[int]:
    day = _number(match["m"]) * 100 + _number(match["d"])
    return _days(day, day)


def _month_list(match: re.Match[str]) -> frozenset[int]:
    """`3月至5月`, `3、4月`, `3月`, `3月上旬`."""
    days = frozenset[int]()
    for part in re.split("[、和及与]", re.sub("月份?", "", match["months"])):
        first, *_, last = (_number(n) for n in [*re.split(RANGE, part), re.split(RANGE, part)[-1]])
        days |= months(first, last)
    third = match["third"]
    if not third:
        return days
    first = 1 + 10 * "上中下".index(third)
    return frozenset(
        day for day in days if first <= day % 100 < first + (11 if third == "下" else 10)
    )


def _quarters(match: re.Match[str]) -> frozenset[int]:
    days = frozenset[int]()
    for part in re.split("[、和及与]", re.sub("第|个|季度?", "", match["quarters"])):
        ends = [_number(numeral) for numeral in re.split(RANGE, part)]
        days |= months(3 * ends[0] - 2, 3 * ends[-1])
    return days


def _first_months(match: re.Match[str]) -> frozenset[int]:
    each = 3 if match["unit"] == "季" else 1
    return months(1, each * (2 if match["n"] == "两" else _number(match["n"])))


def _half(match: re.Match[str]) -> frozenset[int]:
    return months(*_HALVES[match["half"] or "上"])


def _all(_: re.Match[str]) -> frozenset[int]:
    return months(1, 12)


def _relative_month(match: re.Match[str]) -> frozenset[int]:
    return frozenset((_MONTH_APART[match["which"]],))


_PARTS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], frozenset[int]], bool], ...] = (
    (
        re.compile(
            rf"{_ALONE}(?P<m>{_MONTH})月(?P<d>{_DAY})[日号]?{RANGE}"
            rf"(?:(?P<until_m>{_MONTH})月)?(?P<until_d>{_DAY})[日号]"
        ),
        _from_day_to_day,
        False,
    ),
    (
        re.compile(rf"{_ALONE}(?P<m>{_MONTH})月(?P<d>{_DAY})[日号]"),
        _day,
        False,
    ),
    (
        re.compile(r"[前头](?P<n>\d{1,2}|[一二两三四五六七八九十]{1,2})个?(?P<unit>季|月)度?"),
        _first_months,
        True,
    ),
    (
        re.compile(
            rf"{_ALONE}(?P<months>{_MONTH}(?:(?:月份?)?(?:{RANGE}|[、和及与]){_MONTH}){{0,11}}月份?)"
            rf"{_NO_TIME}(?:(?P<third>[上中下])旬)?"
        ),
        _month_list,
        False,
    ),
    (
        re.compile(
            rf"第?(?P<quarters>{_QUARTER}(?:个?(?:季度?)?(?:{RANGE}|[、和及与])第?[1-4一二三四]){{0,3}}个?季度)"
        ),
        _quarters,
        True,
    ),
    (re.compile("(?P<half>[上下])半年度?|半年[报度]|中报"), _half, True),
    (re.compile("全年度?|(?<![几数多一二两三四五六七八九十半\\d])整年"), _all, True),
    (re.compile("(?P<which>[上本这下])个?月(?!台|球|亮)"), _relative_month, False),
)
"""Pattern, the days that a match covers, and whether these are a sum of parts."""
