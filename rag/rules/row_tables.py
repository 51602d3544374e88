"""The tables of an article as a question may mean them: rows below each other, with columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from rag.data_model.documents import Article, Cell, remembered
from rag.language.numerals import ONES, number_of
from rag.language.text import fold
from rag.rules.row_ranges import Range, range_of

BRACKETED = re.compile(r"\([^()]{1,20}\)")
_SET_APART = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[a-z\d])|(?<=[a-z\d]) (?=[\u4e00-\u9fff])")
"""A blank between Han and other characters says nothing."""
_HAN_MONTH = re.compile(f"(?<![{ONES}十])(十[一二]?|[{ONES}])(?=月(?!饼|季|亮|球|台))")
_BEFORE, _AFTER = 4, 2
"""Paragraphs before and after a table that say what it is about."""
_LEAST_DIGITS = 3
"""A shorter bare number may be anything."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its paragraph's number, its text and its cells by column, folded."""

    paragraph: int
    text: str
    values: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Rows below each other.

    Attributes:
        rows: from the top.
        columns: their names, folded.
        title: of the article, folded.
        about: folded, what stands around the rows and says what they are of.
        lead: of that, without what stands below them.
        forms: how a question may name a cell's value, with the columns and rows of those cells.
    """

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    title: str
    about: str
    lead: str
    forms: Mapping[str, Sequence[tuple[str, int]]]

    @cached_property
    def values_of(self) -> Mapping[str, Set[str]]:
        """By column, what stands in it."""
        found: dict[str, set[str]] = {column: set() for column in self.columns}
        for row in self.rows:
            for column, value in row.values:
                if column and value:
                    found[column].add(value)
        return found

    @cached_property
    def ranges(self) -> Mapping[str, Sequence[tuple[int, Range]]]:
        """By column, the rows that it names by a range of numbers."""
        found: dict[str, list[tuple[int, Range]]] = {}
        for n, row in enumerate(self.rows):
            for column, value in row.values:
                if column and (held := range_of(value)):
                    found.setdefault(column, []).append((n, held))
        return found

    @cached_property
    def places(self) -> Mapping[int, int]:
        """By the numbers of their paragraphs, where the rows stand."""
        return {row.paragraph: n for n, row in enumerate(self.rows)}


@remembered
def tables_of(article: Article) -> tuple[Table, ...]:
    """The tables of an article: rows next to each other that share a column's name."""
    groups: list[list[Row]] = []
    for paragraph in article.paragraphs:
        if not paragraph.cells:
            continue
        values = tuple(
            (close(fold(cell.name)), close(fold(paragraph.value(cell)))) for cell in paragraph.cells
        )
        row = Row(paragraph.n, close(fold(paragraph.text)), values, paragraph.cells)
        last = groups[-1][-1] if groups else None
        if last and last.paragraph == row.paragraph - 1 and _alike(last, row):
            groups[-1].append(row)
        else:
            groups.append([row])
    return tuple(_table(article, rows) for rows in groups)


def close(folded: str) -> str:
    """As tables and questions both are read: without blanks beside Han, months in digits."""
    bare = _SET_APART.sub("", folded)
    return _HAN_MONTH.sub(lambda month: str(number_of(month[0]) or month[0]), bare)


def _alike(a: Row, b: Row) -> bool:
    return bool({name for name, _ in a.values if name} & {name for name, _ in b.values})


def _table(article: Article, rows: Sequence[Row]) -> Table:
    columns = tuple(dict.fromkeys(name for row in rows for name, _ in row.values if name))
    first, last = rows[0].paragraph, rows[-1].paragraph
    before = [
        p.text for p in article.paragraphs[max(first - 1 - _BEFORE, 0) : first - 1] if not p.cells
    ]
    after = [p.text for p in article.paragraphs[last : last + _AFTER] if not p.cells]
    section = article.paragraphs[first - 1].section or ""
    named = (article.title, article.newspaper or "", article.date or "", section)
    lead = close(fold("\n".join((*named, *before, *columns))))
    about = "\n".join((lead, close(fold("\n".join(after)))))
    return Table(tuple(rows), columns, close(fold(article.title)), about, lead, _forms(rows))


def _forms(rows: Sequence[Row]) -> dict[str, list[tuple[str, int]]]:
    """How cells may be named: by the whole value, or without its brackets."""
    forms: dict[str, list[tuple[str, int]]] = {}
    for n, row in enumerate(rows):
        for column, value in row.values:
            for form in {value, BRACKETED.sub("", value).strip()}:
                if _is_telling(form):
                    forms.setdefault(form, []).append((column, n))
    return forms


def _is_telling(value: str) -> bool:
    digits = sum(map(str.isdigit, value))
    return len(value) >= (_LEAST_DIGITS if digits == len(value) else 2)
