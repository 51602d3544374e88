"""Figures and dates of an English question as Chinese articles write them.

`210 million` is 2.1亿, `6 percent` 6%, `May 4` 5月4日, `4,316` 4316. Articles are searched for the
digits alone: what follows them is often one word with what is counted (亿元).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from rag.language.cldr import months
from rag.question.english import Meant

_IN_GROUPS = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_FIGURE = rf"(?<![0-9.,])(?:{_IN_GROUPS}|[0-9]+(?:\.[0-9]+)?)"
_SCALED = re.compile(
    rf"(?P<figure>{_FIGURE})[ -](?P<scale>thousand|million|billion|trillion)\b", re.IGNORECASE
)
_SHARE = re.compile(rf"(?P<figure>{_FIGURE}) ?(?:percent|per cent)\b", re.IGNORECASE)
_GROUPED = re.compile(rf"(?<![0-9.,]){_IN_GROUPS}")
_ORDINAL = re.compile(r"(?<![0-9.,])\b(?P<figure>[0-9]{1,9})(?:st|nd|rd|th)\b", re.IGNORECASE)
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?(?![0-9]|[,.][0-9])"
_DATE = r"\b(?:(?P<before>{day}) )?(?P<month>{months})\b\.?(?: (?P<after>{day}))?"
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_WAN, _YI = 4, 8
_YEAR = re.compile(r",? [0-9]{4}\b")
_OF_A_MONTH = re.compile(
    r"(?<![^\W_])(?:in|since|of|by|from|until|during|last|this|next|mid|early|late)[ -]$",
    re.IGNORECASE,
)

_LONGEST_BEFORE = len(" during ")


def figures_in(typed: str) -> Iterator[Meant]:
    """The figures and dates that are written otherwise in Chinese."""
    for match in _SCALED.finditer(typed):
        yield _meant(match, *_scaled(_number(match["figure"]), match["scale"].lower()))
    for match in _SHARE.finditer(typed):
        yield _meant(match, f"{match['figure'].replace(',', '')}%")
    for match in _GROUPED.finditer(typed):
        yield _meant(match, match[0].replace(",", ""))
    for match in _ORDINAL.finditer(typed):
        yield _meant(match, match["figure"])
    for match in _dated().finditer(typed):
        day = match["before"] or match["after"]
        before = typed[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
        # `may` and `march` are verbs as well
        if day or _YEAR.match(typed, match.end()) or _OF_A_MONTH.search(before):
            month = f"{months()[match['month'].lower()]}月"
            yield _meant(match, f"{month}{_number(day)}日" if day else month)


@cache
def _dated() -> re.Pattern[str]:
    """A month with or without a day before or after it."""
    names = "|".join(sorted(months(), key=len, reverse=True))
    return re.compile(_DATE.format(day=_DAY, months=names), re.IGNORECASE)


def _meant(match: re.Match[str], *words: str) -> Meant:
    return Meant(match.start(), match.end(), words, "figure")


def _number(figure: str) -> Decimal:
    return Decimal(re.sub("[^0-9.]", "", figure))


def _scaled(number: Decimal, scale: str) -> Iterator[str]:
    """The digits before 万 or 亿, and the whole number where it is short enough to be written."""
    whole = number * 10 ** _SCALES[scale]
    unit = _YI if whole >= 10**_YI else _WAN
    written = [whole / 10**unit]
    if whole >= 10 ** (_WAN + _YI):
        written.append(whole / 10 ** (_WAN + _YI))
    if whole < 10**6:
        written.append(whole)
    return iter(dict.fromkeys(f"{digits.normalize():f}" for digits in written))
