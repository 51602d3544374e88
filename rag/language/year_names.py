"""Years and decades, as a text names them: 2023年, 二〇二三年, 23年3月, 去年, 90年代."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.data_model.documents import Span
from rag.language.numerals import RANGE, YEAR_NUMERAL, number_of
from rag.language.series import Qualifier

YEAR, DECADE = "年", "年代"
FIRST_YEAR = 1900
NOW = "现在|目前|如今|眼下|当前"
"""Words for this time, as alternatives of a pattern."""
"""What is less counts years from the article's own."""

_APART = {"前": -2, "去": -1, "上": -1, "今": 0, "本": 0, "明": 1, "后": 2}
_PART = "[上下]半年|全年|第?[一二三四1-4]季度"
_YEARS = re.compile(
    rf"(?<![\d千])(?P<since>{YEAR_NUMERAL})年?{RANGE}(?P<until>{YEAR_NUMERAL})(?=年|\D|$)"
    rf"|(?<![\d千])(?P<year>{YEAR_NUMERAL})(?= ?年(?!代)|{_PART})"
    r"|(?<!\d)(?P<head>(?:19|20)\d\d)(?=[-/.](?:1[0-2]|0?[1-9])[-/.]\d)"
    rf"|(?<!\d)(?P<dated>\d\d)(?=年(?:[初底末]|{_PART}|(?:1[0-2]|0?[1-9])月|[春夏秋冬]))"
    r"|(?:(?<![^,，。;；:：、(])|(?<=[在于自从]))"
    r"(?P<short>[1-46-9][1-46-9]|25)(?=年(?![来间前后的内里多余以之过如一新最]))"
    r"|(?P<word>[前去上今本明后])年(?!轻|龄|级|来)|(?P<past>过去的?一)年(?![多半来])"
)
"""Two digits are a year where a part of it follows, or where a clause begins, unless round: 15年,
20年 are rather lengths of time. A line's own date, 2023-07-28, stands for that year and the one
before, as an article's does."""
_HONOUR = re.compile(
    r" ?年[^,，。;；]{0,14}?(?:[冠亚]军|(?<![春夏秋冬一二三四])季军(?![民训事])|得主|获得者|获奖者)"
    r"(?=[\u4e00-\u9fff])(?![是为由的归在及和与有就人数达共已将名多几])"
)
"""A year that tells who somebody is, not when something was: `2021年女单冠军某某退赛`."""
_DECADE = re.compile(r"(?<!\d)(?:(?:19|20)(?=\d0年代))?(?P<tens>\d0|[一二三四五六七八九]十)年代")
_COMPARED = ("比", "较", "同", "与", "跟")


def years_in(text: str) -> Iterator[tuple[Span, Qualifier]]:
    """The years and decades that a folded text names, each with where it stands."""
    yield from _years(text)
    for match in _DECADE.finditer(text):
        tens = number_of(match["tens"])
        if tens is not None:
            yield Span(*match.span()), Qualifier(DECADE, frozenset((tens,)), match.group())


def _years(text: str) -> Iterator[tuple[Span, Qualifier]]:
    for match in _YEARS.finditer(text):
        if _HONOUR.match(text, match.end()):
            continue
        written = match.group().removesuffix(YEAR) + YEAR
        compared = text.endswith(_COMPARED, 0, match.start())
        yield Span(*match.span()), Qualifier(YEAR, _values_of(match), written, compared)


def _values_of(match: re.Match[str]) -> frozenset[int]:
    if match["past"]:
        return frozenset((_APART["去"],))
    if match["word"]:
        return frozenset((_APART[match["word"]],))
    if short := match["dated"] or match["short"]:
        return frozenset((int(short) + (2000 if short < "50" else 1900),))
    if match["head"]:
        return frozenset((int(match["head"]) - 1, int(match["head"])))
    if match["since"]:
        since, until = number_of(match["since"]) or 0, number_of(match["until"]) or 0
        return frozenset(range(since, until + 1))
    return frozenset((number_of(match["year"]) or 0,))
