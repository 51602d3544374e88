"""A conversation as a Word document."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.reply import Line

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STYLES = {"title": "Title", "question": "Heading 1", "label": "Heading 2"}
_BODY, _HEADINGS, _LATIN = "宋体", "黑体", "Times New Roman"
_SMALL_KINDS = {"searched", "reference", "near", "footer"}


def document(lines: Iterable[Line]) -> bytes:
    """The bytes of a `.docx` file; questions are headings, so that Word shows an outline."""
    import docx
    from docx.shared import Pt

    made = docx.Document()
    for style in ("Normal", "Title", "Heading 1", "Heading 2"):
        _chinese(made.styles[style], _BODY if style == "Normal" else _HEADINGS)
    for name, size in (("Normal", 12), ("Title", 20), ("Heading 1", 15), ("Heading 2", 12)):
        made.styles[name].font.size = Pt(size)
    for line in lines:
        text = _NOT_IN_XML.sub("", line.text)
        paragraph = made.add_paragraph(style=_STYLES.get(line.kind, "Normal"))
        run = paragraph.add_run(text)
        if line.kind in _SMALL_KINDS:
            run.font.size = Pt(10.5)
        run.italic = line.kind in {"refusal", "footer"} or None
        run.bold = line.kind in {"short", "says", "group"} or None
        if line.kind == "reference":
            paragraph.paragraph_format.left_indent = Pt(21)
            paragraph.paragraph_format.first_line_indent = Pt(-21)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _chinese(style: Any, font: str) -> None:
    """Word keeps one font for Chinese and one for Latin; python-docx sets only the latter."""
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    style.font.name = _LATIN
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    fonts.set(qn("w:eastAsia"), font)
