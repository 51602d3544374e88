"""Rows of tables among a text's lines: each stands with its columns' names, so that it can be read.

What a parser wrote says them already (`站点：柳湾站　电话：…`). In Markdown and plain text the
header's cells are put before those of each row: a line may have characters of several places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.lines.lines import Line, ends_sentence
from ingest.lines.markdown import seen_ranges
from rag.data_model.documents import Cell, Span, cut_spans

_NAMED_CELL = re.compile(r"(?P<name>[^：。！？　]{1,60}?)：(?P<value>[^　]+)")
_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$")
_BAR = re.compile(r"(?<!\\)[|｜]")
_DELIMITERS = (
    (_BAR, 2),
    (re.compile("\t"), 2),
    (re.compile(r"[ \u3000]{2,}"), 2),
    (re.compile(r"[ \u3000]"), 3),
    (re.compile(","), 3),
)
"""What may stand between cells, and in how many cells a line then has to fall to be a row."""
_LONGEST_NAME, _LONGEST_CELL = 20, 60
_LEAST_LINES = 3
_MOST_NAMED = 30
"""So many times the length of a row its header may have, which each row says again."""
_DIGIT = re.compile(r"\d")


def cells_of_line(text: str) -> tuple[Cell, ...]:
    """The cells of `站点：柳湾站　电话：12345`; empty for other lines."""
    if "：" not in text or "　" not in text:
        return ()
    cells: list[Cell] = []
    start = 0
    for part in text.split("　"):
        if named := _NAMED_CELL.fullmatch(part):
            at = start + named.start("value")
            cells.append(Cell(named["name"], at, start + len(part)))
        elif part:
            cells.append(Cell("", start, start + len(part)))
        start += len(part) + 1
    named_cells = sum(bool(cell.name) for cell in cells)
    return tuple(cells) if named_cells >= 2 and 2 * named_cells >= len(cells) else ()


def with_rows(lines: Sequence[Line], *, marked: bool) -> list[Line]:
    """The lines with the rows among them known; a header that its rows say is no line any more.

    Args:
        lines: one each for the lines of the text.
        marked: it is Markdown.
    """
    told = [cells_of_line(line.text) for line in lines]
    settled: list[Line] = []
    runs: dict[re.Pattern[str], _Run] = {}
    n = 0
    while n < len(lines):
        if table := _Table.at(lines, n, runs, marked=marked):
            settled += table.rows()
            n = table.end
            continue
        beside = [told[m] for m in (n - 1, n + 1) if 0 <= m < len(lines)]
        row = any(_share_a_name(told[n], other) for other in beside)
        settled.append(replace(lines[n], cells=told[n]) if row else lines[n])
        n += 1
    return settled


def _share_a_name(a: Sequence[Cell], b: Sequence[Cell]) -> bool:
    return bool({cell.name for cell in a if cell.name} & {cell.name for cell in b})


@dataclass(frozen=True, slots=True)
class _Table:
    """Lines `[start, end)`, the header first; `first` is the first of the rows."""

    lines: Sequence[Line]
    start: int
    first: int
    end: int
    delimiter: re.Pattern[str]
    marked: bool

    @classmethod
    def at(
        cls, lines: Sequence[Line], n: int, runs: dict[re.Pattern[str], _Run], *, marked: bool
    ) -> _Table | None:
        """The table whose header is line `n`; `runs` keeps the last run of each delimiter."""
        if (table := cls._ruled(lines, n, marked=marked)) or marked:
            return table
        for delimiter, least in _DELIMITERS:
            run = runs.get(delimiter)
            if run is None or n >= run.end:
                run = runs[delimiter] = _Run.at(lines, n, delimiter, least)
            if n in run.headers:
                return cls(lines, n, n + 1, run.end, delimiter, marked=False)
        return None

    @classmethod
    def _ruled(cls, lines: Sequence[Line], n: int, *, marked: bool) -> _Table | None:
        """A table as Markdown has them: its rule says how many columns there are."""
        if n + 2 >= len(lines) or lines[n + 1].gap or "|" not in lines[n].text:
            return None
        rule = lines[n + 1].text
        if not _RULE.match(rule) or len(_cells(rule, _BAR)) != len(_cells(lines[n].text, _BAR)):
            return None
        end = n + 2
        while end < len(lines) and not lines[end].gap and _BAR.search(lines[end].text):
            if len(lines[n].text) > _MOST_NAMED * len(lines[end].text):
                break
            end += 1
        return cls(lines, n, n + 2, end, _BAR, marked) if end > n + 2 else None

    def rows(self) -> Iterator[Line]:
        header = self.lines[self.start]
        names = _cells(header.text, self.delimiter)
        for n in range(self.first, self.end):
            row = _Row(self.marked)
            line = self.lines[n]
            before = None
            cells = _cells(line.text, self.delimiter)
            for column, cell in enumerate(cells):
                if before is not None:
                    row.add(line, *_short_of(line.text, before.end, cell.start))
                name = names[column] if column < len(names) else Span(0, 0)
                row.cell(header, name, line, cell)
                before = cell
            for above, name in pairwise(names[max(len(cells) - 1, 0) :]):
                row.add(header, *_short_of(header.text, above.end, name.start))
                row.cell(header, name, line, Span(0, 0))
            yield row.line(gap=header.gap if n == self.first else line.gap)


class _Row:
    """A row being put together from the characters of its header and its own."""

    def __init__(self, marked: bool) -> None:
        self._marked = marked
        self._text = ""
        self._spans: list[Span] = []
        self._cells: list[Cell] = []

    def add(self, line: Line, start: int, end: int) -> str:
        """Characters of a line, as they stand there."""
        self._spans += cut_spans(line.spans, start, end)
        self._text += line.text[start:end]
        return line.text[start:end]

    def cell(self, header: Line, name: Span, line: Line, cell: Span) -> None:
        """A column's name, a blank or bar that stands beside it, and the value."""
        called = self._seen(header, name)
        if called and cell.start < cell.end:
            self.add(header, *_beside(header.text, name))
        at = len(self._text)
        self._seen(line, cell)
        self._cells.append(Cell(called, at, len(self._text)))

    def _seen(self, line: Line, cell: Span) -> str:
        """What a reader sees of a cell."""
        ranges = seen_ranges(line.text, *cell) if self._marked else [tuple(cell)]
        return "".join(self.add(line, start, end) for start, end in ranges)

    def line(self, *, gap: bool) -> Line:
        return Line(tuple(self._spans), self._text, gap, indented=False, cells=tuple(self._cells))


def _cells(text: str, delimiter: re.Pattern[str]) -> list[Span]:
    """Where the cells of a line stand, blanks around them left out; outer bars border none."""
    borders = [Span(*match.span()) for match in delimiter.finditer(text)]
    if delimiter is _BAR:
        borders = [Span(0, 0)] * (not text.startswith(("|", "｜"))) + borders
        if not _BAR.fullmatch(text, len(text) - 1) or len(borders) == 1:
            borders.append(Span(len(text), len(text)))
    else:
        borders = [Span(0, 0), *borders, Span(len(text), len(text))]
    cells: list[Span] = []
    for left, right in pairwise(borders):
        start, end = left.end, right.start
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        cells.append(Span(start, end))
    return cells


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines up to `end` that fall in as many cells; at `headers` a table may begin."""

    end: int
    headers: frozenset[int]

    @classmethod
    def at(cls, lines: Sequence[Line], n: int, delimiter: re.Pattern[str], least: int) -> _Run:
        """The run that begins with line `n`, which is told apart once for all of its lines."""
        wide = len(_cells(lines[n].text, delimiter))
        if wide < least:
            return cls(n + 1, frozenset())
        end = _end(lines, n, delimiter, wide)
        return cls(end, frozenset(_headers(lines, n, end, delimiter)))


def _end(lines: Sequence[Line], n: int, delimiter: re.Pattern[str], wide: int) -> int:
    """Where the run of lines ends that fall in as many cells."""
    end = n + 1
    while end < len(lines) and not lines[end].gap:
        if len(_cells(lines[end].text, delimiter)) != wide or ends_sentence(lines[end].text):
            break
        end += 1
    return end


def _headers(
    lines: Sequence[Line], start: int, end: int, delimiter: re.Pattern[str]
) -> Iterator[int]:
    """Lines that name columns, the last first: no digits, over a column with some in each row."""
    figures: set[int] | None = None
    for n in range(end - 1, start - 1, -1):
        row = [lines[n].text[a:b] for a, b in _cells(lines[n].text, delimiter)]
        if end - n >= _LEAST_LINES and all(map(_is_name, row)):
            yield n
        told = {column for column, cell in enumerate(row) if _DIGIT.search(cell)}
        figures = told if figures is None else figures & told
        if not figures or any(len(cell) > _LONGEST_CELL for cell in row):
            return


def _is_name(cell: str) -> bool:
    return 0 < len(cell) <= _LONGEST_NAME and not _DIGIT.search(cell)


def _beside(text: str, cell: Span) -> tuple[int, int]:
    """A blank beside a cell of the header, or the bar there; nothing at a line of one cell."""
    near = [at for at in (cell.end, cell.start - 1) if 0 <= at < len(text)]
    blank = [at for at in near if text[at].isspace()]
    at = next(iter([*blank, *near]), None)
    return (at, at + 1) if at is not None else (0, 0)


def _short_of(text: str, start: int, end: int) -> tuple[int, int]:
    """What stands between two cells, of many blanks only two, or those beside the bar."""
    if text[start:end].isspace():
        return start, min(end, start + 2)
    while end - start > 1 and text[start].isspace() and text[start + 1].isspace():
        start += 1
    while end - start > 2 and text[end - 1].isspace() and text[end - 2].isspace():
        end -= 1
    return start, end
