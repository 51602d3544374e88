"""Tables of documents and pages as lines: a row says its columns' names, layout stays text.

A program that writes documents says where cells stand and which are one; `Sheet` and
`sheets.understood` make rows of that as they do for workbooks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from ingest.parts.delimited import Row
from ingest.parts.sheets import BETWEEN_CELLS, Merge, Sheet, Table, named_lines, understood, unnamed

_LONGEST_CELL = 600
_MOST_LINES = 12
_LONGEST_ON_AVERAGE = 150
_MOST_COLUMNS = 200
_DEEPEST_MERGE = 20_000
_LONGEST_NAME = 12
"""Of a column, where only its looks tell a header of two cells from a label and its value."""
_LABELS = (
    "姓名 性别 民族 年龄 籍贯 学历 学位 专业 职务 职称 单位 部门 电话 手机 地址 住址 邮编 邮箱 "
    "工作单位 出生年月 出生日期 政治面貌 毕业院校 联系电话 联系人 联系方式 通讯地址 家庭住址 备注 "
    "身份证号 身份证号码 电子邮箱 申请人 申请日期 申请单位 法定代表人 负责人 单位名称 项目名称"
)
_FORM_LABELS = frozenset(_LABELS.split())
"""Generic labels of forms: where they begin several rows, the table has labels in its rows."""
_LEAST_IN_PAIRS = 4
_COLONS = ("：", ":")


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell as it is written.

    Attributes:
        lines: its paragraphs.
        across, down: how many columns and rows it takes.
        goes_on: it is the rest of the cell above it.
        heading: the file calls it a column's or a row's name.
    """

    lines: tuple[str, ...]
    across: int = 1
    down: int = 1
    goes_on: bool = False
    heading: bool = False

    @property
    def text(self) -> str:
        """Its characters on one line."""
        return " ".join(" ".join(self.lines).split())


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it is written; `before`: columns that it leaves out at its left."""

    cells: tuple[TableCell, ...]
    before: int = 0
    header: bool = False


class TableLine(NamedTuple):
    """A line, and the row (from 0) that it is."""

    row: int
    text: str


def table_lines(rows: Sequence[TableRow]) -> list[TableLine] | None:
    """A table's lines; None where it is no table but layout, whose cells are read as text."""
    table = table_of(rows)
    return None if table is None else list(lines_of(table))


def lines_of_rows(rows: Sequence[TableRow]) -> Sequence[TableLine]:
    """A table's lines, or those of what is mere layout."""
    lines = table_lines(rows)
    return list(plain_rows(rows)) if lines is None else lines


def table_of(rows: Sequence[TableRow], *, headed: bool = True) -> Table | None:
    """A table understood, by `headed` with names of columns; None where it is mere layout."""
    cells = [cell for row in rows for cell in row.cells if cell.text]
    if not cells or _is_layout(rows, cells):
        return None
    sheet = _sheet(rows)
    if max(map(len, sheet.cells)) > _MOST_COLUMNS:
        return None
    if _is_form(sheet.cells):
        named = _label_columns(sheet.cells)
        numbered = ((n, row) for n, row in enumerate(sheet.cells, start=1) if any(row))
        labelled = ((n, _labelled(row, named)) for n, row in numbered)
        return Table("", rows=[Row(n, [line]) for n, line in labelled])
    if not sheet.header and _alternates(rows, sheet.cells):
        return Table("", rows=[Row(n, [_in_pairs(row)]) for n, row in enumerate(rows, start=1)])
    has_names = headed and (sheet.header or _is_headed(sheet.cells))
    return understood(sheet) if has_names else unnamed(sheet)


def go_on(before: Table, rows: Sequence[TableRow]) -> tuple[Table, tuple[int, ...]]:
    """A table that goes on, under the names of its beginning; which rows only repeat those."""
    sheet = _sheet(rows)
    own = understood(sheet)
    if own.columns == before.columns and own.rows:
        first = own.rows[0].line - 1
        return Table("", columns=before.columns, rows=own.rows), tuple(range(first))
    return Table("", columns=before.columns, rows=unnamed(sheet).rows), ()


def lines_of(table: Table) -> Iterator[TableLine]:
    """Its lines, each with its row."""
    above = [table.title] if table.title else []
    yield from (TableLine(n, line) for n, line in enumerate((*above, *table.above)))
    if table.columns and not table.rows:
        yield TableLine(0, BETWEEN_CELLS.join(table.columns))
    yield from (TableLine(row.line - 1, line) for row, line in named_lines(table))


def _is_layout(rows: Sequence[TableRow], cells: Sequence[TableCell]) -> bool:
    """Whether a table only puts text in its place: one row or column, headings, long texts."""
    if len([row for row in rows if any(cell.text for cell in row.cells)]) < 2:
        return True
    if max(sum(bool(cell.text) for cell in row.cells) for row in rows) < 2:
        return True
    if any(line.startswith("#") for cell in cells for line in cell.lines):
        return True
    lengths = [len(cell.text) for cell in cells]
    return (
        max(lengths) > _LONGEST_CELL
        or max(len(cell.lines) for cell in cells) > _MOST_LINES
        or sum(lengths) > _LONGEST_ON_AVERAGE * len(lengths)
    )


def _sheet(rows: Sequence[TableRow]) -> Sheet:
    """Every cell in its row and column, those over several as merges, none over another.

    As far as the first row that is wider than any table.
    """
    grid: list[list[str]] = [[] for _ in rows]
    taken: dict[tuple[int, int], tuple[int, int]] = {}  # what reaches down from above: its corner
    merges: dict[tuple[int, int], Merge] = {}
    for top, row in enumerate(rows):
        column = row.before
        for cell in row.cells:
            while (top, column) in taken and not cell.goes_on:
                column += 1
            right = column + 1
            while right < min(column + cell.across, _MOST_COLUMNS) and (top, right) not in taken:
                right += 1
            corner = _corner_above(merges, grid, top, column) if cell.goes_on else None
            if corner is not None:
                above = merges.get(corner, Merge(*corner[:1], top, corner[1], right))
                merges[corner] = Merge(above.top, top + 1, above.left, above.right)
            else:
                _put(grid[top], column, cell.text)
                if column >= _MOST_COLUMNS:
                    return Sheet("", grid, (), 0)
                bottom = min(top + max(cell.down, 1), len(rows), top + _DEEPEST_MERGE)
                if bottom - top > 1 or right - column > 1:
                    merges[top, column] = Merge(top, bottom, column, right)
                for below in range(top + 1, bottom):
                    taken.update(((below, n), (top, column)) for n in range(column, right))
            column = right
    wide = max(map(len, grid))
    grid = [[*line, *[""] * (wide - len(line))] for line in grid]
    return Sheet("", grid, tuple(merges.values()), _marked_rows(rows))


def _corner_above(
    merges: dict[tuple[int, int], Merge], grid: list[list[str]], top: int, column: int
) -> tuple[int, int] | None:
    """Where the cell begins of which one that goes on is the rest."""
    if top == 0:
        return None
    for corner, merge in reversed(merges.items()):
        if merge.bottom == top and merge.left == column:
            return corner
    return (top - 1, column) if column < len(grid[top - 1]) else None


def _put(line: list[str], column: int, text: str) -> None:
    line.extend([""] * (column + 1 - len(line)))
    line[column] = text


def _marked_rows(rows: Sequence[TableRow]) -> int:
    """How many rows from the first on the file itself calls the header; not all of them."""
    count = 0
    for row in rows:
        filled = [cell for cell in row.cells if cell.text]
        if not row.header and not (filled and all(cell.heading for cell in filled)):
            break
        count += 1
    return count if count < len(rows) else 0


def _is_form(cells: Sequence[Sequence[str]]) -> bool:
    """Whether labels stand before their values in the rows, and not above them."""
    labelled = [row for row in cells if len(row) > 1 and _is_label(row[0])]
    if max(map(len, cells)) > 2:  # a label alone in its row is the name of those below it
        labelled = [row for row in labelled if any(row[1:])]
    beside = any(_is_label(cell) for row in labelled[1:] for cell in row[2:])
    marked = any(cell.endswith(_COLONS) for row in labelled for cell in row)
    return marked or (len(labelled) > 1 and (beside or max(map(len, cells)) == 2))


def _alternates(rows: Sequence[TableRow], cells: Sequence[Sequence[str]]) -> bool:
    """Whether every row is labels and values by turns, in four columns or more.

    Labels are short and have no digit; a value in the first row has one, as no header's name has.
    Cells that reach over several columns leave each label in a column of labels.
    """
    wide = max(map(len, cells), default=0)
    plain = all(cell.down == 1 and not cell.goes_on for row in rows for cell in row.cells)
    if wide < _LEAST_IN_PAIRS or wide % 2 or not plain or any(row.before for row in rows):
        return False
    if any(len(row.cells) % 2 or any(c.across % 2 == 0 for c in row.cells) for row in rows):
        return False
    labels = [cell.text for row in rows for cell in row.cells[::2] if cell.text]
    short = all(len(label) <= _LONGEST_NAME and not _has_digit(label) for label in labels)
    return short and any(_has_digit(cell.text) for cell in rows[0].cells[1::2])


def _in_pairs(row: TableRow) -> str:
    pairs = zip(row.cells[::2], row.cells[1::2], strict=True)
    said = (f"{_bare(label.text)}：{value.text}" for label, value in pairs if label.text)
    return BETWEEN_CELLS.join(said)


def _is_label(cell: str) -> bool:
    return cell.endswith(_COLONS) or _bare(cell) in _FORM_LABELS


def _bare(cell: str) -> str:
    return "".join(cell.split()).rstrip("：:")


def _label_columns(cells: Sequence[Sequence[str]]) -> frozenset[int]:
    """The columns of short cells of which half are labels, before columns without a label.

    Of two columns, the first where it has two labels.
    """
    columns = list(zip(*cells, strict=False))
    known = [sum(map(_is_label, column)) for column in columns]
    return frozenset(
        n
        for n, column in enumerate(columns[:-1])
        if (0 < sum(map(bool, column)) <= 2 * known[n] or (len(columns) == 2 <= known[n]))
        and not known[n + 1]
        and max(map(len, column)) <= _LONGEST_NAME
    )


def _labelled(row: Sequence[str], named: Set[int]) -> str:
    """A form's row: each label, known or in a column of labels, with the value behind it."""
    parts: list[str] = []
    filled = [(cell, _is_label(cell) or n in named) for n, cell in enumerate(row) if cell]
    n = 0
    while n < len(filled):
        cell, is_label = filled[n]
        if n + 1 < len(filled) and is_label and not filled[n + 1][1]:
            parts.append(f"{_bare(cell)}：{filled[n + 1][0]}")
            n += 2
        else:
            parts.append(cell)
            n += 1
    return BETWEEN_CELLS.join(parts)


def _is_headed(cells: Sequence[Sequence[str]]) -> bool:
    """Whether the first full row can name columns; of two columns, only if their looks differ."""
    full = [row for row in cells if sum(map(bool, row)) > 1]
    if len(full) < 2:
        return False
    if max(len([cell for cell in row if cell]) for row in full) > 2:
        return True
    first, *rest = ([cell for cell in row if cell] for row in full)
    for name, *column in zip(first, *rest, strict=False):
        if len(name) > _LONGEST_NAME or _has_digit(name):
            return False
        longer = min(map(len, column)) >= max(2 * len(name), 8)
        if all(map(_has_digit, column)) or longer:
            return True
    return False


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def plain_rows(rows: Sequence[TableRow]) -> Iterator[TableLine]:
    """The lines of layout: cells one after the other, short ones of a row on one line."""
    for n, row in enumerate(rows):
        contents = [cell.lines for cell in row.cells if cell.lines]
        if any(len(lines) > 1 for lines in contents):
            yield from (TableLine(n, line) for line in chain.from_iterable(contents))
        elif line := BETWEEN_CELLS.join(lines[0].strip() for lines in contents):
            yield TableLine(n, line)
