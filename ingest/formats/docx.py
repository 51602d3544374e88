"""Word documents: paragraphs, tables and text boxes in their order, headings as `#` lines.

Headers and footers are left out, footnotes stand at the end. What was deleted under revision is
gone, what was inserted is text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from ingest.formats.archive import open_checked, read_member
from ingest.formats.extracted import MOST_CHARACTERS, Extracted, storable
from rag.errors import ParseFailed, ParseLimit, XmlForbidden

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import BaseStyle
    from lxml.etree import _Element as Element

_XML_PARTS = (".xml", ".rels")
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)["']""", re.IGNORECASE)
_ENCODINGS = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii", b"utf-16"})
_HEADING = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_TITLE_STYLES = frozenset({"title", "标题", "题目"})
_DEEPEST_HEADING = 6
_DEEPEST_TABLE = 8
_LONGEST_TITLE = 60
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WRAPPERS = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml"))
_UNREAD = frozenset(
    (f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_COMPATIBILITY}Fallback")
)
_BOX = f"{_W}txbxContent"
_BLANKS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_FOOTNOTES = "/footnotes"


def extract(file: IO[bytes]) -> dict[str, Any]:
    """The text of a docx.

    Raises:
        ArchiveTooLarge, ArchiveCorrupt: the zip is refused before it is opened.
        XmlForbidden: a part declares a document type or an unusual encoding.
        ParseFailed: a part is not what it should be.
        ParseLimit: too many characters.
    """
    _check_parts(file)
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    file.seek(0)
    try:
        document = docx.Document(io.BytesIO(file.read()))
        lines = _Reader(document).lines()
    except (OpcError, LxmlError, ParseError, KeyError, ValueError, AttributeError) as error:
        raise ParseFailed(file="", reason="不是完好的 Word 文档") from error
    text = storable("\n".join(lines))
    if len(text) > MOST_CHARACTERS:
        raise ParseLimit(file="", reason=f"超过 {MOST_CHARACTERS} 字")
    return Extracted(text, "docx").as_dict()


def _check_parts(file: IO[bytes]) -> None:
    """Refuse a document type in any part: without one there are no entities to expand or fetch."""
    with open_checked(file) as archive:
        for entry in archive.infolist():
            data = read_member(archive, entry)
            if not entry.filename.endswith(_XML_PARTS):
                continue
            plain = data.replace(b"\0", b"")  # UTF-16 becomes ASCII enough to look at
            if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
                raise XmlForbidden(file="", reason="含有 DOCTYPE 或实体声明")
            declared = _DECLARED.match(plain.lstrip(b"\xef\xbb\xbf\xff\xfe"))
            if declared and declared.group(1).lower() not in _ENCODINGS:
                raise XmlForbidden(file="", reason="含有不常见的编码声明")


class _Reader:
    """Reads one document; `python-docx` opens it and knows its styles."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._body = document.element.body
        self._titled = self._has_title()

    def lines(self) -> list[str]:
        """Everything, one line a paragraph or row."""
        return [*self._lines(self._body), *self._footnotes()]

    def _lines(self, container: Element, depth: int = 0) -> Iterator[str]:
        for item in container:
            if item.tag == f"{_W}p":
                yield from self._paragraph(item, depth)
            elif item.tag == f"{_W}tbl" and depth < _DEEPEST_TABLE:
                yield from self._table(item, depth)
            elif item.tag in _WRAPPERS:
                yield from self._lines(item, depth)

    def _paragraph(self, paragraph: Element, depth: int) -> Iterator[str]:
        """The paragraph, then those of the text boxes that hang on it."""
        text = _text(paragraph).strip("\n")
        level = self._level(paragraph)
        yield f"{'#' * level} {' '.join(text.split())}" if level and text.strip() else text
        if depth < _DEEPEST_TABLE:
            for box in _boxes(paragraph):
                yield from self._lines(box, depth + 1)

    def _table(self, table: Element, depth: int) -> Iterator[str]:
        """One line a row of short cells; a cell of several paragraphs is layout, read as text."""
        for row in table.iterchildren(f"{_W}tr"):
            contents = [
                [line for line in self._lines(cell, depth + 1) if line.strip()]
                for cell in _cells(row)
            ]
            if any(len(content) > 1 for content in contents):
                for content in contents:
                    yield from content
            elif line := "　".join(content[0].strip() for content in contents if content):
                yield line

    def _footnotes(self) -> Iterator[str]:
        from docx.oxml import parse_xml

        for relation in self._document.part.rels.values():
            if relation.is_external or not relation.reltype.endswith(_FOOTNOTES):
                continue
            for note in parse_xml(relation.target_part.blob):
                if note.get(f"{_W}type") is None:  # the others are rules between text and notes
                    yield from (line for line in self._lines(note) if line.strip())

    def _has_title(self) -> bool:
        """Whether the first line is a title: by its style, or short and centred above headings."""
        for paragraph in self._body.iterchildren(f"{_W}p"):
            text = _text(paragraph).strip()
            if not text:
                continue
            if any(style in _TITLE_STYLES for style in self._style_names(paragraph)):
                return True
            return len(text) <= _LONGEST_TITLE and not text.endswith("。") and _centred(paragraph)
        return False

    def _level(self, paragraph: Element) -> int:
        """1 for a title, 1–6 for headings, one lower below a title; 0 for text."""
        for name in self._style_names(paragraph):
            if name in _TITLE_STYLES:
                return 1
            if match := _HEADING.match(name):
                return min(max(int(match.group(1)), 1) + self._titled, _DEEPEST_HEADING)
        first = next((p for p in self._body.iterchildren(f"{_W}p") if _text(p).strip()), None)
        return int(self._titled and paragraph is first)

    def _style_names(self, paragraph: Element) -> Iterator[str]:
        """The paragraph's style and those that it is based on, lower case."""
        from docx.text.paragraph import Paragraph

        style: BaseStyle | None = Paragraph(paragraph, self._document._body).style
        for _ in range(_DEEPEST_HEADING):
            if style is None:
                return
            yield (style.name or "").strip().lower()
            style = getattr(style, "base_style", None)


def _text(element: Element) -> str:
    """The characters of a paragraph as it reads now, text boxes apart."""
    if element.tag == f"{_W}t":
        return element.text or ""
    if element.tag in _BLANKS:
        return _BLANKS[element.tag]
    return "".join(_text(child) for child in element if child.tag not in _UNREAD | {_BOX})


def _boxes(element: Element) -> Iterator[Element]:
    """The contents of the text boxes below `element`; a box is stored twice, for old programs."""
    for child in element:
        if child.tag == _BOX:
            yield child
        elif child.tag not in _UNREAD:
            yield from _boxes(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _cells(child)


def _centred(paragraph: Element) -> bool:
    side = paragraph.find(f"{_W}pPr/{_W}jc")
    return side is not None and side.get(f"{_W}val") == "center"
