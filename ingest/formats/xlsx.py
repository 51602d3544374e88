"""Excel workbooks (`.xlsx`, `.xlsm`, `.xltx`): every visible sheet, cells as they are shown.

The parts are read here and not by openpyxl, which refuses what other programs write (styles and
drawings that it does not know) and holds fifty times a file's size. Macros are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

from ingest.parts.cells import CHINESE_FORMATS, shown_number
from ingest.parts.packages import Package, attribute, below, local
from ingest.parts.sheets import MOST_CELLS, Merge, Sheet, as_tables
from rag.errors import ParseLimit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


def extract(file: IO[bytes]) -> dict[str, Any]:
    """`tables`: what each sheet holds, `remarks`: what was left out.

    Raises:
        ArchiveTooLarge, ArchiveCorrupt, XmlForbidden: the zip is refused.
        ParseFailed: a part is not what it should be.
        ParseLimit: too many cells or characters.
    """
    package = Package(file, " Excel 表格")
    book = _Book(package)
    try:
        sheets = list(book.sheets())
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise package.damaged() from error
    return as_tables(sheets, book.hidden, book.remarks())


class _Book:
    """One workbook."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._path = next(
            (part for kind, part in package.related("").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        self._root = package.xml(self._path)
        self._related = package.related(self._path)
        properties = next(below(self._root, "workbookPr"), None)
        self._from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        self.hidden: list[str] = []
        self._uncounted = 0
        self._cells = 0

    def sheets(self) -> Iterator[Sheet]:
        """The visible ones, in the order of their tabs."""
        for tab in below(self._root, "sheet"):
            kind, part = self._related.get(attribute(tab, "id") or "", ("", ""))
            name = tab.get("name") or ""
            if kind != "worksheet":
                continue  # a chart on a sheet of its own
            if tab.get("state", "visible") != "visible":
                self.hidden.append(name)
                continue
            yield self._sheet(name, self._package.xml(part))

    def remarks(self) -> list[str]:
        """What a person should know of the cells that were not read."""
        if not self._uncounted:
            return []
        return [f"{self._uncounted} 个公式没有存下结果，未读；用 Excel 或 WPS 打开再保存即可"]

    def _sheet(self, name: str, root: Element) -> Sheet:
        rows: dict[int, dict[int, str]] = {}
        row = column = -1
        for element in below(root, "row", "c"):
            if local(element) == "row":
                row = int(element.get("r") or row + 2) - 1
                column = -1
                continue
            place = _PLACE.fullmatch(element.get("r") or "")
            row, column = _at(place) if place else (row, column + 1)
            if not (0 <= row < _LAST_ROW and 0 <= column < _LAST_COLUMN):
                raise self._package.damaged()
            if value := self._value(element).strip():
                rows.setdefault(row, {})[column] = value
        return Sheet(name, self._grid(rows), tuple(_merges(root)))

    def _grid(self, rows: dict[int, dict[int, str]]) -> list[list[str]]:
        """Rows up to the last with a value, each as far as its own last value."""
        self._cells += sum(max(row) + 1 for row in rows.values()) + max(rows, default=0)
        if self._cells > MOST_CELLS:
            raise ParseLimit(file="", reason=f"超过 {MOST_CELLS // 10_000} 万格")
        empty: dict[int, str] = {}
        grid = (rows.get(n, empty) for n in range(max(rows, default=-1) + 1))
        return [[row.get(n, "") for n in range(max(row, default=-1) + 1)] for row in grid]

    def _value(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _written(cell)
        value = next((one.text or "" for one in cell if local(one) == "v"), "")
        if not value:
            self._uncounted += any(local(one) == "f" for one in cell)
            return ""
        if kind == "s":
            return self._strings[int(value)]
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind in {"str", "d", "e"}:
            return _unescaped(value)
        code = self._codes[int(cell.get("s") or 0)] if self._codes else "General"
        return shown_number(float(value), code, from_1904=self._from_1904)

    @cached_property
    def _strings(self) -> list[str]:
        """The texts that cells share."""
        part = next((part for kind, part in self._related.values() if kind == "sharedStrings"), "")
        return [_written(item) for item in below(self._package.xml(part), "si")] if part else []

    @cached_property
    def _codes(self) -> list[str]:
        """The number format of each cell style."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        part = next((part for kind, part in self._related.values() if kind == "styles"), "")
        if not part:
            return []
        root = self._package.xml(part)
        own = {one.get("numFmtId"): one.get("formatCode") or "" for one in below(root, "numFmt")}
        styles = next(below(root, "cellXfs"), None)
        numbers = [one.get("numFmtId") or "0" for one in styles] if styles is not None else []
        known = {**BUILTIN_FORMATS, **CHINESE_FORMATS}
        return [own.get(n) or known.get(int(n), "General") for n in numbers]


def _at(place: re.Match[str]) -> tuple[int, int]:
    column = 0
    for letter in place.group(1):
        column = column * 26 + ord(letter) - 64
    return int(place.group(2)) - 1, column - 1


def _merges(root: Element) -> Iterator[Merge]:
    for one in below(root, "mergeCell"):
        corners = [_at(place) for place in _PLACE.finditer(one.get("ref") or "")]
        if len(corners) == 2:
            (top, left), (bottom, right) = corners
            yield Merge(top, bottom + 1, left, right + 1)


def _written(element: Element) -> str:
    """The text of a string with its differently set runs; how it is pronounced is left out."""
    if local(element) == "rPh":
        return ""
    if local(element) == "t":
        return _unescaped(element.text or "")
    return "".join(_written(child) for child in element if local(child) in {"t", "r", "is"})


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold are written as `_x000D_`."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
