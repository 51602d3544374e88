"""Names that stand over the names of several columns, in tables without lines."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.parts.tables import TableCell
from ingest.printed.text_runs import Band, Gap, Piece

_CENTRED = 1.5  # em: a name stands over the middle of its columns
_APART = 0.5  # em of height: pieces of another line
_MOST_COLUMNS = 24


def names_over(cells: Sequence[Piece], columns: Sequence[Gap], em: float) -> list[TableCell]:
    """The cells of a line above the columns' own names, each over one column or over several.

    Empty where they do not stand over the middles of columns side by side that are all columns.

    Args:
        cells: from left to right, fewer than there are columns.
        columns: left and right end of each.
        em: of the page's type.
    """
    count, total = len(cells), len(columns)
    if not 1 < count < total <= _MOST_COLUMNS:
        return []
    # best[n]: the widths of the first cells that stand over the first n columns, and how far off.
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for cell in cells:
        middle = (cell.left + cell.right) / 2
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost, widths) in best.items():
            for end in range(start + 1, total + 1):
                off = abs(middle - (columns[start][0] + columns[end - 1][1]) / 2)
                over = end - start == 1 and _overlap(cell, columns[start])
                if off > _CENTRED * em and not over:
                    continue
                way = cost + off, (*widths, end - start)
                following[end] = min(way, following.get(end, way))
        best = following
    if total not in best:
        return []
    widths = best[total][1]
    return [TableCell((c.text,), across=w) for c, w in zip(cells, widths, strict=True)]


def two_lines(band: Band) -> tuple[Band, Band]:
    """The pieces of two lines between which others stand; those belong to the upper one.

    The second is empty where all pieces stand at one height.
    """
    lowest = max(band, key=lambda piece: piece.top)
    lower = [p for p in band if lowest.top - p.top < _APART * lowest.size]
    upper = [p for p in band if p not in lower]
    return (upper, lower) if upper else (band, [])


def _overlap(cell: Piece, column: Gap) -> bool:
    return cell.left < column[1] and column[0] < cell.right
