"""Word documents: paragraphs, tables and text boxes in their order, headings as `#` lines.

Numbers that Word gives are written out. Headers and footers are left out but for their labelled
lines (`编号：…`), tables of contents and hidden text wholly; notes stand at the end. What was
deleted under revision is gone, what was inserted is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from ingest.formats.word_chunks import chunk_lines, is_package
from ingest.parts.extracted import FACT, Extracted, Mark, bounded, storable
from ingest.parts.tables import lines_of_rows, plain_rows
from ingest.word.numbering import Numbering
from ingest.word.package import Package, Part, W
from ingest.word.styles import Styles, is_on, value
from ingest.word.tables import WRAPPERS, inside, word_row
from ingest.word.text import TextReader, boxes

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_HEADING = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_TITLE_STYLES = frozenset({"title", "标题", "题目"})
_CONTENTS = re.compile(r"(?:toc|目录)\s*\d", re.IGNORECASE)
_LABELLED = re.compile(r"^[\u4e00-\u9fff]{2,12}\s*[:：]\s*\S")
_DEEPEST_HEADING = 6
_DEEPEST_TABLE = 8
_DEEPEST_CHUNK = 2
_LONGEST_TITLE = 60
_LONGEST_HEADING = 80
_SENTENCE_END = ("。", "；", "！", ";")
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def extract(file: IO[bytes]) -> dict[str, Any]:
    """The text of a docx, docm, dotx or dotm.

    Raises:
        ArchiveTooLarge, ArchiveCorrupt: the zip is refused before it is opened.
        XmlForbidden: a part declares a document type or an unusual encoding.
        TypeMismatch: another kind of office file.
        ParseFailed: a part is not what it should be.
        ParseLimit: too many characters.
    """
    reader = _Reader(Package(file))
    text = bounded("\n".join(reader.lines()))
    marks: list[Mark] = []
    for fact in map(storable, reader.facts()):
        start = len(text) + 1
        text = bounded(f"{text}\n{fact}")
        marks.append(Mark(start, len(text), FACT))
    return Extracted(text, "docx", remarks=reader.remarks(), marks=tuple(marks)).as_dict()


class _Reader:
    """Reads one document; `depth`: of the documents that it is embedded in."""

    def __init__(self, package: Package, depth: int = 0) -> None:
        self._package = package
        self._depth = depth
        self._styles = Styles(self._root("styles"))
        self._numbering = Numbering(self._root("numbering"), self._styles)
        self._reader = TextReader(self._styles)
        self._body = package.document.find(f"{W}body")
        self._first = self._first_paragraph()
        self._titled = self._has_title()
        self._lower = self._titled or self._has_chapters()

    def lines(self) -> Iterator[str]:
        """Everything, one line a paragraph or row."""
        if self._body is not None:
            yield from self._lines(self._body)
        for kind in ("footnote", "endnote"):
            yield from self._notes(kind)

    def facts(self) -> list[str]:
        """What headers and footers say under a label (`编号：CH-0426　版本：第3版`), each once."""
        found: dict[str, None] = {}
        for kind in ("header", "footer"):
            for part in self._package.related(self._package.main.name, kind):
                lines = (line.strip() for line in self._lines(self._package.parsed(part)))
                found |= dict.fromkeys(line for line in lines if _LABELLED.search(line))
        return list(found)

    def remarks(self) -> tuple[str, ...]:
        """What was left out."""
        return self._reader.left_out.remarks()

    def _root(self, kind: str) -> Element | None:
        parts = self._package.related(self._package.main.name, kind)
        return self._package.parsed(parts[0]) if parts else None

    def _lines(self, container: Element, depth: int = 0, note: str = "") -> Iterator[str]:
        for item in container:
            if item.tag == f"{W}p":
                yield from self._paragraph(item, depth, note)
            elif item.tag == f"{W}tbl" and depth < _DEEPEST_TABLE:
                yield from self._table(item, depth)
            elif item.tag == f"{W}altChunk":
                yield from self._chunk(item)
            elif item.tag in WRAPPERS:
                yield from self._lines(item, depth, note)

    def _paragraph(self, paragraph: Element, depth: int, note: str) -> Iterator[str]:
        """The paragraph, then those of the text boxes that hang on it."""
        number = self._numbering.label(paragraph)
        text = self._reader.text(paragraph, note).strip("\n")
        if self._is_contents_entry(paragraph):
            self._reader.left_out.contents += bool(text.strip())
        elif text.strip():
            level = self._level(paragraph, text)
            line = f"{number}{text.lstrip() if number else text}"
            yield f"{'#' * level} {' '.join(line.split())}" if level else line
        else:
            # Many a table numbers its rows by paragraphs of nothing but a number.
            yield number.strip() if depth else text
        if depth < _DEEPEST_TABLE:
            for box in boxes(paragraph):
                yield from self._lines(box, depth + 1)

    def _table(self, table: Element, depth: int) -> Iterator[str]:
        """One line a row, which says its columns' names; what is mere layout is read as text."""
        rows = [
            word_row(row, lambda cell: self._lines(cell, depth + 1))
            for row in inside(table, f"{W}tr")
            if not _is_gone(row)
        ]
        nested = next(table.iterfind(f".//{W}tc//{W}tbl"), None) is not None
        lines = plain_rows(rows) if nested else lines_of_rows(rows)
        yield from (line.text for line in lines)

    def _notes(self, kind: str) -> Iterator[str]:
        """The footnotes or endnotes, each behind the mark that refers to it."""
        root = self._root(f"{kind}s")
        for note in root if root is not None else ():
            if note.get(f"{W}type") is not None:  # a rule between text and notes
                continue
            reference = (f"{W}{kind}Reference", note.get(f"{W}id", ""))
            mark = self._reader.marks.get(reference, "")
            lines = [line for line in self._lines(note, note=mark) if line.strip()]
            if lines and mark and not lines[0].lstrip().startswith(mark):
                lines[0] = f"{mark} {lines[0].lstrip()}"
            yield from lines

    def _chunk(self, chunk: Element) -> Iterator[str]:
        """A file that was put into the document whole."""
        part = self._package.part_of(self._package.main.name, chunk.get(_RELATION_ID, ""))
        lines: Iterator[str] | None = None
        if part is not None and is_package(part):
            lines = _embedded(part, self._depth + 1) if self._depth < _DEEPEST_CHUNK else None
        elif part is not None:
            lines = chunk_lines(part)
        if lines is None:
            self._reader.left_out.files += 1
        else:
            yield from lines

    def _first_paragraph(self) -> Element | None:
        """The first paragraph with text, in whatever it is wrapped."""
        for paragraph in inside(self._body, f"{W}p") if self._body is not None else ():
            if TextReader(self._styles).text(paragraph).strip():
                return paragraph
        return None

    def _has_title(self) -> bool:
        """Whether the first line is a title: by its style, or short and centred above headings."""
        if self._first is None:
            return False
        if any(name in _TITLE_STYLES for name in self._styles.names(self._first)):
            return True
        text = TextReader(self._styles).text(self._first).strip()
        return len(text) <= _LONGEST_TITLE and not text.endswith("。") and _centred(self._first)

    def _has_chapters(self) -> bool:
        """Whether there are several headings of the first level: parts of one document."""
        paragraphs = inside(self._body, f"{W}p") if self._body is not None else iter(())
        return sum(self._outline(paragraph) == 1 for paragraph in paragraphs) > 1

    def _level(self, paragraph: Element, text: str) -> int:
        """1 for a title, 1–6 for headings, one lower below a title; 0 for text."""
        if any(name in _TITLE_STYLES for name in self._styles.names(paragraph)):
            return 1
        if self._titled and paragraph is self._first:
            return 1
        level = self._outline(paragraph)
        whole = len(text) > _LONGEST_HEADING or text.rstrip().endswith(_SENTENCE_END)
        if not level or whole:  # clauses of rules are often styled as headings
            return 0
        return min(level + self._lower, _DEEPEST_HEADING)

    def _outline(self, paragraph: Element) -> int:
        """The level of a heading, by its style's name or its place in the outline; 0 for none."""
        for name in self._styles.names(paragraph):
            if match := _HEADING.match(name):
                return max(int(match.group(1)), 1)
        places = [paragraph, *self._styles.of_paragraph(paragraph)]
        given = (value(place.find(f"{W}pPr/{W}outlineLvl")) for place in places)
        level = next((level for level in given if level is not None), None)
        return int(level) + 1 if level in {"0", "1", "2", "3", "4", "5"} else 0

    def _is_contents_entry(self, paragraph: Element) -> bool:
        return any(_CONTENTS.match(name) for name in self._styles.names(paragraph))


def _embedded(part: Part, depth: int) -> Iterator[str]:
    import io

    return _Reader(Package(io.BytesIO(part.data)), depth).lines()


def _is_gone(row: Element) -> bool:
    """Whether a row was deleted under revision, or is hidden."""
    hidden = row.find(f"{W}trPr/{W}hidden")
    return row.find(f"{W}trPr/{W}del") is not None or (
        hidden is not None and is_on(value(hidden) or "on")
    )


def _centred(paragraph: Element) -> bool:
    return value(paragraph.find(f"{W}pPr/{W}jc")) == "center"
