"""Characters of a PDF's page with their places, and the runs of them that follow each other."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ingest.parts.extracted import storable
from ingest.printed.text_runs import Piece
from ingest.printed.turns import Turn

if TYPE_CHECKING:
    import pypdfium2 as pdfium

ASCENT = 0.88  # of the em above the base line, as in Chinese type
_SAME_LINE = 0.3  # em
_RUN_GAP = 0.65  # em: wider gaps end a run
_LATIN_SPACE = 0.2  # em between Latin words
_SPACE = 0.15  # em more than the usual gap of the line: a blank that was not drawn
_TWICE = 0.2  # em: bold type is sometimes printed twice, a little apart
_PALE = 170  # of 255: lighter type is a watermark, or white on a dark ground
_FAINT = 128  # of 255: less opaque, likewise
_ASKEW = 0.3  # em: characters of one vertical column stand no farther out of it
_STEP = (0.8, 1.9)  # em from one character of a column to the next
_CLOSE_STEP = 1.35
_LEAST_COLUMN = 3  # characters, where most of the page runs downwards
_LONG_COLUMN = 6  # among level text

Shown = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character where it stands, in the frame of its `turn` (see `ingest.printed.turns`).

    Attributes:
        character: empty where the font does not say which one it is.
        left, right, base, size: in points; `base` is its base line, `size` the em.
        font: the font's name.
        pale: printed so that other text can be read through it.
        aside: the file itself says that it is no part of the text (a running head).
        full: its advance is an em.
    """

    character: str
    left: float
    right: float
    base: float
    size: float
    turn: Turn = Turn.LEVEL
    font: str = ""
    pale: bool = False
    aside: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """What all characters of one text object share."""

    size: float
    turn: Turn
    font: str
    pale: bool
    aside: bool


def read_glyphs(page: pdfium.PdfPage, shown: Shown, size: tuple[float, float]) -> Iterator[Glyph]:
    """The characters of `page` in the order in which they were drawn.

    Args:
        page: of an open document.
        shown: from a point of the page's own space to points from its top left.
        size: its width and height as shown.
    """
    from pypdfium2 import raw

    textpage = page.get_textpage()
    box = raw.FS_RECTF()
    x, base = ctypes.c_double(), ctypes.c_double()
    looks: dict[int, _Look] = {}
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
        if raw.FPDFText_HasUnicodeMapError(textpage, index) == 1:
            character = ""
        look = _look(textpage, index, shown, looks)
        raw.FPDFText_GetLooseCharBox(textpage, index, box)
        raw.FPDFText_GetCharOrigin(textpage, index, x, base)
        wide = unicodedata.east_asian_width(character or " ") in "WF"
        left, base_line = look.turn.point(*shown(x.value, base.value), *size)
        corners = (shown(box.left, box.bottom), shown(box.right, box.top))
        ends = max(look.turn.point(*corner, *size)[0] for corner in corners)
        yield Glyph(
            character,
            left,
            left + look.size if wide else max(ends, left),
            base_line,
            look.size,
            look.turn,
            look.font,
            look.pale,
            look.aside,
            full=ends - left >= 0.9 * look.size,
        )
    textpage.close()


def _character(high: str, code: int) -> str:
    """The character of a code unit, joined to the half before it; empty where none may be kept."""
    if high and 0xDC00 <= code < 0xE000:
        return (high + chr(code)).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    character = storable(chr(code)) if code <= 0x10FFFF else ""
    return " " if character.isspace() else character if character.isprintable() else ""


def _look(textpage: pdfium.PdfTextPage, index: int, shown: Shown, known: dict[int, _Look]) -> _Look:
    """Size, direction, font and colour. One look-up a text object."""
    from pypdfium2 import raw

    text_object = raw.FPDFText_GetTextObject(textpage, index)
    key = ctypes.addressof(text_object.contents) if text_object else -1
    if key not in known:
        matrix = raw.FS_MATRIX()
        scale, turn = 1.0, Turn.LEVEL
        if raw.FPDFText_GetMatrix(textpage, index, matrix):
            scale = math.hypot(matrix.c, matrix.d) or 1.0
            (x0, y0), (x1, y1) = shown(0, 0), shown(matrix.a, matrix.b)
            turn = Turn.of(x1 - x0, y1 - y0) if (x1, y1) != (x0, y0) else turn
        known[key] = _Look(
            max(raw.FPDFText_GetFontSize(textpage, index) * scale, 0.1),
            turn,
            _font_of(textpage, index),
            _is_pale(textpage, index),
            bool(text_object) and _is_artifact(text_object),
        )
    return known[key]


def _font_of(textpage: pdfium.PdfTextPage, index: int) -> str:
    from pypdfium2 import raw

    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, index, name, 128, flags)
    return name.value.decode("utf-8", "replace")


def _is_pale(textpage: pdfium.PdfTextPage, index: int) -> bool:
    from pypdfium2 import raw

    red, green, blue, opaque = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFText_GetFillColor(textpage, index, red, green, blue, opaque):
        return False
    # A transparent watermark may be black; an invisible text layer of a scan has no colour at all.
    faint = 0 < opaque.value < _FAINT
    return faint or min(red.value, green.value, blue.value) >= _PALE


def _is_artifact(text_object: object) -> bool:
    """Whether the producer marked it as no part of the text: a head, a foot, a watermark."""
    from pypdfium2 import raw

    name, length = (ctypes.c_ushort * 16)(), ctypes.c_ulong()
    for number in range(min(raw.FPDFPageObj_CountMarks(text_object), 8)):
        mark = raw.FPDFPageObj_GetMark(text_object, number)
        if raw.FPDFPageObjMark_GetName(mark, name, ctypes.sizeof(name), length):
            said = bytes(name)[: max(length.value - 2, 0)].decode("utf-16-le", "replace")
            if said == "Artifact":
                return True
    return False


def with_columns(glyphs: Sequence[Glyph], size: tuple[float, float]) -> list[Glyph]:
    """`glyphs`, those that stand one below the other in the frame of lines that run downwards."""
    found = list(glyphs)
    columns = list(_columns(glyphs))
    standing = sum(end - start for start, end in columns)
    level = sum(g.turn is Turn.LEVEL and not g.character.isspace() for g in glyphs)
    least = _LEAST_COLUMN if 2 * standing >= level else _LONG_COLUMN
    for start, end in columns:
        steps = [_step(before, after) for before, after in pairwise(glyphs[start:end])]
        close = least == _LEAST_COLUMN or max(steps, default=0.0) <= _CLOSE_STEP
        if end - start >= least and close:
            found[start:end] = [_downwards(glyph, size) for glyph in glyphs[start:end]]
    return found


def _columns(glyphs: Sequence[Glyph]) -> Iterator[tuple[int, int]]:
    start = 0
    for n in range(1, len(glyphs) + 1):
        if n == len(glyphs) or not _stands_below(glyphs[n - 1], glyphs[n]):
            if n - start >= _LEAST_COLUMN:
                yield start, n
            start = n


def _stands_below(above: Glyph, glyph: Glyph) -> bool:
    level = above.turn is Turn.LEVEL and glyph.turn is Turn.LEVEL
    alike = abs(glyph.size - above.size) <= 0.15 * above.size
    beside = abs(_middle(glyph) - _middle(above)) <= _ASKEW * above.size
    return level and alike and beside and _STEP[0] <= _step(above, glyph) <= _STEP[1]


def _middle(glyph: Glyph) -> float:
    return (glyph.left + glyph.right) / 2


def _step(above: Glyph, glyph: Glyph) -> float:
    return (glyph.base - above.base) / max(above.size, 0.1)


def _downwards(glyph: Glyph, size: tuple[float, float]) -> Glyph:
    top = glyph.base - ASCENT * glyph.size
    right = _middle(glyph) + glyph.size / 2
    left, above = Turn.DOWN.point(right, top, *size)
    return replace(
        glyph,
        left=left,
        right=left + glyph.size,
        base=above + ASCENT * glyph.size,
        turn=Turn.DOWN,
    )


def runs(glyphs: Iterable[Glyph]) -> Iterator[Piece]:
    """Runs of glyphs of one frame that follow each other on one base line."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and not _follows(run[-1], glyph):
            yield from _piece(run)
            run = []
        if run and _is_printed_twice(run[-1], glyph):
            continue
        run.append(glyph)
    yield from _piece(run)


def _follows(before: Glyph, glyph: Glyph) -> bool:
    em = max(before.size, glyph.size)
    level = abs(glyph.base - before.base) <= _SAME_LINE * em
    alike = abs(glyph.size - before.size) <= 0.5 * em and glyph.aside == before.aside
    return level and alike and -0.5 * em <= glyph.left - before.right <= _RUN_GAP * em


def _is_printed_twice(before: Glyph, glyph: Glyph) -> bool:
    same = glyph.character == before.character and not glyph.character.isspace()
    return same and abs(glyph.left - before.left) <= _TWICE * glyph.size


def _piece(run: list[Glyph]) -> Iterator[Piece]:
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
        top=base - ASCENT * size,
        right=run[-1].right,
        bottom=base + (1 - ASCENT) * size,
        size=size,
        pale=2 * sum(glyph.pale for glyph in run) > len(run),
        aside=run[0].aside,
        font=run[0].font,
    )


def _spaced(run: list[Glyph], size: float) -> str:
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
