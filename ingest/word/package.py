"""A Word file as its parts: opened with care, its two dialects and all its kinds read alike.

Documents, templates and files with macros differ in a name that nobody here needs. The strict
dialect (ISO 29500) differs in its namespaces, which become those of the other.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from ingest.parts.archive import open_checked, read_member
from ingest.parts.packages import check_xml
from rag.errors import ParseFailed, TypeMismatch

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/"
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (b"http://purl.oclc.org/ooxml/officeDocument/", _OFFICE),
)
_XML_PARTS = (".xml", ".rels")
_OTHERS = {
    "workbook": "Excel 表格",
    "presentation": "PowerPoint 演示文稿",
    "document-content": "OpenDocument 文档",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the package; `name` without the first slash."""

    name: str
    data: bytes


class Package:
    """The parts of one Word file."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read it.

        Raises:
            ArchiveTooLarge, ArchiveCorrupt: the zip is refused before it is opened.
            XmlForbidden: a part declares a document type or an unusual encoding.
            TypeMismatch: another kind of office file.
            ParseFailed: a part is not what it should be.
        """
        self._parts = dict(_checked_parts(file))
        self.main = next(iter(self.related("", "officeDocument")), None) or self._usual_main()
        self.document = self.parsed(self.main)
        if self.document.tag != f"{W}document":
            kind = self.document.tag.rpartition("}")[2]
            raise TypeMismatch(file="", found=_OTHERS.get(kind, "另一种 Office 文件"))

    def related(self, source: str, kind: str) -> list[Part]:
        """The parts that a part (`""`: the package) refers to as its `kind` of thing."""
        targets = (r for r in self._relations(source) if r.get("Type", "").endswith(f"/{kind}"))
        return [part for relation in targets if (part := self._target(source, relation))]

    def part_of(self, source: str, relation_id: str) -> Part | None:
        """The part that a relation of `source` leads to; None if it leads outside."""
        for relation in self._relations(source):
            if relation.get("Id") == relation_id:
                return self._target(source, relation)
        return None

    def parsed(self, part: Part) -> Element:
        """The root of a part.

        Raises:
            ParseFailed: not well-formed.
        """
        from lxml import etree

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True
        )
        data = part.data
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        try:
            return etree.fromstring(data, parser)
        except (etree.LxmlError, ValueError) as error:
            raise ParseFailed(file="", reason="不是完好的 Word 文档") from error

    def _usual_main(self) -> Part:
        for name in self._parts:
            if name in {"xl/workbook.xml", "ppt/presentation.xml"}:
                raise TypeMismatch(file="", found=_OTHERS[posixpath.basename(name)[:-4]])
        data = self._parts.get("word/document.xml")
        if data is None:
            raise ParseFailed(file="", reason="不是 Word 文档")
        return Part("word/document.xml", data)

    def _relations(self, source: str) -> Iterator[Element]:
        folder, name = posixpath.split(source)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if data := self._parts.get(relations):
            yield from self.parsed(Part(relations, data)).iter(f"{_RELATIONS}Relationship")

    def _target(self, source: str, relation: Element) -> Part | None:
        if relation.get("TargetMode") == "External":
            return None
        place = posixpath.join("/", posixpath.dirname(source), relation.get("Target", ""))
        name = posixpath.normpath(place).lstrip("/")
        data = self._parts.get(name)
        return None if data is None else Part(name, data)


def _checked_parts(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """Every part; a document type in any is refused: without one there are no entities."""
    with open_checked(file) as archive:
        for entry in archive.infolist():
            data = read_member(archive, entry)
            if entry.filename.endswith(_XML_PARTS):
                check_xml(data)
            yield entry.filename, data
