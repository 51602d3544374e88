"""Members of a series, as a text names them: 四车间, 第三届, 甲组, B区, 北岸, 周三, 初二.

Which words make a series is data: `data/series.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rag.data_model.documents import Span
from rag.language.numerals import NUMERAL, RANGE, number_of

_DATA = Path(__file__).parents[1] / "data" / "series.toml"
_HAN = "[\u4e00-\u9fff]"
_BETWEEN = re.compile(RANGE)
_NEXT = rf"(?:{RANGE}|[、,和及与])第?{NUMERAL}"
_NUMBERS = rf"{NUMERAL}(?:{_NEXT}){{0,12}}(?!{_NEXT})"
"""A list of numbers, or the last of a longer one, so that none is read from each of its numbers."""
_COUNTED = re.compile(
    rf"(?![的是怎规在有和与内所为对及中也都就可要会能将被把由向从到多几什哪谁如]){_HAN}"
)
"""How what a measure word counts begins: no word that binds or asks."""
_NO_NAME_AFTER = r"第\d.月几百千万亿两数下上这那某同任另零〇○一二三四五六七八九十a-z"
"""What makes a number a part of a longer one, a count, or no name: 下一期."""
_LETTERED, _STEMMED = "/字母", "/天干"
_COMPARED = ("比", "较")
_NAME_BEGINS = re.compile(rf"(?:^|[^\w]|{_HAN}[、和与及的在]|[级部司局厂院校县区镇乡市省])$")
_LONGEST = 60
"""Members at most of a range; a wider one is no range of a series."""
_LONGEST_CODE = 24
"""Characters; what is longer is no name, and its number would be beyond any."""


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A year, a part of the year or a member of a series, as a text names it.

    Attributes:
        kind: what is told apart by it: `年`, `日期`, or the head of a series: 车间, 届.
        values: more than one for a span or a list. Years are counted from the article's own, where
            that is not known: 去年 is -1. Parts of the year are days: 312 is the 12th of March.
        text: as written.
        compared: whether a sentence names it only to compare: `比去年增加`.
        whole: whether it is a sum of parts: 全年, 前三季度.
        of: the first character of what a measure word counts: 桥 of 第三座桥.
        beside: whether it is only a mark in time for what is told: `2018年以来`, `(2022年为八亩)`.
    """

    kind: str
    values: frozenset[int]
    text: str
    compared: bool = False
    whole: bool = False
    of: str = ""
    beside: bool = False


@dataclass(frozen=True, slots=True)
class _Tables:
    """`series.toml`, as patterns.

    Attributes:
        pattern: finds whatever may be a member; its groups tell how it is named.
        loose, measures: heads of these sorts.
        amounts: what stands before a count.
        canonical: heads of other words for the same.
        members: kind and values of the words that are listed.
        sides: the characters of opposed sides.
    """

    pattern: re.Pattern[str]
    loose: frozenset[str]
    measures: frozenset[str]
    amounts: tuple[str, ...]
    canonical: Mapping[str, str]
    members: Mapping[str, tuple[str, frozenset[int]]]
    sides: str


def members_in(text: str) -> Iterator[tuple[Span, Qualifier]]:
    """The members of series that a folded text names, each with where it stands.

    `周二至周日` is one, of all its days.
    """
    before: tuple[Span, Qualifier] | None = None
    for span, member in _single_members(text):
        if before is None:
            before = span, member
            continue
        values = _spanned(before[1], member, text[before[0].end : span.start])
        if values is None:
            yield before
            before = span, member
            continue
        whole = Span(before[0].start, span.end)
        before = whole, replace(before[1], values=values, text=text[whole.start : whole.end])
    if before is not None:
        yield before


def _single_members(text: str) -> Iterator[tuple[Span, Qualifier]]:
    tables = _tables()
    for match in tables.pattern.finditer(text):
        member = _numbered(match, tables) if match["numbers"] else _worded(match, tables)
        if member is not None:
            yield Span(*match.span()), member


def _spanned(first: Qualifier, last: Qualifier, between: str) -> frozenset[int] | None:
    """The values from one member to another, where a text names them as the ends of a range.

    `周五至周一` is those from Friday on and those up to Monday.
    """
    if first.kind != last.kind or not _BETWEEN.fullmatch(between):
        return None
    begin, end = min(first.values), max(last.values)
    if not -_LONGEST <= end - begin <= _LONGEST:
        return None
    if begin <= end:
        return frozenset(range(begin, end + 1))
    series = {
        value
        for kind, values in _tables().members.values()
        if kind == first.kind
        for value in values
    }
    return frozenset(value for value in series if value >= begin or value <= end) or None


def synonyms(named: Qualifier) -> tuple[str, ...]:
    """Other words for a member that is listed: 星期三 for 周三."""
    members = _tables().members
    if named.text not in members:
        return ()
    same = (word for word, told in members.items() if told == (named.kind, named.values))
    return tuple(word for word in same if word != named.text)


def _numbered(match: re.Match[str], tables: _Tables) -> Qualifier | None:
    head, text = match["head"] or match["any"], match.string
    values = _values(match["numbers"])
    if values is None or not (match["nth"] or _names(match, head, values, tables)):
        return None
    after = text[match.end() : match.end() + 1]
    of = after if head in tables.measures and _COUNTED.fullmatch(after) else ""
    kind = "第年" if head == "年" else tables.canonical.get(head, head)
    return Qualifier(kind, values, match.group().replace(")", ""), _compared(match), of=of)


def _names(match: re.Match[str], head: str, values: frozenset[int], tables: _Tables) -> bool:
    """Whether a number without 第 names what it stands before rather than counts it."""
    if head not in tables.loose:
        return True
    text, start = match.string, match.start()
    if text.endswith(tables.amounts, 0, start):
        return False
    if values != {1} or match["numbers"] == "1":
        return True
    return _NAME_BEGINS.search(text[max(0, start - 2) : start]) is not None


def _values(numbers: str) -> frozenset[int] | None:
    """`一、三` is {1, 3}, `三至五` is {3, 4, 5}; None where something in it is no number."""
    values: set[int] = set()
    for part in re.split("[、,和及与]", numbers.replace("第", "")):
        ends = [number_of(numeral) for numeral in re.split(RANGE, part)]
        if any(end is None for end in ends):
            return None
        first, last = ends[0] or 0, ends[-1] or 0
        if not 0 <= last - first <= _LONGEST:
            return None
        values.update(range(first, last + 1))
    return frozenset(values)


def _worded(match: re.Match[str], tables: _Tables) -> Qualifier | None:
    if letter := match["letter"]:
        kind, value = f"{match['lettered']}{_LETTERED}", ord(letter)
        return Qualifier(kind, frozenset((value,)), match.group(), _compared(match))
    if stem := match["stem"]:
        kind, value = f"{match['stemmed']}{_STEMMED}", ord(stem)
        return Qualifier(kind, frozenset((value,)), match.group(), _compared(match))
    if code := match["code"]:
        if len(code) > _LONGEST_CODE:
            return None
        digits = "".join(re.findall(r"\d", code))
        kind = re.sub(r"\d+", "#", code)
        return Qualifier(kind, frozenset((int(digits),)), code, _compared(match))
    if first := match["first"]:
        return Qualifier(first, frozenset((1,)), match.group(), _compared(match))
    kind, values = _listed_member(match["word"], tables)
    return Qualifier(kind, values, match.group(), _compared(match))


def _listed_member(word: str, tables: _Tables) -> tuple[str, frozenset[int]]:
    """Kind and values of a listed word; 东西部 has those of 东部 and of 西部."""
    if word in tables.members:
        return tables.members[word]
    head = word.lstrip(tables.sides)
    each = [tables.members[side + head] for side in word.removesuffix(head)]
    return each[0][0], frozenset[int]().union(*(values for _, values in each))


def _compared(match: re.Match[str]) -> bool:
    return match.string.endswith(_COMPARED, 0, match.start())


@cache
def _tables() -> _Tables:
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    numbered = data["numbered"]
    members, words = _listed(data)
    return _Tables(
        re.compile("|".join((*_numbered_patterns(numbered), *_marked(data["lettered"]), words))),
        frozenset(map(_bare, numbered["loose"].split())),
        frozenset(numbered["measures"].split()),
        tuple(numbered["amounts"].split()),
        {head: same.split()[0] for same in numbered["same"] for head in same.split()},
        members,
        "".join(sorted({side for series in data["opposed"] for side in series["members"]} - {" "})),
    )


def _numbered_patterns(numbered: Mapping[str, str]) -> tuple[str, str]:
    """第 with a number and any head; a number alone before a head that is listed; 首期."""
    heads = _alternatives([*numbered["bare"].split(), *numbered["loose"].split()])
    begins = rf"(?:(?P<nth>第)|(?<![{_NO_NAME_AFTER}]))"
    head = rf"(?:(?P<head>{heads})|(?(nth)(?P<any>(?!{NUMERAL}){_HAN})|(?!)))"
    return rf"{begins}\(?(?P<numbers>{_NUMBERS})\)?{head}", r"首(?P<first>期(?!间)|届|批|轮)"


def _marked(lettered: Mapping[str, str]) -> tuple[str, str, str]:
    """A letter or a stem before a head, and a code of letters and digits: B区, 甲组, G108."""
    letters = _alternatives(lettered["letters"].split())
    stems = _alternatives(lettered["stems"].split())
    not_after = "".join(lettered["no_stem_after"].split())
    return (
        rf"(?<![a-z\d])(?P<letter>[a-z])(?P<lettered>{letters})",
        r"(?<![a-z\d.])(?P<code>[a-z]+-?\d[a-z\d]*(?:[-.][a-z\d]+)*)",
        rf"(?<![{not_after}])(?P<stem>{stems})(?P<stemmed>{_HAN})",
    )


def _listed(data: Mapping[str, Any]) -> tuple[dict[str, tuple[str, frozenset[int]]], str]:
    """Kind and values of each listed word, and the pattern that finds them all."""
    members: dict[str, tuple[str, frozenset[int]]] = {}
    patterns: list[str] = []
    for series in data["ordered"]:
        words = dict(entry.split("=") for entry in series["words"].split())
        for word, places in words.items():
            members[word] = series["name"], frozenset(map(int, places.split(",")))
        after, before = series.get("not_after"), series.get("not_before")
        pattern = "|".join(sorted(words, key=len, reverse=True))
        patterns.append(
            (rf"(?<![{after}])" if after else "")
            + rf"(?:{pattern})"
            + (rf"(?!{before})" if before else "")
        )
    for series in data["opposed"]:
        sides = series["members"].split()
        for head in series["heads"].split():
            for place, side in enumerate(sides):
                members[f"{side}{_bare(head)}"] = f"{_bare(head)}/{sides[0]}", frozenset((place,))
        single = "".join(side for side in sides if len(side) == 1)
        patterns.append(rf"[{single}]{{1,4}}(?:{_alternatives(series['heads'].split())})")
    return members, rf"(?P<word>{'|'.join(patterns)})"


def _alternatives(entries: list[str]) -> str:
    """`路(口|段)` becomes `路(?!口|段)`; the longest word first."""
    entries = sorted(entries, key=lambda entry: -len(_bare(entry)))
    return "|".join(entry.replace("(", "(?!") for entry in entries)


def _bare(entry: str) -> str:
    return entry.partition("(")[0]
