"""Whether a page is a picture of a text: by how much of it pictures cover, and how little is set.

A label that a scanner prints on its pages, an archive's strip or a stamp is text too, so the number
of characters says little; a page that is typeset covers much more of its paper with type. A page
whose letters are drawn as outlines has neither text nor pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ingest.printed.glyphs import Glyph

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_LEAST_TEXT = 8  # characters; with fewer, any picture is the page
_PICTURE = 0.5  # of the page's area
_LITTLE_TYPE = 0.02  # of the page's area, an em square a character; a full page has a tenth
_OUTLINES = 150  # paths; fewer are rules and ornaments
_MOST_OBJECTS = 5_000


def is_scanned(page: pdfium.PdfPage, glyphs: Sequence[Glyph], size: tuple[float, float]) -> bool:
    """Whether what is to be read on `page` is in its pictures.

    Args:
        page: of an open document.
        glyphs: all of its characters.
        size: width and height of the page.
    """
    drawn = [glyph for glyph in glyphs if not glyph.character.isspace()]
    area = size[0] * size[1]
    type_share = sum(glyph.size**2 for glyph in drawn) / area
    if type_share >= _LITTLE_TYPE:
        return False
    pictures = list(_pictures(page))
    if len(drawn) < _LEAST_TEXT:
        return bool(pictures) or _has_outlines(page)
    covered = sum((right - left) * (top - bottom) for left, bottom, right, top in pictures)
    return covered >= _PICTURE * area


def _pictures(page: pdfium.PdfPage) -> Iterable[tuple[float, float, float, float]]:
    """Bounds of the pictures, as far as they lie on the page: left, bottom, right, top."""
    from pypdfium2 import raw

    x0, y0, x1, y1 = page.get_bbox()
    images = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    for image in islice(images, _MOST_OBJECTS):
        left, bottom, right, top = image.get_bounds()
        left, right = max(left, x0), min(right, x1)
        bottom, top = max(bottom, y0), min(top, y1)
        if left < right and bottom < top:
            yield left, bottom, right, top


def _has_outlines(page: pdfium.PdfPage) -> bool:
    from pypdfium2 import raw

    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2)
    return next(islice(paths, _OUTLINES - 1, None), None) is not None
