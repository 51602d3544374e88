"""The years, parts of the year and members of series that a text names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from rag.data_model.documents import Span
from rag.language.series import Qualifier, members_in
from rag.language.year_names import years_in
from rag.language.year_parts import DAYS, parts_in, without_parts

_SINCE = re.compile(
    r" ?年?(?:(?:1[0-2]|0?[1-9])月)?(?:\d{1,2}[日号])?[份初底末]?(?:以来|[之以]?后(?:再次|首次|又))"
)
_LAST_TIME = re.compile(r"上一?次[还是在]{0,4}[\d年月 ]{0,12}$")
_LAST_TIME_LONGEST = 19
_REPORTED = re.compile(
    r"[上下]?[午晚]?[,，]?(?:电|讯|本报|记者|据|[^,，。;；]{0,14}"
    r"(?:获悉|了解|透露|介绍|表示|宣布|公布|发布|通报|公告|披露|报道))"
)
"""After a day: it is the one on which something is told, not the one on which it happened."""


@lru_cache(maxsize=4096)
def qualifiers_in(text: str) -> tuple[Qualifier, ...]:
    """The years, parts of the year and members of series that a folded text names, in order."""
    times = sorted((*years_in(text), *parts_in(text)), key=lambda pair: pair[0])
    enclosed = _enclosed(text, [span.start for span, _ in times])
    marked = (
        (span, replace(named, beside=bracketed or _is_beside(named, text, span)))
        for (span, named), bracketed in zip(times, enclosed, strict=True)
    )
    found = [*marked, *members_in(without_parts(text))]
    return tuple(named for _, named in sorted(found, key=lambda pair: pair[0]))


def _is_beside(named: Qualifier, text: str, span: Span) -> bool:
    """Whether a time is only a mark: since when, last when, or when it was told."""
    before = text[max(0, span.start - _LAST_TIME_LONGEST) : span.start]
    if _SINCE.match(text, span.end) or _LAST_TIME.search(before):
        return True
    is_day = named.kind == DAYS and len(named.values) == 1
    return is_day and _REPORTED.match(text, span.end) is not None


def _enclosed(text: str, places: Sequence[int]) -> Iterator[bool]:
    """For each of some places, in order, whether a bracket is open there."""
    open_, at = 0, 0
    for place in places:
        open_ += text.count("(", at, place) - text.count(")", at, place)
        at = place
        yield open_ > 0
