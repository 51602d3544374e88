"""PDFs with a text layer, through pypdfium2: characters with their boxes, in reading order."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from ingest.parts.extracted import MOST_CHARACTERS, Extracted, PageText, join_pages
from ingest.printed.drawn_paths import drawn_frames
from ingest.printed.form_fields import filled_in, notes_on
from ingest.printed.frames import Frame
from ingest.printed.garbled import garbled_fonts, is_garbled_page
from ingest.printed.glyphs import Glyph, Shown, read_glyphs, runs, with_columns
from ingest.printed.layout import SLANTED, Printed, lay_out
from ingest.printed.running_titles import running_title
from ingest.printed.scanned import is_scanned
from ingest.printed.text_runs import Piece, body_size
from ingest.printed.turns import Turn
from rag.errors import ParseFailed, ParseLimit, PdfEncrypted

if TYPE_CHECKING:
    import pypdfium2 as pdfium

MOST_PAGES = 2_000
MOST_BYTES = 300 << 20
_FINE = 1000  # steps a point, when places are reckoned
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_USUAL_EM = 10.5  # of a page without any type
_LABEL = "扫描页上的标签"
_UNKNOWN = "字体没有说明是什么字"


@dataclass(frozen=True)
class _Sheet:
    """What was read of a page.

    Attributes:
        scanned: what is to be read on it is in its pictures.
        filled: values of form fields.
    """

    number: int
    size: tuple[float, float] = (1.0, 1.0)
    glyphs: Sequence[Glyph] = ()
    drawn: Sequence[Frame] = ()
    scanned: bool = False
    filled: Sequence[Piece] = ()
    remarks: Sequence[tuple[str, tuple[float, ...]]] = ()


def extract(file: IO[bytes]) -> dict[str, Any]:
    """Text of all pages, pages apart by a form feed line; `unread`: pages that are pictures.

    Raises:
        PdfEncrypted: asks for a password.
        ParseFailed: damaged.
        ParseLimit: too many bytes, pages or characters.
    """
    document = open_document(file)
    document.init_forms()
    sheets: list[_Sheet] = []
    characters = 0
    for number in range(1, len(document) + 1):
        sheets.append(_sheet(document, number))
        characters += len(sheets[-1].glyphs)
        if characters > MOST_CHARACTERS:
            raise ParseLimit(file="", reason=f"超过 {MOST_CHARACTERS} 字")
    fonts = garbled_fonts(glyph for sheet in sheets for glyph in sheet.glyphs)
    garbled = [s.number for s in sheets if not s.scanned and is_garbled_page(s.glyphs, fonts)]
    unread = sorted({s.number for s in sheets if s.scanned} | set(garbled))
    pages: list[PageText] = lay_out([_printed(s, fonts, s.number in unread) for s in sheets])
    text, places, marks = join_pages(pages)
    title = running_title(pages)
    return Extracted(
        text,
        "pdf",
        places,
        values={"title": title} if title else {},
        unread=tuple(unread),
        garbled=tuple(garbled),
        marks=marks,
    ).as_dict()


def open_document(file: IO[bytes]) -> pdfium.PdfDocument:
    """Open a PDF.

    Raises:
        PdfEncrypted, ParseFailed, ParseLimit: as `extract`.
    """
    import pypdfium2 as pdfium

    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ParseLimit(file="", reason=f"超过 {MOST_BYTES >> 20} MB")
    try:
        document = pdfium.PdfDocument(data)
        pages = len(document)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise PdfEncrypted(file="") from error
        raise ParseFailed(file="", reason="不是完好的 PDF") from error
    if pages > MOST_PAGES:
        raise ParseLimit(file="", reason=f"有 {pages} 页，上限 {MOST_PAGES} 页")
    if not pages:
        raise ParseFailed(file="", reason="PDF 里没有页")
    return document


def render(
    document: pdfium.PdfDocument, number: int, scale: float, most_pixels: int
) -> pdfium.PdfBitmap:
    """Draw page `number`, `scale` pixels a point, less where that would be too many."""
    width, height = document[number - 1].get_size()
    return document[number - 1].render(scale=min(scale, math.sqrt(most_pixels / (width * height))))


def _sheet(document: pdfium.PdfDocument, number: int) -> _Sheet:
    """Everything on a page; nothing on a damaged one, which does not take the others with it."""
    import pypdfium2 as pdfium

    try:
        page = document[number - 1]
    except pdfium.PdfiumError:
        return _Sheet(number)
    try:
        size = page.get_size()
        shown = _as_shown(page)
        glyphs = list(read_glyphs(page, shown, size))
        em = body_size([piece for piece in runs(glyphs) if piece.text.strip()])
        return _Sheet(
            number,
            size,
            glyphs,
            list(drawn_frames(page, shown)),
            is_scanned(page, glyphs, size),
            list(filled_in(document, page, shown, em if glyphs else _USUAL_EM)),
            list(notes_on(page, shown)),
        )
    finally:
        page.close()


def _printed(sheet: _Sheet, fonts: Set[str], unread: bool) -> Printed:
    """A page's runs by the way they go; of one that is a picture, only what is left out."""
    known = [g for g in sheet.glyphs if g.character and (unread or g.font not in fonts)]
    unknown = "".join(g.character for g in sheet.glyphs if not unread and g.font in fonts)
    asides = [(unknown, _UNKNOWN)]
    if unread:
        label = " ".join(piece.text for piece in runs(known))
        return Printed(sheet.number, sheet.size, asides=[(label, _LABEL)])
    pieces: dict[Turn, list[Piece]] = {}
    standing = with_columns(known, sheet.size)
    for turn in Turn:
        own = [glyph for glyph in standing if glyph.turn is turn]
        pieces[turn] = list(dict.fromkeys(runs(own)))
    pieces[Turn.LEVEL] += sheet.filled
    slanted = pieces.pop(Turn.SLANTED)
    asides += [("".join(piece.text for piece in slanted), SLANTED)]
    return Printed(sheet.number, sheet.size, pieces, sheet.drawn, asides, sheet.remarks)


def _as_shown(page: pdfium.PdfPage) -> Shown:
    """From a point of the page's own space to points from the top left, cropped and turned."""
    from pypdfium2 import raw

    width, height = page.get_size()
    x, y = ctypes.c_int(), ctypes.c_int()

    def device(at_x: float, at_y: float) -> tuple[float, float]:
        size = (round(width * _FINE), round(height * _FINE))
        raw.FPDF_PageToDevice(page, 0, 0, *size, 0, at_x, at_y, x, y)
        return x.value / _FINE, y.value / _FINE

    (x0, y0), (x1, y1), (x2, y2) = device(0, 0), device(1000, 0), device(0, 1000)
    across, down = ((x1 - x0) / 1000, (y1 - y0) / 1000), ((x2 - x0) / 1000, (y2 - y0) / 1000)
    return lambda at_x, at_y: (
        x0 + across[0] * at_x + down[0] * at_y,
        y0 + across[1] * at_x + down[1] * at_y,
    )
