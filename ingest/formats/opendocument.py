"""OpenDocument texts, slides and spreadsheets (`.odt`, `.odp`, `.ods` and their templates)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from ingest.parts.extracted import Extracted, bounded
from ingest.parts.packages import Package, attribute, local
from ingest.parts.sheets import MOST_CELLS, Merge, Sheet, as_tables
from ingest.parts.tables import TableCell, TableRow, lines_of_rows
from rag.errors import ParseFailed, ParseLimit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_UNREAD = frozenset(
    (
        *("tracked-changes", "annotation", "annotation-end", "forms", "sequence-decls"),
        *("table-of-content", "alphabetical-index", "ruby-text"),
    )
)
_BLOCKS = frozenset(
    (
        *("section", "index-body", "list-header", "frame", "text-box", "custom-shape", "g"),
        *("page", "notes", "table-header-rows", "table-rows", "table-row-group", "tab"),
    )
)
_DEEPEST = 40
_DEEPEST_HEADING = 6
_MOST_REPEATED = 1_000  # spaces, columns or rows that one mark stands for


def extract(file: IO[bytes]) -> dict[str, Any]:
    """The text of an `.odt` or `.odp`; of an `.ods` the `tables`.

    Raises:
        ArchiveTooLarge, ArchiveCorrupt, XmlForbidden: the zip is refused.
        ParseFailed: a part is not what it should be, or locked by a password.
        ParseLimit: too many cells or characters.
    """
    package = Package(file, " OpenDocument 文件")
    if _MANIFEST in package.names and b"encryption-data" in package.bytes_of(_MANIFEST):
        raise ParseFailed(file="", reason="有密码，请先去掉")
    body = next((one for one in package.xml(_CONTENT) if local(one) == "body"), None)
    inside = next(iter(body), None) if body is not None else None
    if inside is None:
        raise package.damaged()
    try:
        if local(inside) == "spreadsheet":
            sheets = [_sheet(one) for one in inside if local(one) == "table"]
            return as_tables(sheets)
        reader = _Reader()
        lines = [*reader.lines(inside), *reader.notes]
    except (ValueError, RecursionError) as error:
        raise package.damaged() from error
    return Extracted(bounded("\n".join(lines)), "odf").as_dict()


class _Reader:
    """Reads one document; its notes gather at the end."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def lines(self, container: Element, depth: int = 0) -> Iterator[str]:
        """One line a paragraph or row; what is no text goes by."""
        if depth > _DEEPEST:
            raise ParseLimit(file="", reason=f"嵌套超过 {_DEEPEST} 层")
        for one in container:
            name = local(one)
            if name == "h":
                level = int(attribute(one, "outline-level") or 1)
                text = " ".join(self.text(one).split())
                yield f"{'#' * min(level, _DEEPEST_HEADING)} {text}" if text else ""
            elif name == "p":
                yield self.text(one)
            elif name == "table":
                yield from self._rows(one, depth)
            elif name == "list":
                for item in one:
                    yield from self.lines(item, depth + 1)
            elif name == "page":
                yield from self._slide(one, depth)
            elif name in _BLOCKS:
                yield from self.lines(one, depth + 1)
            if name in {"h", "p"}:
                yield from self._boxes(one, depth)

    def text(self, element: Element) -> str:
        """The characters of a paragraph, boxes and notes apart."""
        pieces = [element.text or ""]
        for child in element:
            name = local(child)
            if name == "s":
                count = int(attribute(child, "c") or 1)
                pieces.append(" " * min(count, _MOST_REPEATED))
            elif name in {"tab", "line-break"}:
                pieces.append(" " if name == "tab" else "\n")
            elif name == "note":
                self.notes += [
                    line
                    for part in child
                    if local(part) == "note-body"
                    for line in self.lines(part)
                    if line.strip()
                ]
            elif name and name not in _UNREAD and name not in _BLOCKS:
                pieces.append(self.text(child))
            pieces.append(child.tail or "")
        return "".join(pieces)

    def _boxes(self, paragraph: Element, depth: int) -> Iterator[str]:
        for child in paragraph:
            if local(child) in _BLOCKS:
                yield from self.lines(child, depth + 1)
            elif local(child) not in _UNREAD:
                yield from self._boxes(child, depth + 1)

    def _slide(self, page: Element, depth: int) -> Iterator[str]:
        """A slide: its title is a heading."""
        yield ""
        for frame in page:
            title = attribute(frame, "class") == "title"
            for line in self.lines([frame] if local(frame) != "notes" else frame, depth + 1):
                yield f"## {line}" if title and line.strip() else line

    def _rows(self, table: Element, depth: int) -> Iterator[str]:
        """One line a row, which says its columns' names; what is mere layout is read as text."""
        rows = [
            TableRow(
                tuple(self._cell(cell, depth) for cell in row if local(cell) == "table-cell"),
                header=local(row.getparent()) == "table-header-rows",
            )
            for row in _rows_of(table)
        ]
        yield from (line.text for line in lines_of_rows(rows))

    def _cell(self, cell: Element, depth: int) -> TableCell:
        return TableCell(
            tuple(line for line in self.lines(cell, depth + 1) if line.strip()),
            across=int(attribute(cell, "number-columns-spanned") or 1),
            down=int(attribute(cell, "number-rows-spanned") or 1),
        )


def _rows_of(table: Element, depth: int = 0) -> Iterator[Element]:
    for one in table:
        if local(one) == "table-row":
            yield one
        elif local(one) in _BLOCKS and depth < _DEEPEST:
            yield from _rows_of(one, depth + 1)


def _sheet(table: Element) -> Sheet:
    rows: list[list[str]] = []
    merges: list[Merge] = []
    reader = _Reader()
    total = blank = 0
    for row in _rows_of(table):
        cells: list[str] = []
        for cell in row:
            if local(cell) not in {"table-cell", "covered-table-cell"}:
                continue
            text = " ".join("\n".join(reader.lines(cell)).split())
            down = int(attribute(cell, "number-rows-spanned") or 1)
            wide = int(attribute(cell, "number-columns-spanned") or 1)
            if down > 1 or wide > 1:
                top, left = len(rows) + blank, len(cells)
                merges.append(Merge(top, top + down, left, left + wide))
            cells += [text] * min(
                int(attribute(cell, "number-columns-repeated") or 1), _MOST_REPEATED
            )
        again = int(attribute(row, "number-rows-repeated") or 1)
        if not any(cells):
            blank += min(again, _MOST_REPEATED)  # thousands stand for the rest of a sheet
            continue
        rows += [[]] * blank + [cells] * min(again, _MOST_REPEATED)
        blank = 0
        total += len(cells) * min(again, _MOST_REPEATED)
        if total > MOST_CELLS:
            raise ParseLimit(file="", reason=f"超过 {MOST_CELLS // 10_000} 万格")
    return Sheet(attribute(table, "name") or "", rows, tuple(merges))
