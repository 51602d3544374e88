"""A table on a printed page: what was printed in it, its rows, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parts.sheets import Table
from ingest.parts.tables import TableRow, lines_of
from ingest.printed.text_runs import Piece, rows

APART = 1.02  # em between cells of a row: more than a blank as wide as a character
_BLANK = 0.9  # em
_ITEM = re.compile(r"\d{1,2}[、.．](?!\d)|[（(][一二三四五六七八九十\d]{1,3}[）)]|[①-⑳●■◆]")


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


def cell_text(pieces: Sequence[Piece]) -> str:
    """The lines of a cell as one; blanks where Latin words meet, items begin, pieces are apart."""
    text = ""
    for line in rows(pieces):
        before: Piece | None = None
        for piece in line:
            apart = before is None or piece.left - before.right > _BLANK * piece.size
            latin = text[-1:].isascii() and piece.text[:1].isascii()
            item = before is None and _ITEM.match(piece.text)
            text += " " if text and (latin or item or (before and apart)) else ""
            text += piece.text.strip()
            before = piece
    return text
