"""Tables that nothing but the place of their cells makes: short cells in columns, row by row.

Columns of running text are set in lines that are full but for each paragraph's last. A table has a
first column of names or labels, cells that begin anew in every row, and either one line a row or
more white between rows than between the lines of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.parts.sheets import Table
from ingest.parts.tables import TableCell, TableRow, table_of
from ingest.printed.frames import Frame
from ingest.printed.grids import level_lines
from ingest.printed.page_table import APART, PrintedTable, cell_text
from ingest.printed.stacked_names import names_over, two_lines
from ingest.printed.table_headers import (
    are_rows,
    has_bare_figures,
    has_figures_below,
    is_figure,
    is_header,
    is_list,
)
from ingest.printed.text_runs import Band, Piece, body_size, bottom, rows, top

_LANE = 0.8  # em between columns
_FAR = 2.6  # em between rows
_LEAST_ROWS = 3
_WIDEST = 14.0  # em: a column with wider cells is text, but for one beside labels
_PROSE = 6.0  # em: as wide a column whose lines are mostly full is text
_FULL, _MOSTLY, _OFTEN = 0.93, 0.75, 0.4
_GOES_ON = 0.7  # em: as near as the lines of a cell
_CLOSE = 0.7  # of the usual space between rows: a line that goes on
_RULED_SHARE = 0.6  # of the width: a line below a header
_LARGE = 1.3  # times the body's size: a headline
_WIDEST_LABEL = 10.0  # em
_WIDEST_QUESTION = 20.0
_JUMP = 0.25  # em between the spaces within rows and those between rows
_EVEN = 0.35  # em: spaces within rows differ by less
_MOST_LINES = 8  # of a cell
_MOST_STOPS = 6
_MOST_READS = 48
"""How often a page's lines are read on average; then what has no table is passed over whole."""
_BROKEN = 2.2  # em: a line that goes on ends no farther from the widest one's end
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"[。！？；，、,;]$")
_NUMBER = re.compile(
    r"[（(\[【]?(?:[一二三四五六七八九十百\d]{1,3}|[ivxIVX]{1,4}|[a-zA-Z])[)）\]】、.．]?"
    r"|第[一二三四五六七八九十百零〇\d]{1,5}[条章节款项]|[①-⑳●■◆□▲•·*–—-]"
)


@dataclass(frozen=True)
class _Printed:
    """A line of the page as cells: pieces that stand close are one."""

    cells: tuple[Piece, ...]
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, line: Band) -> _Printed:
        cells: list[Piece] = []
        for piece in line:
            if cells and piece.left - cells[-1].right < APART * piece.size:
                text = cell_text([cells[-1], piece])
                cells[-1] = replace(cells[-1], text=text, right=max(piece.right, cells[-1].right))
            else:
                cells.append(piece)
        return cls(tuple(cells), tuple(line))


def aligned_tables(
    pieces: Sequence[Piece], drawn: Sequence[Frame], em: float
) -> Iterator[PrintedTable]:
    """The tables without a grid on a page whose body type is `em` high, from top to bottom."""
    lines = [_Printed.of(line) for line in rows(pieces)]
    n, unread = 0, _MOST_READS * len(lines)
    while n < len(lines):
        end = _run_end(lines, n, em) if len(lines[n].cells) > 1 else n
        # A line in the first column alone may stand over the rows below it.
        alone = [m for m in range(n, end) if len(lines[m].cells) == 1]
        table = None
        for stop in (end, *alone[: -_MOST_STOPS - 1 : -1]):
            unread -= stop - n
            if table := _columned(lines[n:stop], drawn, em):
                end = stop
                break
        if table and n and not table.table.columns:
            table = _named_above(lines[n - 1], lines[n:end], table, drawn, em) or table
        if table:
            yield table
        n = max(end, n + 1) if table or unread < 0 else n + 1


def _named_above(
    above: _Printed,
    lines: Sequence[_Printed],
    table: PrintedTable,
    drawn: Sequence[Frame],
    em: float,
) -> PrintedTable | None:
    """The table with its names, where they stand beside something else."""
    left, right = table.boxes[0][0] - em, table.boxes[0][2] + em
    names = _Printed.of([p for p in above.pieces if left <= p.left and p.right <= right])
    if len(names.cells) != len(table.edges) or len(names.pieces) == len(above.pieces):
        return None
    whole = _columned([names, *lines], drawn, em)
    return whole if whole and whole.table.columns else None


def begun(last: Sequence[Band], table: PrintedTable, em: float) -> PrintedTable | None:
    """The names and first rows of `table` in the `last` lines of the page before, if they are that.

    They are where these lines and the table's, set below them, are one table with names.
    """
    below = rows(list(table.pieces))
    if not last or not below:
        return None
    space = top(below[1]) - bottom(below[0]) if len(below) > 1 else em
    down = bottom(last[-1]) + max(space, 0.0) - top(below[0])
    moved = [
        [replace(piece, top=piece.top + down, bottom=piece.bottom + down) for piece in line]
        for line in below
    ]
    whole = _columned([_Printed.of(line) for line in (*last, *moved)], (), em)
    if whole is None or not all(whole.table.columns) or len(whole.edges) != len(table.edges):
        return None
    count = sum(box[1] < bottom(last[-1]) for box in whole.boxes)
    first = [row for row in whole.table.rows if row.line <= count]
    return replace(
        whole,
        pieces=frozenset(piece for line in last for piece in line),
        edges=table.edges,
        rows=whole.rows[:count],
        boxes=whole.boxes[:count],
        table=replace(whole.table, rows=first),
    )


def _run_end(lines: Sequence[_Printed], start: int, em: float) -> int:
    """Where the lines end that leave the same lanes between columns."""
    lanes = _spans(lines[start].cells, em)
    end = start + 1
    while end < len(lines):
        line = lines[end]
        wider = _joined_spans([*lanes, *_spans(line.cells, em)], em)
        far = top(line.pieces) - bottom(lines[end - 1].pieces) > _FAR * em
        if far or len(wider) < max(len(lanes), 2):
            break
        lanes = wider
        end += 1
    while end > start and len(lines[end - 1].cells) < 2 and not _is_close(lines, end - 1, lanes):
        end -= 1
    return end


def _is_close(lines: Sequence[_Printed], n: int, lanes: Sequence[tuple[float, float]]) -> bool:
    """Whether a line of one cell goes on with one above it; with the first only if it is full."""
    line = lines[n].pieces
    em = body_size(line)
    space = top(line) - bottom(lines[n - 1].pieces)
    first = _in(lanes[0], lines[n - 1].pieces)
    full = bool(first) and lanes[0][1] - first[-1].right < 0.5 * em
    return space < _GOES_ON * em and (full or not _in(lanes[0], line))


def _spans(cells: Sequence[Piece], em: float) -> list[tuple[float, float]]:
    return _joined_spans([(cell.left, cell.right) for cell in cells], em)


def _joined_spans(spans: Sequence[tuple[float, float]], em: float) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if joined and left - joined[-1][1] < _LANE * em:
            joined[-1] = (joined[-1][0], max(joined[-1][1], right))
        else:
            joined.append((left, right))
    return joined


@dataclass(frozen=True)
class _Columns:
    """Lines, and the columns that their cells stand in."""

    lines: Sequence[_Printed]
    spans: Sequence[tuple[float, float]]
    em: float

    @classmethod
    def of(cls, lines: Sequence[_Printed], em: float) -> _Columns:
        spans = _joined_spans([(c.left, c.right) for line in lines for c in line.cells], em)
        return cls(lines, spans, em)

    def rows(self) -> tuple[list[Band], bool]:
        """The pieces of each row, and whether white sets the rows apart."""
        spaces = [top(b.pieces) - bottom(a.pieces) for a, b in pairwise(self.lines)]
        least = _between_rows(spaces, self.em)
        if least is not None:
            grouped: list[Band] = [list(self.lines[0].pieces)]
            for space, line in zip(spaces, self.lines[1:], strict=True):
                if space >= least:
                    grouped.append([])
                grouped[-1] += line.pieces
            if self._are_broken(grouped):
                return grouped, True
        return self._line_by_line(spaces), False

    def _line_by_line(self, spaces: Sequence[float]) -> list[Band]:
        """A close line without its first cell goes on with the row above."""
        usual = median(spaces) if spaces else 0.0
        grouped: list[Band] = []
        for n, line in enumerate(self.lines):
            first = _in(self.spans[0], line.cells)
            goes_on = n > 1 and not first and spaces[n - 1] < _CLOSE * usual
            if goes_on or (n > 1 and not first and len(line.cells) == 1):
                grouped[-1] += line.pieces
            else:
                grouped.append(list(line.pieces))
        return grouped

    def _are_broken(self, grouped: Sequence[Band]) -> bool:
        """Whether the lines of each row are those of cells too long for their columns."""
        further = whole = steps = ended = short = 0
        widest = [
            max((p.right - p.left for g in grouped for p in _in(span, g)), default=0.0)
            for span in self.spans
        ]
        for group in grouped:
            lines = rows(group)
            further += len(lines) - 1
            whole += sum(all(_in(span, line) for span in self.spans) for line in lines[1:])
            for span, wide in zip(self.spans, widest, strict=True):
                cell = [line for line in rows(_in(span, group)) if line]
                if len(cell) > _MOST_LINES:
                    return False
                lengths = [line[-1].right - line[0].left for line in cell[:-1]]
                steps += len(lengths)
                last = cell[-1] if lengths else []
                short += bool(last) and last[-1].right - last[0].left < wide - 0.5 * self.em
                ended += sum(length < wide - _BROKEN * self.em for length in lengths)
        ragged = 2 * whole <= further or short >= len(grouped)
        return bool(further) and ragged and 4 * ended <= steps

    def are_text(self, *, apart: bool, counted: bool) -> bool:
        """Whether a column is one of running text: wide, or most of its lines full.

        `counted`: a column has nothing but figures below its name.
        """
        labels = counted or self.has_labels()
        if apart and self.has_labels():
            return False
        for span in self.spans:
            cells = [cell for line in self.lines for cell in _in(span, line.cells)]
            widest = max((cell.right - cell.left for cell in cells), default=0.0)
            full = sum(cell.right - cell.left >= _FULL * widest for cell in cells)
            often = full >= _OFTEN * len(cells) or not labels
            if widest > _WIDEST * self.em and often:
                return True
            if widest > _PROSE * self.em and full >= _MOSTLY * len(cells):
                return True
        return False

    def has_labels(self) -> bool:
        """Whether the first column has short names, and no sentences or mere item numbers."""
        cells = [cell for line in self.lines for cell in _in(self.spans[0], line.cells)]
        others = [p for line in self.lines for s in self.spans[1:] for p in _in(s, line.cells)]
        wide = (self.spans[0][1] - self.spans[0][0]) / self.em
        if all(is_figure(cell.text) for cell in others):
            return len(cells) >= _LEAST_ROWS
        if _MOSTLY * len(cells) <= sum(cell.text.endswith(("？", "?")) for cell in cells):
            return wide <= _WIDEST_QUESTION
        if len(cells) < _LEAST_ROWS or wide > _WIDEST_LABEL:
            return False
        numbers = sum(_NUMBER.fullmatch(cell.text) is not None for cell in cells)
        ended = sum(_SENTENCE.search(cell.text) is not None for cell in cells)
        return 5 * ended <= len(cells) and (len(self.spans) > 2 or 2 * numbers < len(cells))


def _columned(lines: Sequence[_Printed], drawn: Sequence[Frame], em: float) -> PrintedTable | None:
    if sum(len(line.cells) > 1 for line in lines) < 2:
        return None
    over, lines = _names_over(lines, em)
    columns = _Columns.of(lines, em)
    large = any(piece.size >= _LARGE * em for line in lines for piece in line.pieces)
    if len(columns.spans) < 2 or large:
        return None
    grouped, apart = columns.rows()
    texts = [[cell_text(_in(span, group)) for span in columns.spans] for group in grouped]
    headed = bool(over)
    if not (listed := is_list(texts)):
        few = sum(len(line.cells) > 1 for line in lines) < _LEAST_ROWS
        counted = has_figures_below(texts)
        plain = counted and has_bare_figures(texts)
        if few or len(grouped) < _LEAST_ROWS or columns.are_text(apart=apart, counted=plain):
            return None
        ruled = _is_ruled_below(grouped, columns.spans, level_lines(drawn, em))
        headed = headed or ruled or counted
        if not headed and not (columns.has_labels() and are_rows(texts, apart=apart)):
            return None
        headed = headed or is_header(texts, [_fonts(group) for group in grouped])
    written = [
        TableRow(tuple(TableCell((text,)) for text in row), header=headed and n == 0)
        for n, row in enumerate(texts)
    ]
    if over:
        grouped = [list(over[1].pieces), *grouped]
        written = [TableRow(tuple(over[0]), header=True), *written]
    table = table_of(written, headed=headed and not listed)
    if table is None:
        return None
    return _printed(grouped, columns.spans, written, table)


def _printed(
    grouped: Sequence[Band],
    spans: Sequence[tuple[float, float]],
    written: Sequence[TableRow],
    table: Table,
) -> PrintedTable:
    sides = spans[0][0], spans[-1][1]
    boxes = [(sides[0], top(group), sides[1], bottom(group)) for group in grouped]
    inside = frozenset(piece for group in grouped for piece in group)
    edges = tuple(left for left, _ in spans)
    return PrintedTable(inside, edges, tuple(written), tuple(boxes), table)


def _names_over(
    lines: Sequence[_Printed], em: float
) -> tuple[tuple[list[TableCell], _Printed] | None, Sequence[_Printed]]:
    """The first line where its names stand over those of several columns, and the other lines."""
    upper, lower = two_lines(list(lines[0].pieces))
    if lower:
        first, *rest = (_Printed.of(sorted(part, key=lambda p: p.left)) for part in (upper, lower))
        rest += lines[1:]
    else:
        first, rest = lines[0], list(lines[1:])
    if len(rest) < _LEAST_ROWS:
        return None, lines
    named = [cell.text for cell in rest[0].cells]
    spans = _Columns.of(rest, em).spans
    if len(named) <= len(first.cells) or any(map(_DIGIT.search, named)):
        return None, lines
    over = names_over(first.cells, spans, em)
    return ((over, first), rest) if over else (None, lines)


def _fonts(pieces: Sequence[Piece]) -> frozenset[str]:
    return frozenset(piece.font for piece in pieces)


def _in(column: tuple[float, float], pieces: Sequence[Piece]) -> list[Piece]:
    return [p for p in pieces if column[0] <= (p.left + p.right) / 2 <= column[1]]


def _between_rows(spaces: Sequence[float], em: float) -> float | None:
    """The least space between rows, where those within rows are even and clearly smaller.

    Lines that overlap in height are of one row, in which one cell is set at the middle of another.
    """
    ordered = sorted(space for space in spaces if space >= 0)
    jumps = [(after - before, n) for n, (before, after) in enumerate(pairwise(ordered), start=1)]
    widest, n = max(jumps, default=(0.0, 0))
    if widest < _JUMP * em:
        return ordered[0] if ordered and len(ordered) < len(spaces) else None
    if ordered[n - 1] - ordered[0] > _EVEN * em or len(ordered) - n < _LEAST_ROWS - 1:
        return None
    return ordered[n]


def _is_ruled_below(
    grouped: Sequence[Band],
    columns: Sequence[tuple[float, float]],
    lines: Sequence[tuple[float, float, float]],
) -> bool:
    """Whether a line stands below the first row, and none below the second: a header's."""
    left, right = columns[0][0], columns[-1][1]

    def between(above: Band, below: Band) -> bool:
        return any(
            bottom(above) - 1 <= at <= top(below) + 1
            and min(right, end) - max(left, start) >= _RULED_SHARE * (right - left)
            for at, start, end in lines
        )

    return between(grouped[0], grouped[1]) and not between(grouped[1], grouped[2])
