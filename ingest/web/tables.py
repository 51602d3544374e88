"""The tables of a web page: their rows as lines, each with the element that it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.parts.tables import TableCell, TableRow, table_lines

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LINKED = 0.8
_MOST_SPANNED = 1000


@dataclass(slots=True)
class WebLine:
    """A line with the element that it stands in.

    Attributes:
        text: with its `#`, if it is a heading.
        links: how many of its characters are links.
        owner: the innermost block around it.
        to_file: one of its links leads to a file, as those of attachments do.
    """

    text: str
    links: int
    owner: HtmlElement
    to_file: bool = False

    @property
    def is_link(self) -> bool:
        """Whether it leads elsewhere and says nothing itself."""
        return not self.to_file and self.links >= _LINKED * len("".join(self.text.split()))


@dataclass(slots=True)
class WebTable:
    """A table that is being read."""

    rows: list[HtmlElement] = field(default_factory=list)
    cells: list[list[tuple[HtmlElement, list[WebLine]]]] = field(default_factory=list)

    def add(self, row: HtmlElement, cells: list[tuple[HtmlElement, list[WebLine]]]) -> None:
        """A row that is read, cells with their elements."""
        self.rows.append(row)
        self.cells.append(cells)

    def lines(self, *, nested: bool) -> Iterator[WebLine]:
        """One line a row, which says its columns' names; what is mere layout is read as text.

        `nested`: in another table's cell.
        """
        written = [_row(row, cells) for row, cells in zip(self.rows, self.cells, strict=True)]
        holds_another = any(
            next(cell.iter("table"), None) is not None for cells in self.cells for cell, _ in cells
        )
        lines = None if nested or holds_another else table_lines(written)
        if lines is None:
            for row, cells in zip(self.rows, self.cells, strict=True):
                yield from plain_row(row, [inside for _, inside in cells])
            return
        for line in lines:
            inside = [one for _, own in self.cells[line.row] for one in own]
            files = any(one.to_file for one in inside)
            yield WebLine(line.text, sum(one.links for one in inside), self.rows[line.row], files)


def plain_row(row: HtmlElement, cells: Sequence[Sequence[WebLine]]) -> Iterator[WebLine]:
    """A row of short cells on one line; where cells hold several lines, they are layout."""
    if any(len(cell) > 1 for cell in cells):
        for cell in cells:
            yield from cell
        return
    parts = [cell[0] for cell in cells if cell]
    if len(parts) == 1:
        yield parts[0]
    elif parts:
        text = "　".join(part.text.lstrip("# ") for part in parts)
        files = any(part.to_file for part in parts)
        yield WebLine(text, sum(part.links for part in parts), row, files)


def _row(row: HtmlElement, cells: Sequence[tuple[HtmlElement, Sequence[WebLine]]]) -> TableRow:
    parent = row.getparent()
    return TableRow(
        tuple(
            TableCell(
                tuple(line.text for line in lines),
                across=_span(cell, "colspan"),
                down=_span(cell, "rowspan"),
                heading=cell.tag == "th",
            )
            for cell, lines in cells
        ),
        header=parent is not None and parent.tag == "thead",
    )


def _span(cell: HtmlElement, name: str) -> int:
    given = (cell.get(name) or "").strip()
    if not (given.isascii() and given.isdecimal()):
        return 1
    # rowspan=0 reaches to the table's end
    return min(int(given) or (_MOST_SPANNED if name == "rowspan" else 1), _MOST_SPANNED)
