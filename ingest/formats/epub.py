"""Books (`.epub`): the chapters in the order in which they are read."""

from __future__ import annotations

import posixpath
from typing import IO, TYPE_CHECKING, Any

from ingest.formats.html import whole_text
from ingest.parts.extracted import Extracted, bounded
from ingest.parts.packages import Package, below, inside, local
from rag.errors import DocumentError, ParseFailed

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/encryption.xml"
_FONTS = (b"http://ns.adobe.com/pdf/enc#RC", b"http://www.idpf.org/2008/embedding")
_CHAPTERS = frozenset({"application/xhtml+xml", "text/html", "application/html+xml"})
_TOLD = {"title": "title", "creator": "authors", "date": "date"}
_LARGEST_HEADING = 5


def extract(file: IO[bytes]) -> dict[str, Any]:
    """Title, authors and text of a book; the book's title stands above its chapters' headings.

    Raises:
        ArchiveTooLarge, ArchiveCorrupt, XmlForbidden: the zip is refused.
        ParseFailed: a part is not what it should be, or its rights are managed.
        ParseLimit: too many characters.
    """
    package = Package(file, "电子书")
    if _RIGHTS in package.names and _is_locked(package.bytes_of(_RIGHTS)):
        raise ParseFailed(file="", reason="有版权保护，读不出文字")
    path = next((one.get("full-path") for one in below(package.xml(_CONTAINER), "rootfile")), None)
    if not path:
        raise package.damaged()
    book = package.xml(path)
    values = _told(book)
    lines = [f"# {values['title']}"] if values.get("title") else []
    missing = 0
    for part in _chapters(book, posixpath.dirname(path)):
        try:
            chapter, _ = whole_text(package.bytes_of(part))
        except DocumentError:
            missing += 1
            continue
        if lines:
            lines.append("")
        lines += [_lowered(line) if values.get("title") else line for line in chapter]
    remarks = (f"有 {missing} 章读不出，未收入",) if missing else ()
    text = bounded("\n".join(lines))
    return Extracted(text, "epub", values=values, remarks=remarks).as_dict()


def _is_locked(rights: bytes) -> bool:
    """Whether more than the fonts is encrypted."""
    return rights.count(b"EncryptionMethod") > sum(map(rights.count, _FONTS))


def _told(book: Element) -> dict[str, Any]:
    """What the book says of itself."""
    values: dict[str, Any] = {}
    for one in below(book, *_TOLD):
        text = " ".join("".join(str(piece) for piece in one.itertext()).split())
        key = _TOLD[local(one)]
        if text and key == "authors":
            values.setdefault(key, []).append(text)
        elif text:
            values.setdefault(key, text)
    return values


def _chapters(book: Element, folder: str) -> list[str]:
    """Parts in reading order; a table of contents is none."""
    items = {one.get("id"): one for one in below(book, "item")}
    found: list[str] = []
    for reference in below(book, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        if item.get("media-type") in _CHAPTERS:
            found.append(inside(folder, item.get("href") or ""))
    return found


def _lowered(line: str) -> str:
    """Headings one level down: the first level is the book's own."""
    level = len(line) - len(line.lstrip("#"))
    return f"#{line}" if 0 < level <= _LARGEST_HEADING and line[level : level + 1] == " " else line
