"""Made tables as files: Word, web page, Markdown, workbook, and PDFs with and without lines."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from eval.made_tables import MadeTable

_INTRO = "现将有关情况列在下面的表格里，供各处查询使用，如有变动请及时上报办公室更正。"
_OUTRO = "以上内容由办公室整理发布，如与原件不符，以原件为准。"
_WIDTH, _HEIGHT, _MARGIN = 595, 842, 60
_EM, _LEADING, _PADDING = 10.5, 15.0, 5.0
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell to write: its paragraphs, and how many columns and rows it takes."""

    text: str
    across: int = 1
    down: int = 1

    @property
    def paragraphs(self) -> list[str]:
        """Each on its own line."""
        return self.text.split("\n")


Rows = list[list[Cell]]
"""Cells in the row in which they begin."""


def write(table: MadeTable, form: str, folder: Path) -> Path:
    """A file of the table in one of `FORMS`."""
    path = folder / f"{table.title}{'.pdf' if form.startswith('pdf') else f'.{form}'}"
    writer: Callable[[MadeTable], bytes] = _WRITERS[form]
    path.write_bytes(writer(table))
    return path


def _merged(table: MadeTable) -> tuple[Rows, Rows]:
    """The header's rows and the others, equal values of the group as one cell."""
    over = any(column.over for column in table.columns)
    first = [Cell(table.group[0], down=1 + over)] if table.group else []
    second: list[Cell] = []
    for n, column in enumerate(table.columns):
        if not column.over:
            first.append(Cell(column.name, down=1 + over))
            continue
        second.append(Cell(column.name))
        if n == 0 or table.columns[n - 1].over != column.over:
            first.append(
                Cell(column.over, across=sum(c.over == column.over for c in table.columns))
            )
    groups = table.group[1] if table.group else ()
    body: Rows = []
    for n, row in enumerate(table.rows):
        cells = [Cell(value) for value in row]
        if groups and (n == 0 or groups[n] != groups[n - 1]):
            same = next((m for m in range(n, len(groups)) if groups[m] != groups[n]), len(groups))
            cells.insert(0, Cell(groups[n], down=same - n))
        body.append(cells)
    return [first, *([second] if over else [])], body


def _html(table: MadeTable) -> bytes:
    head, body = _merged(table)

    def row(cells: Sequence[Cell], tag: str) -> str:
        return f"<tr>{''.join(_web_cell(cell, tag) for cell in cells)}</tr>"

    rows = "".join(row(cells, "td") for cells in (*head, *body))
    page = (
        f"<html><head><meta charset=utf-8><title>{table.title}</title></head><body><article>"
        f"<h1>{table.title}</h1><p>{_INTRO}</p><table>{rows}</table><p>{_OUTRO}</p></article></body></html>"
    )
    return page.encode()


def _web_cell(cell: Cell, tag: str) -> str:
    spans = f" colspan={cell.across}" * (cell.across > 1) + f" rowspan={cell.down}" * (
        cell.down > 1
    )
    inside = "".join(f"<p>{html.escape(text)}</p>" for text in cell.paragraphs if text)
    return f"<{tag}{spans}>{inside}</{tag}>"


def _markdown(table: MadeTable) -> bytes:
    names = [name.replace("/", "") for name in table.names]
    rows = [names, ["---"] * len(names), *table.cells()]
    lines = [f"| {' | '.join(cell.replace(chr(10), ' ') for cell in row)} |" for row in rows]
    text = "\n".join(lines)
    return f"# {table.title}\n\n{_INTRO}\n\n{text}\n\n{_OUTRO}\n".encode()


def _xlsx(table: MadeTable) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    head, body = _merged(table)
    sheet.cell(1, 1, table.title)
    taken: set[tuple[int, int]] = set()
    for n, cells in enumerate((*head, *body), start=2):
        column = 1
        for cell in cells:
            while (n, column) in taken:
                column += 1
            sheet.cell(n, column, cell.text or None)
            last = n + cell.down - 1, column + cell.across - 1
            taken.update((r, c) for r in range(n, last[0] + 1) for c in range(column, last[1] + 1))
            if last != (n, column):
                sheet.merge_cells(
                    start_row=n, start_column=column, end_row=last[0], end_column=last[1]
                )
            column = last[1] + 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _docx(table: MadeTable) -> bytes:
    head, body = _merged(table)
    rows = "".join(f"<w:tr>{''.join(cells)}</w:tr>" for cells in _word_rows([*head, *body]))
    parts = [
        f"<w:p><w:pPr><w:jc w:val='center'/></w:pPr>{_run(table.title)}</w:p>",
        f"<w:p>{_run(_INTRO)}</w:p><w:tbl>{rows}</w:tbl><w:p>{_run(_OUTRO)}</w:p>",
    ]
    document = f"<w:document xmlns:w='{_WORD}'><w:body>{''.join(parts)}</w:body></w:document>"
    types = (
        "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
        "<Default Extension='rels'"
        " ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        "<Override PartName='/word/document.xml' ContentType='application/vnd.openxmlformats-"
        "officedocument.wordprocessingml.document.main+xml'/></Types>"
    )
    relations = (
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        f"<Relationship Id='r1' Type='{_OFFICE}' Target='word/document.xml'/></Relationships>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, text in (
            ("[Content_Types].xml", types),
            ("_rels/.rels", relations),
            ("word/document.xml", document),
        ):
            package.writestr(name, f"<?xml version='1.0' encoding='UTF-8'?>{text}")
    return out.getvalue()


def _word_rows(rows: Rows) -> Iterator[list[str]]:
    """Rows as Word has them: the rest of a merged cell stands in each row below."""
    below: dict[int, tuple[int, int]] = {}  # column: rows that are left, columns
    for cells in rows:
        written: list[str] = []
        column, waiting = 0, list(cells)
        while waiting or column in below:
            if column in below:
                left, across = below.pop(column)
                written.append(_word_cell(Cell("", across), "<w:vMerge/>"))
            else:
                cell = waiting.pop(0)
                left, across = cell.down, cell.across
                merge = "<w:vMerge w:val='restart'/>" if cell.down > 1 else ""
                written.append(_word_cell(cell, merge))
            if left > 1:
                below[column] = left - 1, across
            column += across
        yield written


def _word_cell(cell: Cell, merge: str) -> str:
    span = f"<w:gridSpan w:val='{cell.across}'/>" if cell.across > 1 else ""
    paragraphs = "".join(f"<w:p>{_run(text)}</w:p>" for text in cell.paragraphs)
    return f"<w:tc><w:tcPr>{span}{merge}</w:tcPr>{paragraphs}</w:tc>"


def _run(text: str) -> str:
    return f"<w:r><w:t>{escape(text)}</w:t></w:r>" if text else ""


class _Sheets:
    """Pages of a PDF as they are printed."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]
        self.y = float(_MARGIN)

    def text(self, text: str, x: float, y: float, size: float = _EM) -> None:
        glyphs = text.encode("utf-16-be").hex()
        self.pages[-1].append(
            f"BT /F1 {size} Tf 1 0 0 1 {x:.1f} {_HEIGHT - y:.1f} Tm <{glyphs}> Tj ET"
        )

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.pages[-1].append(
            f"0.5 w {x0:.1f} {_HEIGHT - y0:.1f} m {x1:.1f} {_HEIGHT - y1:.1f} l S"
        )

    def running(self, text: str) -> None:
        """A paragraph across the page."""
        full = int((_WIDTH - 2 * _MARGIN) / _EM)
        for start in range(0, len(text), full):
            self.y += _LEADING
            self.text(text[start : start + full], _MARGIN, self.y)
        self.y += _LEADING

    def turn(self) -> None:
        self.pages.append([])
        self.y = float(_MARGIN)


def _pdf(table: MadeTable, *, ruled: bool) -> bytes:
    sheets = _Sheets()
    sheets.text(table.title, 200, sheets.y + 20, 18)
    sheets.y += 40
    sheets.running(_INTRO)
    head, body = _merged(table) if ruled else _flat(table)
    wide = (_WIDTH - 2 * _MARGIN) / len(table.names)
    edges = [_MARGIN + n * wide for n in range(len(table.names) + 1)]
    placed = _placed([*head, *body], len(table.names))
    rows = [_Measured(row, _high(row, wide)) for row in placed]
    header, rest = rows[: len(head)], rows[len(head) :]
    while rest:
        room = _HEIGHT - _MARGIN - sheets.y - sum(row.high for row in header)
        fitting = 1
        while fitting < len(rest) and sum(row.high for row in rest[: fitting + 1]) <= room:
            fitting += 1
        _print(sheets, [*header, *rest[:fitting]], edges, ruled=ruled)
        rest = rest[fitting:]
        if rest:
            sheets.turn()
    sheets.y += _LEADING
    if sheets.y > _HEIGHT - 2 * _MARGIN:
        sheets.turn()
    sheets.running(_OUTRO)
    return _document(["\n".join(page) for page in sheets.pages])


def _flat(table: MadeTable) -> tuple[Rows, Rows]:
    """One row of header, every value in its own cell."""
    names = [Cell(name.replace("/", "")) for name in table.names]
    return [names], [[Cell(value.replace("\n", "")) for value in row] for row in table.cells()]


class _Placed(NamedTuple):
    """A cell, its first column, and whether it is the rest of the one above it."""

    cell: Cell
    column: int
    goes_on: bool = False


class _Measured(NamedTuple):
    """A row and its height."""

    row: list[_Placed]
    high: float


def _placed(rows: Rows, columns: int) -> list[list[_Placed]]:
    below: dict[int, tuple[Cell, int]] = {}
    result: list[list[_Placed]] = []
    for cells in rows:
        own: list[_Placed] = []
        column, waiting = 0, list(cells)
        while column < columns:
            goes_on = column in below
            cell, left = below.pop(column) if goes_on else (waiting.pop(0), 0)
            left = left if goes_on else cell.down
            own.append(_Placed(cell, column, goes_on))
            if left > 1:
                below[column] = cell, left - 1
            column += cell.across
        result.append(own)
    return result


def _lines(cell: Cell, wide: float) -> list[str]:
    full = max(int((wide * cell.across - 2 * _PADDING) / _EM), 1)
    return [
        text[start : start + full]
        for text in cell.paragraphs
        for start in range(0, max(len(text), 1), full)
    ]


def _high(row: Sequence[_Placed], wide: float) -> float:
    own = [len(_lines(one.cell, wide)) for one in row if one.cell.down == 1]
    return max(own, default=1) * _LEADING + 2 * _PADDING


def _print(
    sheets: _Sheets, rows: Sequence[_Measured], edges: Sequence[float], *, ruled: bool
) -> None:
    y = sheets.y
    for n, (row, high) in enumerate(rows):
        for cell, column, goes_on in row:
            x0, x1 = edges[column], edges[column + cell.across]
            for at, text in enumerate(() if goes_on and n else _lines(cell, edges[1] - edges[0])):
                sheets.text(text, x0 + _PADDING, y + _PADDING + (at + 0.8) * _LEADING)
            if ruled:
                sheets.line(x0, y, x0, y + high)
                sheets.line(x1, y, x1, y + high)
                if not goes_on or not n:
                    sheets.line(x0, y, x1, y)
        y += high
    if ruled:
        sheets.line(edges[0], y, edges[-1], y)
    sheets.y = y


def _document(pages: Sequence[str]) -> bytes:
    """A PDF of pages of marks."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    font = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        " /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000"
        " /W [1 95 500] >>] >>"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        font,
    ]
    for n, page in enumerate(pages):
        box = f"/MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {box} /Contents {5 + 2 * n} 0 R >>")
        objects.append(f"<< /Length {len(page)} >>\nstream\n{page}\nendstream")
    out = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("ascii")
    start = len(out)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return bytes(out + f"{end}startxref\n{start}\n%%EOF\n".encode("ascii"))


_WRITERS = {
    "docx": _docx,
    "html": _html,
    "md": _markdown,
    "xlsx": _xlsx,
    "pdf-ruled": lambda table: _pdf(table, ruled=True),
    "pdf-plain": lambda table: _pdf(table, ruled=False),
}
FORMS = tuple(_WRITERS)
"""Names of the formats; `pdf-plain` has no lines."""
