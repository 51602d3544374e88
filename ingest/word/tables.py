"""The rows of a Word table: which cells are one, which rows are its header."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ingest.parts.tables import TableCell, TableRow
from ingest.word.package import W
from ingest.word.styles import is_on, value
from ingest.word.text import COMPATIBILITY

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_WRAPPER_NAMES = "sdt sdtContent ins moveTo customXml smartTag"
WRAPPERS = frozenset(f"{W}{name}" for name in _WRAPPER_NAMES.split()) | {
    f"{COMPATIBILITY}AlternateContent",
    f"{COMPATIBILITY}Choice",
}
"""Elements around others that change nothing."""


def inside(container: Element, tag: str) -> Iterator[Element]:
    """The children of that kind, also those that stand in content controls and the like."""
    for child in container:
        if child.tag == tag:
            yield child
        elif child.tag in WRAPPERS:
            yield from inside(child, tag)


def word_row(row: Element, read: Callable[[Element], Iterable[str]]) -> TableRow:
    """A row; `read` gives the lines of a cell."""
    header = row.find(f"{W}trPr/{W}tblHeader")
    return TableRow(
        tuple(_cell(cell, read) for cell in inside(row, f"{W}tc")),
        before=_number(row.find(f"{W}trPr/{W}gridBefore"), 0),
        header=header is not None and is_on(value(header) or "on"),
    )


def _cell(cell: Element, read: Callable[[Element], Iterable[str]]) -> TableCell:
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    goes_on = merge is not None and (value(merge) or "continue") != "restart"
    return TableCell(
        tuple(line for line in read(cell) if line.strip()),
        across=_number(cell.find(f"{W}tcPr/{W}gridSpan"), 1),
        goes_on=goes_on,
    )


def _number(element: Element | None, default: int) -> int:
    given = (value(element) if element is not None else None) or ""
    return int(given) if given.isascii() and given.isdecimal() else default
