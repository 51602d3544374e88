"""The characters of a Word paragraph as it reads: ticks, formulas and exponents among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.parts.formulas import formula_text
from ingest.parts.list_numbers import shown_number
from ingest.parts.scripts import lowered, raised
from ingest.word.package import W
from ingest.word.styles import Styles, is_on, value
from ingest.word.symbols import TICKED, UNTICKED, is_picture_font, looks_like

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
BOX = f"{W}txbxContent"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_UNREAD_NAMES = "del moveFrom pPr rPr sdtPr rt rubyPr"
_UNREAD = frozenset(f"{W}{name}" for name in _UNREAD_NAMES.split()) | {BOX}
_BLANKS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_FORMULAS = frozenset({f"{_MATH}oMath", f"{_MATH}oMathPara"})
_NOTES = {f"{W}footnoteReference": "decimal", f"{W}endnoteReference": "lowerRoman"}
_OWN_MARKS = frozenset({f"{W}footnoteRef", f"{W}endnoteRef"})
_RAISED_BY = 4  # half points
_HEIGHTS = {"superscript": 1, "subscript": -1}


@dataclass(slots=True)
class LeftOut:
    """How many times something was not read that a document holds."""

    hidden: int = 0
    readings: int = 0
    contents: int = 0
    files: int = 0

    def remarks(self) -> tuple[str, ...]:
        """In Chinese, for people."""
        said = (
            (self.hidden, "略去了文档里 {} 处隐藏文字"),
            (self.readings, "略去了 {} 处注音"),
            (self.contents, "略去了目录 {} 行"),
            (self.files, "没有读嵌入文档的 {} 个文件"),
        )
        return tuple(text.format(count) for count, text in said if count)


@dataclass(slots=True)
class _Piece:
    """Characters that stand at one height: 1 above the line, -1 below it."""

    text: str
    height: int = 0


@dataclass(slots=True)
class TextReader:
    """Reads paragraphs, and numbers the notes in the order in which they are referred to.

    Attributes:
        marks: of the notes met so far, by their element's name and id.
        left_out: what a reader of the document does not see.
    """

    styles: Styles
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    left_out: LeftOut = field(default_factory=LeftOut)

    def text(self, paragraph: Element, note: str = "") -> str:
        """The paragraph's characters, text boxes apart; `note`: the mark of the note it is in."""
        line = ""
        pieces = self._pieces(paragraph, paragraph, note)
        for height, members in groupby(pieces, key=lambda piece: piece.height):
            text = "".join(piece.text for piece in members)
            line += (text, raised(text, line), lowered(text))[height]
        return line

    def _pieces(self, element: Element, paragraph: Element, note: str) -> Iterator[_Piece]:
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNREAD or _is_unused(element):
            self.left_out.readings += tag == f"{W}rt"
        elif tag == f"{W}r":
            yield from self._run(element, paragraph, note)
        elif tag in _FORMULAS:
            yield _Piece(formula_text(element))
        elif tag == f"{W}sdt" and (ticked := _tick_box(element)) is not None:
            yield _Piece(TICKED if ticked else UNTICKED)
        elif tag == f"{W}sdt" and _is_prompt(element):
            return
        else:
            for child in element:
                yield from self._pieces(child, paragraph, note)

    def _run(self, run: Element, paragraph: Element, note: str) -> Iterator[_Piece]:
        if is_on(self.styles.of_run(run, paragraph, "vanish")):
            self.left_out.hidden += any((t.text or "").strip() for t in run.iter(f"{W}t"))
            return
        height = self._height(run, paragraph)
        font = _font(run)
        for child in run:
            if child.tag == f"{W}t":
                text = child.text or ""
                shown = "".join(looks_like(ord(c), font) for c in text) if font else text
                yield _Piece(shown, height)
            elif child.tag in _BLANKS:
                yield _Piece(_BLANKS[child.tag])
            elif child.tag == f"{W}sym":
                yield _Piece(_symbol(child))
            elif child.tag in _NOTES:
                yield _Piece(self._note_mark(child))
            elif child.tag in _OWN_MARKS:
                yield _Piece(note)
            elif child.tag == f"{W}fldChar":
                yield _Piece(_form_box(child))
            else:
                yield from self._pieces(child, paragraph, note)

    def _height(self, run: Element, paragraph: Element) -> int:
        place = self.styles.of_run(run, paragraph, "vertAlign")
        if place is not None:
            return _HEIGHTS.get(place, 0)
        moved = value(run.find(f"{W}rPr/{W}position"))
        return int(moved is not None and moved.isdecimal() and int(moved) >= _RAISED_BY)

    def _note_mark(self, reference: Element) -> str:
        if is_on(reference.get(f"{W}customMarkFollows")):
            return ""
        key = (reference.tag, reference.get(f"{W}id", ""))
        if key not in self.marks:
            count = sum(kind == reference.tag for kind, _ in self.marks) + 1
            self.marks[key] = f"[{shown_number(count, _NOTES[reference.tag])}]"
        return self.marks[key]


def boxes(element: Element) -> Iterator[Element]:
    """The contents of the text boxes below `element`; a box is stored twice, for old programs."""
    for child in element:
        if child.tag == BOX:
            yield child
        elif child.tag not in _UNREAD and not _is_unused(child):
            yield from boxes(child)


def _is_unused(element: Element) -> bool:
    """Whether it is for old programs only, and stands beside what is for new ones."""
    if element.tag != f"{COMPATIBILITY}Fallback":
        return False
    parent = element.getparent()
    return parent is not None and parent.find(f"{COMPATIBILITY}Choice") is not None


def _tick_box(control: Element) -> bool | None:
    """Whether a content control that is a tick box is ticked; None for other controls."""
    box = control.find(f"{W}sdtPr/{_WORD_2010}checkbox")
    if box is None:
        return None
    checked = box.find(f"{_WORD_2010}checked")
    return checked is not None and is_on(checked.get(f"{_WORD_2010}val", "1"))


def _is_prompt(control: Element) -> bool:
    """Whether a content control shows only `单击此处输入文字`."""
    prompt = control.find(f"{W}sdtPr/{W}showingPlcHdr")
    return prompt is not None and is_on(value(prompt) or "on")


def _font(run: Element) -> str | None:
    """The run's picture font, if it has one."""
    fonts = run.find(f"{W}rPr/{W}rFonts")
    name = None if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi")
    return name if is_picture_font(name) else None


def _symbol(element: Element) -> str:
    code = element.get(f"{W}char", "")
    try:
        return looks_like(int(code, 16), element.get(f"{W}font"))
    except (ValueError, OverflowError):
        return ""


def _form_box(field_start: Element) -> str:
    """☑ or ☐ for the tick box of an old form."""
    box = field_start.find(f"{W}ffData/{W}checkBox")
    if box is None:
        return ""
    state = box.find(f"{W}checked")
    state = box.find(f"{W}default") if state is None else state
    return TICKED if state is not None and is_on(value(state) or "on") else UNTICKED
