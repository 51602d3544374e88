"""Tables for spreadsheet programs, in which no text of ours is ever taken for a formula.

A cell that begins like a formula gets an apostrophe before it in CSV (OWASP: CSV Injection); in a
workbook it is stored as text, and marked so. `plain_cell` takes the apostrophe away again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

CELL_LIMIT = 32_767
"""Characters that a cell of a workbook holds."""

_BEGINS = r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r]"
_FORMULA = re.compile(_BEGINS)
_DEFUSED = re.compile(f"'+(?={_BEGINS})")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def defused(text: str) -> str:
    """`text` as a CSV cell that no spreadsheet program computes."""
    return f"'{text}" if _FORMULA.match(text) or _DEFUSED.match(text) else text


def plain_cell(cell: str) -> str:
    """The text of a cell that `defused` wrote; other cells as they are."""
    return cell[1:] if _DEFUSED.match(cell) else cell


def without_odd_characters(text: str) -> str:
    """`text` with U+FFFD for what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV with a byte order mark, by which Excel knows UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([defused(cell) for cell in row] for row in rows)
    return f"\ufeff{out.getvalue()}"


def workbook_bytes(rows: Iterable[Sequence[str]], title: str) -> bytes:
    """Rows as the one sheet of an XLSX file, the first of them its header.

    Characters that XML cannot hold become U+FFFD; a longer text than a cell holds is cut there.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"

    def cell(text: str) -> object:
        made = WriteOnlyCell(sheet, value=without_odd_characters(text)[:CELL_LIMIT])
        if made.data_type != "s":
            made.data_type = "s"  # openpyxl takes `=1+1` for a formula, `#N/A` for an error
        made.quotePrefix = bool(_FORMULA.match(text))
        return made

    for row in rows:
        sheet.append([cell(text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
