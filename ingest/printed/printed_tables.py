"""Tables on printed pages, ruled or set in columns: read row by row, each row a line of its own.

A row says its columns' names, as in other formats. A table that goes on over a page's end keeps the
names of its first page, and a header that is printed again is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.parts.tables import TableCell, TableRow, go_on, table_of
from ingest.printed.aligned_tables import aligned_tables, begun
from ingest.printed.frames import Frame
from ingest.printed.grids import Grid, GridCell, grids
from ingest.printed.page_table import PrintedTable, cell_text
from ingest.printed.text_runs import Piece, body_size, bottom, rows, top

AGAIN = "表格换页后重复的表头"

_MOST_PRINTED_LINES = 12
_MOST_BEGUN = 3  # lines of a table at the end of a page
_RESIZED = 1.25  # times another size in one cell: a headline over its text
_SAME_EDGE = 1.0  # em


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
    found += aligned_tables(left, drawn, em)
    return sorted(found, key=lambda table: min(box[1] for box in table.boxes))


def linked(
    pages: Sequence[tuple[Sequence[Piece], Sequence[PrintedTable]]], em: float
) -> list[list[PrintedTable]]:
    """The tables of each page, one that goes on from the page before under that one's names."""
    result: list[list[PrintedTable]] = []
    before: PrintedTable | None = None
    for n, (pieces, tables) in enumerate(pages):
        own = list(tables)
        opens = n > 0 and own and not own[0].table.columns and _is_first(own[0], pieces)
        if opens and (start := _started(pages[n - 1][0], result[-1], own[0], em)):
            result[-1].append(start)
            before = start
        if own and before and before.table.columns and _is_first(own[0], pieces):
            own[0] = _going_on(before, own[0], em)
        result.append(own)
        before = own[-1] if own and _is_last(own[-1], pieces) else None
    return result


def _started(
    pieces: Sequence[Piece], tables: Sequence[PrintedTable], table: PrintedTable, em: float
) -> PrintedTable | None:
    """The beginning of `table` at the end of the page before, too short to be told there."""
    end = max((box[3] for found in tables for box in found.boxes), default=float("-inf"))
    lines = rows([piece for piece in pieces if piece.middle > end])
    for count in range(1, _MOST_BEGUN + 1):
        if len(lines) >= count and len(lines[-count]) == len(table.edges):
            return begun(lines[-count:], table, em)
    return None


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
    return TableCell(
        (cell_text(pieces),), across=cell.right - cell.left, down=cell.bottom - cell.top
    )


def _cut(piece: Piece, across: Sequence[float]) -> Iterator[Piece]:
    """A run that goes on over the lines between columns, as a piece in each of them."""
    from ingest.lines.lines import width

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
