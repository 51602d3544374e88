"""A sheet of cells as lines: each row says its columns' names, so that it can be read alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.parts.delimited import Row
from ingest.parts.extracted import bounded

BETWEEN_CELLS = "　"
_LONGEST_NAME = 30
_DEEPEST_HEADER = 4
_LONGEST_SISTER = 6
_LONGEST_TITLE = 60
MOST_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that are one: rows and columns from 0, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        name: on its tab.
        cells: rows from the first on, empty ones too, as they are shown.
        merges: its merged cells; the value stands in the first one.
        header: how many rows from the first on the file itself calls the header, where it does.
    """

    name: str
    cells: list[list[str]]
    merges: tuple[Merge, ...] = ()
    header: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet understood.

    Attributes:
        name: of the sheet.
        title: the line above the table, where there is one.
        above: further lines above it (`单位：万元`).
        columns: names of the columns, empty where no row names them.
        rows: what is below, a line that is one cell across among them.
    """

    name: str
    title: str = ""
    above: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For the way between the processes."""
        rows = [[row.line, row.cells] for row in self.rows]
        return {
            "name": self.name,
            "title": self.title,
            "above": self.above,
            "columns": self.columns,
            "rows": rows,
        }

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Table:
        """The inverse of `as_dict`."""
        rows = [Row(line, cells) for line, cells in record["rows"]]
        return cls(record["name"], record["title"], record["above"], record["columns"], rows)

    def as_rows(self) -> Iterator[Row]:
        """The header and what is below it, as a delimited table gives them."""
        yield Row(0, self.columns)
        yield from self.rows

    def lines(self) -> Iterator[str]:
        """Its text: `站点：柳湾站　电话：12345`, one line a row."""
        yield from ([self.title] if self.title else [])
        yield from self.above
        if self.columns and not self.rows:
            yield BETWEEN_CELLS.join(self.columns)
        yield from (line for _, line in named_lines(self))


def as_tables(
    sheets: Sequence[Sheet], hidden: Sequence[str] = (), remarks: Sequence[str] = ()
) -> dict[str, Any]:
    """What the parser of a workbook gives: `tables`, and `remarks` on what was left out.

    Raises:
        ParseLimit: too many characters.
    """
    bounded("".join(cell for sheet in sheets for row in sheet.cells for cell in row))
    unseen = [f"略去了隐藏的工作表：{'、'.join(hidden)}"] if hidden else []
    tables = [understood(sheet).as_dict() for sheet in sheets]
    return {"tables": tables, "remarks": [*unseen, *remarks]}


def line_of(cells: Sequence[str], columns: Sequence[str]) -> str:
    """One row; a cell that stands alone needs no column's name.

    Where no column has a name, an empty cell between others keeps its place.
    """
    filled = [(n, cell) for n, cell in enumerate(cells) if cell]
    if not columns and len(filled) > 1:
        return BETWEEN_CELLS.join(cells[: filled[-1][0] + 1])
    if len(filled) == 1 and len(columns) > 1:
        return filled[0][1]
    return BETWEEN_CELLS.join(
        f"{columns[n]}：{cell}" if n < len(columns) and columns[n] else cell for n, cell in filled
    )


def named_lines(table: Table) -> Iterator[tuple[Row, str]]:
    """Each row with its line.

    A line between the rows that is named like the first column (`分地区` below `分产品`) names it
    for those below it.
    """
    columns = list(table.columns)
    for n, row in enumerate(table.rows):
        if _names_anew(row.cells, columns, table.rows[n + 1 : n + 2]):
            yield row, BETWEEN_CELLS.join(filter(None, row.cells))
            columns = [cell or name for cell, name in zip(row.cells, columns, strict=False)]
            continue
        yield row, line_of(row.cells, columns)
        alone = len(columns) > 1 and not any(row.cells[1:])
        if alone and _are_sisters(columns[0], row.cells[0]):
            columns[0] = row.cells[0]


def _names_anew(cells: Sequence[str], columns: Sequence[str], below: Sequence[Row]) -> bool:
    """Whether a row between the others names the columns again: 2023年末 for 2023年.

    Its first cell is empty or the first column's name, the rest are kindred names over figures.
    """
    if not below or len(columns) < 3 or len(cells) < len(columns):
        return False
    if cells[0] not in {"", columns[0]} or len(below[0].cells) < len(columns):
        return False
    pairs = [
        (cell, name, figure)
        for cell, name, figure in zip(cells[1:], columns[1:], below[0].cells[1:], strict=False)
        if cell
    ]
    kindred = sum(cell[:2] == name[:2] and not _is_number(cell) for cell, name, _ in pairs)
    figures = sum(any(map(str.isdigit, figure)) for _, _, figure in pairs)
    return len(pairs) > 1 and kindred == len(pairs) and 2 * figures >= len(pairs)


def _are_sisters(name: str, other: str) -> bool:
    """Whether two short names are as long and begin or end alike."""
    short = 1 < len(name) == len(other) <= _LONGEST_SISTER and name != other
    return short and (name[0] == other[0] or name[-1] == other[-1])


def understood(sheet: Sheet) -> Table:
    """The title, the header and the rows of a sheet; blank rows and columns are left out."""
    cells = [[" ".join(cell.split()) for cell in row] for row in sheet.cells]
    starts = {(m.top, m.left): m for m in sheet.merges}
    top = next((n for n, row in enumerate(cells) if _is_header(n, cells, starts)), None)
    if sheet.header:
        top = next((n for n, row in enumerate(cells[: sheet.header]) if _named(row) > 1), top)
    if top is None or (not sheet.header and _names_rows(top, cells, starts)):
        return unnamed(sheet)
    depth = max(_depth(top, cells, starts), sheet.header - top)
    above = [BETWEEN_CELLS.join(filter(None, row)) for row in cells[:top] if any(row)]
    title = above.pop(0) if above and len(above[0]) <= _LONGEST_TITLE else ""
    return Table(
        sheet.name,
        title,
        above,
        _names(cells[top : top + depth], sheet.merges, top),
        _rows(_filled(cells, sheet.merges, top + depth), top + depth),
    )


def unnamed(sheet: Sheet) -> Table:
    """The rows of a sheet whose columns no row names."""
    cells = [[" ".join(cell.split()) for cell in row] for row in sheet.cells]
    return Table(sheet.name, rows=_rows(_filled(cells, sheet.merges, 0), 0))


def _names_rows(top: int, cells: list[list[str]], starts: dict[tuple[int, int], Merge]) -> bool:
    """Whether the row that could name columns stands beside a name of several rows, itself one.

    A name over several rows heads a column only where another heads several columns.
    """
    reach = range(top, top + _depth(top, cells, starts))
    merges = [merge for (row, _), merge in starts.items() if row in reach]
    deep = any(merge.bottom - merge.top > 1 for merge in merges)
    return deep and all(merge.right - merge.left == 1 for merge in merges)


def _named(row: Sequence[str]) -> int:
    return len(set(filter(None, row)))


def _is_header(n: int, cells: list[list[str]], starts: dict[tuple[int, int], Merge]) -> bool:
    """Whether a row names columns: words in two cells or more, and rows as wide below it."""
    named = [cell for cell in cells[n] if cell]
    if len(named) < 2 or any(len(cell) > _LONGEST_NAME or _is_number(cell) for cell in named):
        return False
    below = cells[n + _depth(n, cells, starts) :]
    return any(sum(map(bool, row)) >= 2 for row in below)


def _depth(top: int, cells: list[list[str]], starts: dict[tuple[int, int], Merge]) -> int:
    """How many rows the header has: as far down as its cells are merged, below wide ones one more.

    A cell merged over several columns is divided in the row below it.
    """
    depth, n = 1, 0
    while n < depth < _DEEPEST_HEADER:
        for (row, _), merge in starts.items():
            if row == top + n:
                wide = merge.right - merge.left > 1 and n == depth - 1
                depth = max(depth, merge.bottom - top, depth + wide if wide else 0)
        n += 1
    depth = min(depth, _DEEPEST_HEADER, len(cells) - top)
    numbers = (n for n in range(1, depth) if any(map(_is_number, cells[top + n])))
    return next(numbers, depth)


def _names(header: list[list[str]], merges: Sequence[Merge], top: int) -> list[str]:
    """A name a column; those of several header rows one after the other."""
    wide = max(map(len, header))
    grid = [row + [""] * (wide - len(row)) for row in header]
    for merge in merges:
        if top <= merge.top < top + len(grid):
            value = grid[merge.top - top][merge.left] if merge.left < wide else ""
            for column in range(merge.left, min(merge.right, wide)):
                grid[merge.top - top][column] = value
    names = ("/".join(dict.fromkeys(row[n] for row in grid if row[n])) for n in range(wide))
    return [name.rstrip("：: ") for name in names]


def _filled(cells: list[list[str]], merges: Sequence[Merge], start: int) -> list[list[str]]:
    """The rows from `start` on; what is merged over several cells is said in each of them.

    What is merged over a whole row, a line between the rows, is said once.
    """
    filled = [list(row) for row in cells]
    wide = max(map(len, cells), default=0)
    for merge in merges:
        if not start <= merge.top < len(filled) or merge.left >= len(filled[merge.top]):
            continue
        value = filled[merge.top][merge.left]
        right = merge.left + 1 if not merge.left and merge.right >= wide else merge.right
        for row in filled[merge.top : merge.bottom]:
            row.extend([""] * (min(right, wide) - len(row)))
            for column in range(merge.left, min(right, wide)):
                row[column] = row[column] or value
    return filled[start:]


def _rows(cells: list[list[str]], start: int) -> list[Row]:
    return [Row(start + n, row) for n, row in enumerate(cells, start=1) if any(row)]


def _is_number(cell: str) -> bool:
    bare = cell.strip("¥￥$%-+ ").replace(",", "").replace(".", "", 1)
    return bare.isdecimal() and len(bare) != 4  # `2023` names a column of that year
