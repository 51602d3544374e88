"""Zips of XML, looked at before they are read: Office, OpenDocument, EPUB and OFD files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote

from ingest.parts.archive import open_checked, read_member
from rag.errors import ParseFailed, XmlForbidden

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)["']""", re.IGNORECASE)
_ENCODINGS = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii", b"utf-16"})


def check_xml(data: bytes) -> None:
    """Refuse a document type: without one there are no entities to expand or to fetch.

    Raises:
        XmlForbidden: the part declares one, or an unusual encoding.
    """
    plain = data.replace(b"\0", b"")  # UTF-16 becomes ASCII enough to look at
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise XmlForbidden(file="", reason="含有 DOCTYPE 或实体声明")
    declared = _DECLARED.match(plain.lstrip(b"\xef\xbb\xbf\xff\xfe"))
    if declared and declared.group(1).lower() not in _ENCODINGS:
        raise XmlForbidden(file="", reason="含有不常见的编码声明")


class Package:
    """An opened file; its parts are parsed when they are asked for.

    Args:
        file: the zip.
        kind: what it should be, for people (`Excel 表格`).

    Raises:
        ArchiveTooLarge, ArchiveCorrupt, XmlForbidden: refused.
    """

    def __init__(self, file: IO[bytes], kind: str) -> None:
        self._archive = open_checked(file)
        self._kind = kind
        self.names = frozenset(self._archive.namelist())

    def damaged(self) -> ParseFailed:
        """The error of a file that is not what it should be."""
        return ParseFailed(file="", reason=f"不是完好的{self._kind}")

    def bytes_of(self, name: str) -> bytes:
        """A part as it is.

        Raises:
            ParseFailed: there is none of this name.
            ArchiveCorrupt: it is damaged.
        """
        try:
            return read_member(self._archive, self._archive.getinfo(name))
        except KeyError as error:
            raise self.damaged() from error

    def xml(self, name: str) -> Element:
        """A part's root.

        Raises:
            XmlForbidden: it declares a document type or an unusual encoding.
            ParseFailed: it is not there, or not well-formed.
        """
        from lxml import etree

        data = self.bytes_of(name)
        check_xml(data)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
        try:
            root: Element = etree.fromstring(data, parser)
        except (etree.LxmlError, ValueError) as error:
            raise self.damaged() from error
        return root

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part of an Office file refers to inside it: id → (type's last word, part)."""
        folder, base = posixpath.split(name)
        rels = f"{folder}/_rels/{base}.rels".lstrip("/")
        if rels not in self.names:
            return {}
        found: dict[str, tuple[str, str]] = {}
        for relation in self.xml(rels):
            if relation.get("TargetMode") == "External":
                continue
            target = inside(folder, relation.get("Target") or "")
            kind = (relation.get("Type") or "").rpartition("/")[2]
            found[relation.get("Id") or ""] = (kind, target)
        return found


def inside(folder: str, target: str) -> str:
    """The name of the part that a reference in `folder` leads to."""
    path = unquote(target.partition("#")[0])
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path)
    return posixpath.normpath(joined)


def local(element: Element) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """The attribute of this name, in whichever namespace; strict files use others."""
    if (plain := element.get(name)) is not None:
        return str(plain)
    return next((str(v) for key, v in element.items() if str(key).endswith(f"}}{name}")), None)


def below(element: Element, *names: str) -> Iterator[Element]:
    """Descendants with one of these local names, in document order."""
    yield from (one for one in element.iter() if local(one) in names)
