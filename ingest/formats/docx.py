"""Word documents: paragraphs and tables in their order, headings as `#` lines."""

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
    from docx.blkcntnr import BlockItemContainer
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_XML_PARTS = (".xml", ".rels")
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)["']""", re.IGNORECASE)
_ENCODINGS = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii", b"utf-16"})
_HEADING = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_TITLE_STYLES = frozenset({"title", "标题", "题目"})
_DEEPEST_HEADING = 6
_DEEPEST_TABLE = 8


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
        lines = list(_lines(document._body))
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


def _lines(container: BlockItemContainer, depth: int = 0) -> Iterator[str]:
    from docx.text.paragraph import Paragraph

    for item in container.iter_inner_content():
        if isinstance(item, Paragraph):
            yield _paragraph(item)
        elif depth < _DEEPEST_TABLE:
            yield from _table(item, depth)


def _paragraph(paragraph: Paragraph) -> str:
    text = paragraph.text.replace("\t", " ").strip("\n")
    level = _heading_level(paragraph)
    return f"{'#' * level} {' '.join(text.split())}" if level and text.strip() else text


def _heading_level(paragraph: Paragraph) -> int:
    """1 for a title, 1–6 for headings (of any base style), 0 for text."""
    style = paragraph.style
    for _ in range(_DEEPEST_HEADING):
        if style is None:
            return 0
        name = (style.name or "").strip().lower()
        if name in _TITLE_STYLES:
            return 1
        if match := _HEADING.match(name):
            return min(max(int(match.group(1)), 1), _DEEPEST_HEADING)
        style = getattr(style, "base_style", None)
    return 0


def _table(table: Table, depth: int) -> Iterator[str]:
    """One line a row of short cells; a cell of several paragraphs is layout, and read as text."""
    for row in table.rows:
        cells = list({id(cell._tc): cell for cell in row.cells}.values())
        contents = [[line for line in _lines(cell, depth + 1) if line.strip()] for cell in cells]
        if any(len(content) > 1 for content in contents):
            for content in contents:
                yield from content
        elif line := "　".join(content[0].strip() for content in contents if content):
            yield line
