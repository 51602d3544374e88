"""Tables on printed pages, ruled or set in columns: read row by row, each row a line of its own.

A row says its columns' names, as in other formats. A table that goes on over a page's end keeps the
names of its first page, and a header that is printed again is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from ingest.formats.frames import Frame
from ingest.formats.grids import Grid, GridCell, grids, level_lines
from ingest.formats.sheets import Table
from ingest.formats.tables import TableCell, TableRow, go_on, lines_of, table_of
from ingest.formats.text_runs import Band, Piece, body_size, bottom, rows, top

AGAIN = "表格换页后重复的表头"

_APART = 1.0  # em between cells of a row
_LANE = 0.8  # em between columns
_FAR = 2.6  # em between rows
_LEAST_ROWS = 3
_WIDEST = 14.0  # em: a column with wider cells is text
_PROSE = 6.0  # em: as wide a column whose lines are mostly full is text
_FULL, _MOSTLY = 0.93, 0.75
_GOES_ON = 0.7  # em: as near as the lines of a cell
_CLOSE = 0.7  # of the usual space between rows: a line that goes on
_RULED_SHARE = 0.6  # of the width: a line below a header
_MOST_PRINTED_LINES = 12
_RESIZED = 1.25  # times another size in one cell: a headline over its text
_SAME_EDGE = 1.0  # em
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class PrintedTable:
    """A table on a page.

    Attributes:
        pieces: what was printed in it.
        edges: where its columns begin.
        rows: its rows as they are written.
        boxes: left, top, right and bottom of each.
        table: what it is understood as.
        again: places of the rows that only repeat the header of the page before.
    """

    pieces: frozenset[Piece]
    edges: tuple[float, ...]
    rows: tuple[TableRow, ...]
    boxes: tuple[tuple[float, float, float, float], ...]
    table: Table
    again: tuple[int, ...] = field(default=())

    def lines(self, em: float) -> Iterator[Piece]:
        """One piece a row."""
        for line in lines_of(self.table):
            yield Piece(line.text, *self.boxes[line.row], em, row=True)

    def repeated(self) -> Iterator[Piece]:
        """The rows of the header that is printed again."""
        for n in self.again:
            text = " ".join(cell.text for cell in self.rows[n].cells if cell.text)
            yield Piece(text, *self.boxes[n], self.boxes[n][3] - self.boxes[n][1], row=True)


def printed_tables(pieces: Sequence[Piece], drawn: Sequence[Frame]) -> list[PrintedTable]:
    """The tables on a page, from top to bottom."""
    if not pieces:
        return []
    em = body_size(pieces)
    found: list[PrintedTable] = []
    for grid in grids(drawn, em) if drawn else ():
        left = [piece for piece in pieces if not any(piece in t.pieces for t in found)]
        if table := _ruled(grid, left):
            found.append(table)
    left = [piece for piece in pieces if not any(piece in table.pieces for table in found)]
    found += _aligned(left, drawn, em)
    return sorted(found, key=lambda table: min(box[1] for box in table.boxes))


def linked(
    pages: Sequence[tuple[Sequence[Piece], Sequence[PrintedTable]]], em: float
) -> list[list[PrintedTable]]:
    """The tables of each page, one that goes on from the page before under that one's names."""
    result: list[list[PrintedTable]] = []
    before: PrintedTable | None = None
    for pieces, tables in pages:
        own = list(tables)
        if own and before and before.table.columns and _is_first(own[0], pieces):
            own[0] = _going_on(before, own[0], em)
        result.append(own)
        before = own[-1] if own and _is_last(own[-1], pieces) else None
    return result


def _is_first(table: PrintedTable, pieces: Sequence[Piece]) -> bool:
    start = min(box[1] for box in table.boxes)
    return all(piece in table.pieces or piece.middle > start for piece in pieces)


def _is_last(table: PrintedTable, pieces: Sequence[Piece]) -> bool:
    end = max(box[3] for box in table.boxes)
    return all(piece in table.pieces or piece.middle < end for piece in pieces)


def _going_on(before: PrintedTable, table: PrintedTable, em: float) -> PrintedTable:
    same = len(before.edges) == len(table.edges) and all(
        abs(a - b) <= _SAME_EDGE * em for a, b in zip(before.edges, table.edges, strict=True)
    )
    if not same:
        return table
    whole, repeated = go_on(before.table, table.rows)
    return replace(table, table=whole, again=repeated)


def _ruled(grid: Grid, pieces: Sequence[Piece]) -> PrintedTable | None:
    """The table in a grid; None where it only puts text in its place."""
    inside = [piece for piece in pieces if grid.frame.holds(piece)]
    held: dict[GridCell, list[Piece]] = {}
    for piece in inside:
        for part in _cut(piece, grid.across):
            for cell in grid.cells:
                if _box(grid, cell).holds(part):
                    held.setdefault(cell, []).append(part)
                    break
    if any(_is_layout(own) for own in held.values()):
        return None
    written: list[TableRow] = []
    boxes: list[tuple[float, float, float, float]] = []
    for n in range(len(grid.down) - 1):
        own_cells = [cell for cell in grid.cells if cell.top == n]
        before = own_cells[0].left if own_cells and not written else 0
        written.append(TableRow(tuple(_table_cell(c, held.get(c, [])) for c in own_cells), before))
        own = [p for c in own_cells for p in held.get(c, []) if c.bottom == n + 1]
        own = own or [p for c in own_cells for p in held.get(c, [])]
        sides = (grid.across[0], grid.across[-1])
        edges = (top(own), bottom(own)) if own else (grid.down[n], grid.down[n + 1])
        boxes.append((sides[0], edges[0], sides[1], edges[1]))
    table = table_of(written)
    if table is None:
        return None
    return PrintedTable(frozenset(inside), grid.across[:-1], tuple(written), tuple(boxes), table)


def _box(grid: Grid, cell: GridCell) -> Frame:
    return Frame(
        grid.across[cell.left], grid.down[cell.top], grid.across[cell.right], grid.down[cell.bottom]
    )


def _is_layout(pieces: Sequence[Piece]) -> bool:
    """Whether a cell holds an article: many lines, or type of different sizes."""
    sizes = [piece.size for piece in pieces if len(piece.text) > 1]
    resized = bool(sizes) and max(sizes) > _RESIZED * min(sizes) and len(rows(pieces)) > 2
    return resized or len(rows(pieces)) > _MOST_PRINTED_LINES


def _table_cell(cell: GridCell, pieces: Sequence[Piece]) -> TableCell:
    return TableCell((_text(pieces),), across=cell.right - cell.left, down=cell.bottom - cell.top)


def _text(pieces: Sequence[Piece]) -> str:
    """The lines of a cell as one; blanks only where Latin words meet or pieces stand apart."""
    text = ""
    for line in rows(pieces):
        before: Piece | None = None
        for piece in line:
            apart = before is None or piece.left - before.right > _APART * piece.size
            latin = text[-1:].isascii() and piece.text[:1].isascii()
            text += " " if text and (latin or (before and apart)) else ""
            text += piece.text.strip()
            before = piece
    return text


def _cut(piece: Piece, across: Sequence[float]) -> Iterator[Piece]:
    """A run that goes on over the lines between columns, as a piece in each of them."""
    from ingest.lines import width

    inner = [
        at for at in across if piece.left + 0.2 * piece.size < at < piece.right - 0.2 * piece.size
    ]
    if not inner or len(piece.text) < 2:
        yield piece
        return
    total = width(piece.text) or 1.0
    start, left = 0, piece.left
    for at in (*inner, piece.right):
        end = start
        while end < len(piece.text):
            middle = width(piece.text[: end + 1]) - 0.5 * width(piece.text[end])
            if piece.left + (piece.right - piece.left) * middle / total > at:
                break
            end += 1
        if piece.text[start:end].strip():
            yield replace(piece, text=piece.text[start:end].strip(), left=left, right=at)
        start, left = end, at


@dataclass(frozen=True)
class _Printed:
    """A line of the page as cells: pieces that stand close are one."""

    cells: tuple[Piece, ...]
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, line: Band) -> _Printed:
        cells: list[Piece] = []
        for piece in line:
            if cells and piece.left - cells[-1].right < _APART * piece.size:
                text = _text([cells[-1], piece])
                cells[-1] = replace(cells[-1], text=text, right=max(piece.right, cells[-1].right))
            else:
                cells.append(piece)
        return cls(tuple(cells), tuple(line))


def _aligned(pieces: Sequence[Piece], drawn: Sequence[Frame], em: float) -> Iterator[PrintedTable]:
    """Tables without a grid: short cells below each other, a column of figures among them."""
    lines = [_Printed.of(line) for line in rows(pieces)]
    n = 0
    while n < len(lines):
        end = _run_end(lines, n, em) if len(lines[n].cells) > 1 else n
        if table := _columned(lines[n:end], drawn, em):
            yield table
            n = end
        else:
            n += 1


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
    """Whether a line of one cell goes on with a cell above it, and not with the first."""
    line = lines[n].pieces
    space = top(line) - bottom(lines[n - 1].pieces)
    return not _in(lanes[0], line) and space < _GOES_ON * body_size(line)


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


def _columned(lines: Sequence[_Printed], drawn: Sequence[Frame], em: float) -> PrintedTable | None:
    if sum(len(line.cells) > 1 for line in lines) < _LEAST_ROWS:
        return None
    columns = _joined_spans([(c.left, c.right) for line in lines for c in line.cells], em)
    if len(columns) < 2 or any(_is_text(column, lines, em) for column in columns):
        return None
    grouped = _grouped(lines, columns)
    texts = [[_text(_in(column, group)) for column in columns] for group in grouped]
    ruled = _is_ruled_below(grouped, columns, level_lines(drawn, em))
    if not ruled and not _has_figures(texts):
        return None
    written = [
        TableRow(tuple(TableCell((text,)) for text in row), header=n == 0)
        for n, row in enumerate(texts)
    ]
    table = table_of(written)
    if table is None:
        return None
    sides = columns[0][0], columns[-1][1]
    boxes = [(sides[0], top(group), sides[1], bottom(group)) for group in grouped]
    inside = frozenset(piece for line in lines for piece in line.pieces)
    edges = tuple(left for left, _ in columns)
    return PrintedTable(inside, edges, tuple(written), tuple(boxes), table)


def _in(column: tuple[float, float], pieces: Sequence[Piece]) -> list[Piece]:
    return [p for p in pieces if column[0] <= (p.left + p.right) / 2 <= column[1]]


def _is_text(column: tuple[float, float], lines: Sequence[_Printed], em: float) -> bool:
    """Whether a column is one of running text: wide, or most of its lines full."""
    cells = [cell for line in lines for cell in _in(column, line.cells)]
    widest = max((cell.right - cell.left for cell in cells), default=0.0)
    full = sum(cell.right - cell.left >= _FULL * widest for cell in cells)
    return widest > _WIDEST * em or (widest > _PROSE * em and full >= _MOSTLY * len(cells))


def _grouped(lines: Sequence[_Printed], columns: Sequence[tuple[float, float]]) -> list[Band]:
    """The pieces of each row: a close line without its first cell goes on with the row above."""
    spaces = [top(b.pieces) - bottom(a.pieces) for a, b in pairwise(lines)]
    usual = median(spaces) if spaces else 0.0
    grouped: list[Band] = []
    for n, line in enumerate(lines):
        first = _in(columns[0], line.cells)
        goes_on = n > 1 and not first and spaces[n - 1] < _CLOSE * usual
        if goes_on or (n > 1 and not first and len(line.cells) == 1):
            grouped[-1] += line.pieces
        else:
            grouped.append(list(line.pieces))
    return grouped


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


def _has_figures(texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns, over one that has figures in every row."""
    names, *body = texts
    if len([name for name in names if name]) < len(names) or any(map(_DIGIT.search, names)):
        return False
    return any(
        all(not cell or _DIGIT.search(cell) for cell in column) and sum(map(bool, column)) > 1
        for column in zip(*body, strict=True)
    )
