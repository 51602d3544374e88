"""Workbooks of Excel 97–2003 and the tables of WPS (`.xls`, `.et`), through xlrd."""

from __future__ import annotations

import io
import struct
from typing import IO, TYPE_CHECKING, Any

from ingest.parts.cells import CHINESE_FORMATS, shown_number
from ingest.parts.sheets import MOST_CELLS, Merge, Sheet, as_tables
from rag.errors import ParseFailed, ParseLimit

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Sheet as BookSheet

_BROKEN = (
    *(AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError),
    *(OverflowError, ZeroDivisionError, struct.error, NotImplementedError, EOFError),
)


def extract(file: IO[bytes]) -> dict[str, Any]:
    """As `ingest.formats.xlsx.extract`.

    Raises:
        ParseFailed: not a workbook, or one with a password.
        ParseLimit: too many cells or characters.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=file.read(), formatting_info=True, logfile=io.StringIO()
        )
        sheets = [_sheet(book, one) for one in book.sheets() if one.visibility == 0]
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, *_BROKEN) as error:
        locked = "encrypt" in str(error).lower() or "password" in str(error).lower()
        reason = "有密码，请先去掉" if locked else "不是完好的 Excel 97–2003 表格"
        raise ParseFailed(file="", reason=reason) from error
    hidden = [one.name for one in book.sheets() if one.visibility]
    return as_tables(sheets, hidden)


def _sheet(book: Book, sheet: BookSheet) -> Sheet:
    if sheet.nrows * sheet.ncols > MOST_CELLS:
        raise ParseLimit(file="", reason=f"超过 {MOST_CELLS // 10_000} 万格")
    cells = [
        [_shown(book, sheet, row, column) for column in range(sheet.row_len(row))]
        for row in range(sheet.nrows)
    ]
    return Sheet(sheet.name, cells, tuple(Merge(*place) for place in sheet.merged_cells))


def _shown(book: Book, sheet: BookSheet, row: int, column: int) -> str:
    import xlrd

    cell = sheet.cell(row, column)
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(cell.value).strip()
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype not in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        return ""
    key = book.xf_list[cell.xf_index].format_key
    known = book.format_map.get(key)
    code = CHINESE_FORMATS.get(key) or (known.format_str if known else "General")
    return shown_number(float(cell.value), code, from_1904=bool(book.datemode))
