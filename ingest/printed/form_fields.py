"""What was filled into a PDF's form, and notes that were put on its pages."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ingest.lines.lines import width
from ingest.parts.extracted import storable
from ingest.printed.glyphs import ASCENT, Shown
from ingest.printed.text_runs import Piece

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_MOST_ANNOTATIONS = 2_000
_MOST_CHARACTERS = 4_000  # of one value or note
_LINE = 1.2  # em
_CHECKED, _UNCHECKED = "☑", "☐"


def filled_in(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, shown: Shown, em: float
) -> Iterator[Piece]:
    """The values of form fields, where they stand; a ticked box is ☑.

    Args:
        document: after `init_forms`.
        page: one of its pages.
        shown: from a point of the page's own space to points from its top left.
        em: size of the type around them.
    """
    from pypdfium2 import raw

    form = document.formenv
    if form is None:
        return
    for annotation, box in _annotations(page, shown, {raw.FPDF_ANNOT_WIDGET}):
        kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}:
            text = _CHECKED if raw.FPDFAnnot_IsChecked(form, annotation) else _UNCHECKED
        elif kind in {
            raw.FPDF_FORMFIELD_TEXTFIELD,
            raw.FPDF_FORMFIELD_COMBOBOX,
            raw.FPDF_FORMFIELD_LISTBOX,
        }:
            text = _text(
                lambda buffer, size, a=annotation: raw.FPDFAnnot_GetFormFieldValue(
                    form, a, buffer, size
                )
            )
        else:
            continue
        yield from _set_in(text, box, em)


def notes_on(page: pdfium.PdfPage, shown: Shown) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Remarks that readers put on the page, each with its box in points."""
    from pypdfium2 import raw

    kinds = {
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_FREETEXT,
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_SQUARE,
        raw.FPDF_ANNOT_CIRCLE,
        raw.FPDF_ANNOT_CARET,
    }
    for annotation, box in _annotations(page, shown, kinds):
        text = _text(
            lambda buffer, size, a=annotation: raw.FPDFAnnot_GetStringValue(
                a, b"Contents", buffer, size
            )
        )
        if text:
            yield text, box


def _annotations(
    page: pdfium.PdfPage, shown: Shown, kinds: set[int]
) -> Iterator[tuple[Any, tuple[float, float, float, float]]]:
    from pypdfium2 import raw

    rectangle = raw.FS_RECTF()
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        hidden = raw.FPDFAnnot_GetFlags(annotation) & (
            raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
        )
        if raw.FPDFAnnot_GetSubtype(annotation) in kinds and not hidden:
            raw.FPDFAnnot_GetRect(annotation, rectangle)
            (x0, y0), (x1, y1) = (
                shown(rectangle.left, rectangle.bottom),
                shown(rectangle.right, rectangle.top),
            )
            yield annotation, (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        raw.FPDFPage_CloseAnnot(annotation)


def _text(read: Any) -> str:
    """A string of the annotation's; `read(buffer, bytes)` gives its length in bytes."""
    length = min(read(None, 0), 2 * _MOST_CHARACTERS)
    if length <= 2:
        return ""
    buffer = (ctypes.c_ushort * (length // 2))()
    read(buffer, length)
    text = bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")
    return storable(" ".join(text.split()))


def _set_in(text: str, box: tuple[float, ...], em: float) -> Iterator[Piece]:
    """A value in its field, in lines as long as the field is wide."""
    left, top, right, bottom = box
    if not text.strip() or right <= left or bottom <= top:
        return
    size = min(em, bottom - top)
    room = max((right - left) / size, 1.0)
    lines = [""]
    for character in text:
        if width(lines[-1] + character) > room and bottom - top > 2 * size:
            lines.append("")
        lines[-1] += character
    first = (top + bottom - (len(lines) - 1) * _LINE * size) / 2
    for number, line in enumerate(lines):
        base = first + number * _LINE * size + (ASCENT - 0.5) * size
        yield Piece(
            line.strip(),
            left,
            base - ASCENT * size,
            min(left + width(line) * size, right),
            base + (1 - ASCENT) * size,
            size,
        )
