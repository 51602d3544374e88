"""Which row of a table a question means, and which of its columns.

A row is meant by the values that the question names: `红岩站` with `电话` asks for one cell. A
value of another row, a number that this one lacks or another name of the kind means another row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rag.data_model.documents import Span, touches
from rag.language.text import has_han, occurrences, parts, tagged
from rag.question.understanding import content_words, function_words
from rag.rules.row_measures import Beside, beside
from rag.rules.row_ranges import asked_numbers, held_by, is_outside
from rag.rules.row_tables import BRACKETED, Table, close

_LATIN = re.compile(r"\d{1,2}月|[a-z\d]{1,40}(?:[-./][a-z\d]{1,40}){0,6}")
"""A month, a number, a code (zx-450b) or a Latin word."""
_DIGIT = re.compile(r"\d")
_INSIDE_A_NUMBER = re.compile(r"(?:\d?[.,]\d.?|.?\d[.,]\d)")
_SAYING = ("v", "a", "d", "p", "c", "u", "r", "y", "o", "e", "z", "f", "q", "m")
"""Tags of what says nothing of which row is meant: verbs, adjectives, adverbs, particles."""
_LEAST_SIBLINGS = 3
_KINDRED = 0.6
"""The share of a column's values that end alike, where they are names of one kind."""
_MADE = re.compile(r"[\u4e00-\u9fff]{1,6}$")
_OTHER = frozenset("非极超副准亚未不")
"""Before a name these make another one of it: 非本市户籍, 极重度."""
_LONG_PART = 4
"""Characters of a question that a column's name has, wherever it has them."""
_COMMON_WORDS = "号码 数量 数值 数据 信息 内容 名称 名字 姓名 表 表格 资料 地方 人 一栏 哪一 多少钱"
_COMMON = frozenset(_COMMON_WORDS.split())
"""Words beside a column's name that say nothing of a row."""


class Mention(NamedTuple):
    """Where a question names something, and which column and row that is of."""

    start: int
    end: int
    column: str
    row: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a question means of a table.

    Attributes:
        table: the table.
        rows: places of the rows that hold all that it names; empty where none does.
        columns: that it asks for.
        keys: the values that it names.
        foreign: what it names that no row has, as far as it is of the same kind.
        unheld: its other words that nothing around the table holds.
        singles: characters alone that may narrow a word.
        beside: what it says in the place of the name of each column that it asks for.
    """

    table: Table
    rows: tuple[int, ...]
    columns: tuple[str, ...]
    keys: tuple[Mention, ...]
    foreign: str
    unheld: tuple[str, ...]
    singles: tuple[str, ...]
    beside: Beside | None


@lru_cache(maxsize=1024)
def lookup(searched: str, table: Table) -> Lookup:
    """What a folded question means of a table."""
    searched = close(searched).replace(table.title, " " * len(table.title))
    found = _longest(_keys(searched, table))
    free = _without(searched, found)
    named = _longest(_columns(free, table))
    left = _without(free, named)
    labels = {mention.column for mention in found}
    asked = [m for m in named if m.column not in labels] or _by_word(left, table, labels)
    said = _without(free, [m for m in named if m.end - m.start > 1])  # 区 may end 建成区
    told = [_beside(m, searched, said, table) for m in asked]
    return Lookup(
        table,
        _held_rows(found),
        tuple(dict.fromkeys(m.column for m in asked)),
        tuple(found),
        _foreign(searched, left, found, table),
        tuple(_unheld(left, table)),
        tuple(_singles(left)),
        told[0] if told and all(told) else None,
    )


def _keys(searched: str, table: Table) -> Iterator[Mention]:
    """Where the question names the values of cells."""
    for form in filter(searched.__contains__, table.forms):
        for at in occurrences(form, searched):
            if _is_whole(searched, at, at + len(form)) and searched[at - 1 : at] not in _OTHER:
                for column, n in table.forms[form]:
                    yield Mention(at, at + len(form), column, n)
    if table.ranges:
        for asked in asked_numbers(searched):
            for column, ranges in table.ranges.items():
                for n in held_by(asked, ranges):
                    yield Mention(asked.start, asked.end, column, n)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no number or Latin word is cut at either end."""

    def joined(at: int) -> bool:
        left, right = text[at - 1], text[at]
        if left.isascii() and right.isascii() and left.isalnum() and right.isalnum():
            return True
        return _INSIDE_A_NUMBER.fullmatch(text[max(at - 2, 0) : at + 2]) is not None

    return not ((start > 0 and joined(start)) or (end < len(text) and joined(end)))


def _columns(free: str, table: Table) -> Iterator[Mention]:
    """Where the question names columns, by the whole name or without its unit or upper part."""
    bares = [BRACKETED.sub("", column).strip() for column in table.columns]
    lowers = [bare.rpartition("/")[2].strip() for bare in bares]
    counts = Counter(lowers)
    for column, bare, lower in zip(table.columns, bares, lowers, strict=True):
        forms = {column, bare} | ({lower} if counts[lower] == 1 else set())
        if "/" in bare and all(part and part in free for part in bare.split("/")):
            forms.add(lower)
        for form in forms - {""}:
            for at in occurrences(form, free):
                if _is_whole(free, at, at + len(form)):
                    yield Mention(at, at + len(form), column, -1)


def _longest(mentions: Iterator[Mention]) -> list[Mention]:
    """Those that lie in no longer one."""
    placed: dict[Span, list[Mention]] = {}
    for mention in sorted(set(mentions)):
        placed.setdefault(Span(mention.start, mention.end), []).append(mention)
    kept: list[Span] = []
    for place in sorted(placed, key=lambda span: (span.start - span.end, span.start)):
        if not any(touches(place, other) for other in kept):
            kept.append(place)
    return [mention for place in kept for mention in placed[place]]


def _without(text: str, mentions: Sequence[Mention]) -> str:
    characters = list(text)
    for mention in mentions:
        characters[mention.start : mention.end] = " " * (mention.end - mention.start)
    return "".join(characters)


def _by_word(left: str, table: Table, labels: set[str]) -> list[Mention]:
    """The one column whose name a word of the question ends, or else begins.

    What stands within a name only narrows it: 公司 asks for no `从公司获得的报酬`.
    """
    others = [column for column in table.columns if column not in labels]
    bares = {column: BRACKETED.sub("", column).strip() for column in others}
    words = [word for word in content_words(left) if len(word) > 1 and word not in _COMMON]
    for is_part in (str.endswith, str.startswith):
        for word in words:
            having = [column for column in others if is_part(bares[column], word)]
            if len(having) == 1 and sum(word in column for column in others) == 1:
                at = max(left.find(word), 0)
                return [Mention(at, at + len(word), having[0], -1)]
    runs = (left[n : n + _LONG_PART] for n in range(len(left) - _LONG_PART + 1))
    for n, run in enumerate(runs):
        having = [column for column in others if run in bares[column]]
        if len(having) == 1 and all(map(has_han, run)):
            return [Mention(n, n + _LONG_PART, having[0], -1)]
    return []


def _beside(mention: Mention, searched: str, left: str, table: Table) -> Beside | None:
    bare = BRACKETED.sub("", mention.column).strip()
    word = BRACKETED.sub("", searched[mention.start : mention.end])
    return beside(left, word, mention.start, bare, table.lead) if word in bare else None


def _held_rows(found: Sequence[Mention]) -> tuple[int, ...]:
    """The rows that hold all that is named; of several values of one column, one."""
    places: dict[Span, set[str]] = {}
    held: dict[int, set[Span]] = {}
    for mention in found:
        place = Span(mention.start, mention.end)
        places.setdefault(place, set()).add(mention.column)
        held.setdefault(mention.row, set()).add(place)
    return tuple(
        n
        for n in sorted(held)
        if all(
            place in held[n] or any(places[own] & columns for own in held[n])
            for place, columns in places.items()
        )
    )


def _foreign(searched: str, left: str, found: Sequence[Mention], table: Table) -> str:
    """A name of the same kind as a column's values that is none of them: 绿坡站 beside 红岩站."""
    if other := next(_outside(left, table), "") or next(_opposites(searched, table), ""):
        return other
    named = {mention.column for mention in found}
    for column in table.columns:
        values = table.values_of[column]
        if column in named or len(values) < _LEAST_SIBLINGS:
            continue
        ends = Counter(value[-1] for value in values if len(value) > 1)
        end = max(ends, key=ends.__getitem__, default="")
        if not has_han(end) or ends[end] < _KINDRED * len(values):
            continue
        for at in occurrences(end, left):
            made = _MADE.search(left[max(at - 6, 0) : at])
            before = made[0] if made else ""
            asks = any(mark in before for mark in "哪几")
            if len(before) > 1 and not asks and not _is_said(before + end, table):
                return before + end
    return ""


def _outside(left: str, table: Table) -> Iterator[str]:
    """Numbers that lie in none of the ranges that name the table's rows."""
    for asked in asked_numbers(left) if table.ranges else ():
        if any(is_outside(asked, ranges, len(table.rows)) for ranges in table.ranges.values()):
            yield left[asked.start : asked.end]


def _opposites(searched: str, table: Table) -> Iterator[str]:
    """Columns that a question names with what makes another one of them: 非本市户籍."""
    for column in table.columns:
        name = BRACKETED.sub("", column).rpartition("/")[2].strip()
        for at in occurrences(name, searched) if len(name) > 1 else ():
            whole = searched[at - 1 : at] + name
            if whole[0] in _OTHER and not any(whole in other for other in table.columns):
                yield whole


def _is_said(word: str, table: Table) -> bool:
    """Whether the end of a word stands around the table, or is a function word."""
    tails = [word[n:] for n in range(len(word) - 1)]
    return any(tail in table.about or tail in function_words() for tail in tails)


def _unheld(left: str, table: Table) -> Iterator[str]:
    """Numbers and words that say something of a row, and stand nowhere around the table."""
    for word in (*_LATIN.findall(left), *_words(_LATIN.sub(" ", left))):
        if word not in function_words() and not holds(table.about, word):
            yield word


def holds(text: str, word: str) -> bool:
    """Whether a folded text has a word, and no longer number or Latin word around it."""
    return any(_is_whole(text, at, at + len(word)) for at in occurrences(word, text))


def _words(left: str) -> Iterator[str]:
    """Words of two characters or more; characters that the dictionary puts with none as one."""
    import rjieba

    single = ""
    for word in (*rjieba.cut(left), " "):
        if len(word) == 1 and has_han(word) and word not in function_words():
            single += word
            continue
        if len(single) > 1:
            yield single
        single = ""
        if len(word) > 1 and word not in function_words() and word not in _COMMON:
            yield word


def _singles(left: str) -> Iterator[str]:
    """Characters alone that narrow the word behind them: the 白 of 白金卡."""
    for word, tag in tagged(left.replace("多少钱", " ")):
        if len(word) == 1 and has_han(word) and tag[0] in "abn" and word not in function_words():
            yield word


def is_telling(word: str) -> bool:
    """Whether a word can say which row is meant: no verb, adjective or the like."""
    if _DIGIT.search(word):
        return True
    tags = [tag for _, tag in tagged(word)]
    return len(parts(word)) > 1 or not all(tag.startswith(_SAYING) for tag in tags)


def is_missed(asked: Lookup, n: int) -> tuple[str, str] | None:
    """What a question names in the place of what row `n` of the table has; None if nothing.

    Only a value or a name of the kind tells: most words that no row has are other words for one.
    """
    row = asked.table.rows[n]
    if not asked.keys or n in asked.rows:
        return (asked.foreign, row.values[0][1]) if asked.foreign else None
    own = dict(row.values)
    other = next((m for m in asked.keys if m.row != n and own.get(m.column)), asked.keys[0])
    value = dict(asked.table.rows[other.row].values)[other.column]
    return value, own.get(other.column) or row.values[0][1]


def is_ranged(asked: Lookup, n: int) -> bool:
    """Whether a number of the question lies in a range that names row `n`."""
    value = {m.column for m in asked.keys if m.row == n}
    return any(n == row for column in value for row, _ in asked.table.ranges.get(column, ()))


def value_of(asked: Lookup, mention: Mention) -> str:
    """The cell in which a key stands."""
    return dict(asked.table.rows[mention.row].values)[mention.column]
