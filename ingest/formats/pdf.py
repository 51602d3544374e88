"""PDFs with a text layer, through pypdfium2: characters with their boxes, in reading order."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from statistics import median
from typing import IO, TYPE_CHECKING, Any

from ingest.formats.extracted import MOST_CHARACTERS, Extracted, PageText, join_pages, storable
from ingest.formats.frames import Frame
from ingest.formats.text_runs import Piece
from ingest.formats.typesetting import typeset
from rag.errors import ParseFailed, ParseLimit, PdfEncrypted

if TYPE_CHECKING:
    import pypdfium2 as pdfium

MOST_PAGES = 2_000
MOST_BYTES = 300 << 20
_LEAST_TEXT = 8  # characters; a page with fewer has no text layer
_ASCENT = 0.88  # of the em above the base line, as in Chinese type
_SAME_LINE = 0.3  # em
_RUN_GAP = 0.65  # em: wider gaps end a run
_LATIN_SPACE = 0.2  # em between Latin words
_SPACE = 0.15  # em more than the usual gap of the line: a blank that was not drawn
_TWICE = 0.2  # em: bold type is sometimes printed twice, a little apart
_MOST_PATHS = 5_000
_FINE = 1000  # steps a point, when places are reckoned
_PASSWORD = 4  # FPDF_ERR_PASSWORD

Shown = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Glyph:
    character: str
    left: float
    right: float
    base: float
    size: float


def extract(file: IO[bytes]) -> dict[str, Any]:
    """Text of all pages, pages apart by a form feed line; `unread`: pages of pictures.

    Raises:
        PdfEncrypted: asks for a password.
        ParseFailed: damaged.
        ParseLimit: too many bytes, pages or characters.
    """
    document = open_document(file)
    pages: list[PageText] = []
    unread: list[int] = []
    characters = 0
    for number in range(1, len(document) + 1):
        page, is_picture = _page(document, number)
        pages.append(page)
        if is_picture:
            unread.append(number)
        characters += len(page.text)
        if characters > MOST_CHARACTERS:
            raise ParseLimit(file="", reason=f"超过 {MOST_CHARACTERS} 字")
    text, places = join_pages(pages)
    return Extracted(text, "pdf", places, unread=tuple(unread)).as_dict()


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


def _page(document: pdfium.PdfDocument, number: int) -> tuple[PageText, bool]:
    """A page's text, and whether it is a picture of a text rather than one."""
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    try:
        page = document[number - 1]
    except pdfium.PdfiumError:
        return PageText(""), False  # a damaged page does not take the others with it
    try:
        width, height = page.get_size()
        shown = _as_shown(page)
        pieces = list(dict.fromkeys(_pieces(_glyphs(page, shown))))
        if sum(len(piece.text) for piece in pieces) < _LEAST_TEXT:
            images = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
            if next(iter(images), None) is not None:
                return PageText(""), True
        drawn = list(_drawn(page, shown))
    finally:
        page.close()
    return typeset(pieces, number, (width, height), drawn), False


def _pieces(glyphs: Iterator[_Glyph]) -> Iterator[Piece]:
    """Runs of glyphs that follow each other on one base line."""
    run: list[_Glyph] = []
    for glyph in glyphs:
        if run and not _follows(run[-1], glyph):
            yield from _piece(run)
            run = []
        if run and _is_printed_twice(run[-1], glyph):
            continue
        run.append(glyph)
    yield from _piece(run)


def _follows(before: _Glyph, glyph: _Glyph) -> bool:
    em = max(before.size, glyph.size)
    level = abs(glyph.base - before.base) <= _SAME_LINE * em
    alike = abs(glyph.size - before.size) <= 0.5 * em
    return level and alike and -0.5 * em <= glyph.left - before.right <= _RUN_GAP * em


def _is_printed_twice(before: _Glyph, glyph: _Glyph) -> bool:
    same = glyph.character == before.character and not glyph.character.isspace()
    return same and abs(glyph.left - before.left) <= _TWICE * glyph.size


def _piece(run: list[_Glyph]) -> Iterator[Piece]:
    while run and run[-1].character.isspace():
        run.pop()
    first = next((n for n, glyph in enumerate(run) if not glyph.character.isspace()), 0)
    run = run[first:]
    if not run:
        return
    size = max(glyph.size for glyph in run)
    base = run[0].base
    yield Piece(
        text=_spaced(run, size),
        left=run[0].left,
        top=base - _ASCENT * size,
        right=run[-1].right,
        bottom=base + (1 - _ASCENT) * size,
        size=size,
    )


def _spaced(run: list[_Glyph], size: float) -> str:
    """The characters, with blanks where words of one script stand apart but none was drawn."""
    gaps = [after.left - before.right for before, after in pairwise(run)]
    wide = [gap for gap, glyph in zip(gaps, run[1:], strict=True) if not glyph.character.isascii()]
    spread = max(0.0, median(wide)) if wide else 0.0
    text = run[0].character
    for gap, (before, glyph) in zip(gaps, pairwise(run), strict=True):
        latin = glyph.character.isascii()
        least = _LATIN_SPACE * size if latin else _SPACE * size + spread
        apart = gap > least and _one_script(before.character, glyph.character)
        text += (" " if apart else "") + glyph.character
    return re.sub(" {2,}", " ", text)


def _one_script(before: str, after: str) -> bool:
    """Letters that no typesetter spaces apart, as he does Han from Latin; digits stand loose."""
    letters = before.isalnum() and after.isalnum() and not (before + after).isdigit()
    return letters and before.isascii() == after.isascii()


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


def _drawn(page: pdfium.PdfPage, shown: Shown) -> Iterator[Frame]:
    """The bounds of what is drawn or filled, text and pictures apart."""
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1)
    for path in islice(paths, _MOST_PATHS):
        raw.FPDFPath_GetDrawMode(path, fill, stroke)
        if fill.value or stroke.value:
            left, bottom, right, top = path.get_bounds()
            (x0, y0), (x1, y1) = shown(left, bottom), shown(right, top)
            yield Frame(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _glyphs(page: pdfium.PdfPage, shown: Shown) -> Iterator[_Glyph]:
    """Characters in the order in which they were drawn; y measured from the page's top."""
    from pypdfium2 import raw

    textpage = page.get_textpage()
    box = raw.FS_RECTF()
    x, base = ctypes.c_double(), ctypes.c_double()
    sizes: dict[int, float] = {}
    high = ""
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        if 0xD800 <= code < 0xDC00:
            high = chr(code)
            continue
        character = _character(high, code)
        high = ""
        if not character:
            continue
        raw.FPDFText_GetLooseCharBox(textpage, index, box)
        raw.FPDFText_GetCharOrigin(textpage, index, x, base)
        size = _size(textpage, index, sizes)
        wide = unicodedata.east_asian_width(character) in "WF"
        left, base_line = shown(x.value, base.value)
        ends = max(shown(box.left, box.bottom)[0], shown(box.right, box.top)[0])
        right = left + size if wide else max(ends, left)
        yield _Glyph(character, left, right, base_line, size)
    textpage.close()


def _character(high: str, code: int) -> str:
    """The character of a code unit, joined to the half before it; empty where none may be kept."""
    if high and 0xDC00 <= code < 0xE000:
        return (high + chr(code)).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    character = storable(chr(code)) if code <= 0x10FFFF else ""
    return " " if character.isspace() else character if character.isprintable() else ""


def _size(textpage: pdfium.PdfTextPage, index: int, known: dict[int, float]) -> float:
    """The em in points: the font's size, scaled as its text object is. One look-up an object."""
    from pypdfium2 import raw

    text_object = raw.FPDFText_GetTextObject(textpage, index)
    key = ctypes.addressof(text_object.contents) if text_object else -1
    if key not in known:
        matrix = raw.FS_MATRIX()
        scale = 1.0
        if raw.FPDFText_GetMatrix(textpage, index, matrix):
            scale = math.hypot(matrix.c, matrix.d) or 1.0
        known[key] = max(raw.FPDFText_GetFontSize(textpage, index) * scale, 0.1)
    return known[key]
