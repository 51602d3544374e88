r"""The shapes of an RTF's rows: where each cell ends (`\cellx`), and which of them are one.

A program may say that cells are merged (`\clmgf`, `\clmrg`, `\clvmgf`, `\clvmrg`) or just draw one
as wide as several of another row; either way the table's columns are where any cell ends.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.parts.tables import TableCell, TableRow

_NEAR = 40  # twips: edges of one column may differ by as much
_MOST_CELLS = 200


@dataclass(frozen=True, slots=True)
class _Shape:
    """A cell as it is drawn.

    Attributes:
        right: where it ends, in twips.
        beside: it is the rest of the cell to its left.
        below: it is the rest of the cell above it.
    """

    right: int = 0
    beside: bool = False
    below: bool = False


@dataclass
class RowShapes:
    """What control words say of the row that they stand in; it holds until others say more."""

    header: bool = False
    _next: _Shape = _Shape()
    _shapes: list[_Shape] = field(default_factory=list)

    def hear(self, word: bytes, number: int | None) -> None:
        """A control word; those that are about no row are passed over."""
        if word == b"trowd":
            self.header, self._next = False, _Shape()
            self._shapes = []
        elif word == b"trhdr":
            self.header = True
        elif word == b"clmrg":
            self._next = replace(self._next, beside=True)
        elif word == b"clvmrg":
            self._next = replace(self._next, below=True)
        elif word == b"cellx" and len(self._shapes) < _MOST_CELLS:
            self._shapes.append(replace(self._next, right=number or 0))
            self._next = _Shape()

    def row(self, texts: Sequence[str]) -> ShapedRow:
        """A row of these texts."""
        shapes = tuple(self._shapes) if len(self._shapes) == len(texts) else ()
        return ShapedRow(tuple(texts), shapes, self.header)


@dataclass(frozen=True, slots=True)
class ShapedRow:
    """The texts of a row's cells, and how these are drawn; no shapes where that is not said."""

    texts: tuple[str, ...]
    shapes: tuple[_Shape, ...]
    header: bool


def table_rows(rows: Sequence[ShapedRow]) -> list[TableRow]:
    """The rows of one table, each cell as many columns wide as it is drawn over."""
    told = all(row.shapes for row in rows)
    edges = _edges([shape.right for row in rows for shape in row.shapes]) if told else []
    return [_row(row, edges) for row in rows]


def _edges(rights: Sequence[int]) -> list[int]:
    edges: list[int] = []
    for right in sorted(set(rights)):
        if not edges or right - edges[-1] > _NEAR:
            edges.append(right)
    return edges


def _row(row: ShapedRow, edges: Sequence[int]) -> TableRow:
    shapes = row.shapes if edges else (_Shape(),) * len(row.texts)
    cells: list[TableCell] = []
    reach = 0
    for text, shape in zip(row.texts, shapes, strict=True):
        end = bisect_left(edges, shape.right - _NEAR) + 1 if edges else reach + 1
        across = max(end - reach, 1)
        reach += across
        lines = (text,) if text else ()
        if shape.beside and cells:
            before = cells[-1]
            cells[-1] = replace(before, lines=before.lines + lines, across=before.across + across)
        else:
            cells.append(TableCell(lines, across=across, goes_on=shape.below))
    return TableRow(tuple(cells), header=row.header)
