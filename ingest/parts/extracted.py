"""What a parser of a foreign format hands back from its child process."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from rag.data_model.documents import Place
from rag.errors import ParseLimit

_UNSTORABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")
PAGE_BREAK = "\n\f\n"
MOST_CHARACTERS = 5_000_000


FOOTNOTE = "脚注"
REMARK = "批注"
CONTINUES = "接上页"
FACT = "文件信息"
ROW = "表格的一行"
ORDERED = "一栏排成"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the parser knows of the lines in `[start, end)` of its text.

    Attributes:
        start, end: offsets.
        kind: `FOOTNOTE` and `REMARK` belong to the text before them without being a part of it;
            what `CONTINUES` goes on with the sentence of the page before. A `FACT` stands around
            the text (its day, source, editor, number): a paragraph, whatever it looks like. A
            `ROW` is a line of a table, which goes on with no other. `ORDERED`, on nothing, says
            that the document is set in one column, whose text stands in order.
            Anything else is left out of the articles, and this says why, in Chinese.
    """

    start: int
    end: int
    kind: str

    @property
    def is_left_out(self) -> bool:
        """Whether no article may have it."""
        return self.kind not in {FOOTNOTE, REMARK, CONTINUES, FACT, ROW, ORDERED}


_Part = TypeVar("_Part", Place, Mark)


@dataclass(frozen=True, slots=True)
class Extracted:
    """Text of a file that is not text.

    Attributes:
        text: headings are lines that begin with `#`, paragraphs are lines.
        encoding: the codec, or `docx`, `pdf`, `ocr`.
        places: for formats with pages.
        values: what the file says of itself, as `metadata_from_mapping` reads it.
        remarks: what a person should know, in Chinese.
        unread: pages that are pictures, from 1.
        garbled: those of them whose fonts do not say what they draw.
        marks: by their offsets.
    """

    text: str
    encoding: str
    places: tuple[Place, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    unread: tuple[int, ...] = ()
    garbled: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def kept_text(self) -> str:
        """The text without what no article may have, and what is not there for its own sake."""
        kept, end = "", 0
        for mark in sorted(self.marks, key=lambda mark: mark.start):
            if mark.is_left_out or mark.kind == FACT:
                kept += self.text[end : mark.start]
                end = mark.end
        return kept + self.text[end:]

    def as_dict(self) -> dict[str, Any]:
        """For the way between the processes."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Extracted:
        """The inverse of `as_dict` after a passage through JSON."""
        places = tuple(
            Place(p["start"], p["end"], p["page"], tuple(p["box"])) for p in record["places"]
        )
        return cls(
            text=record["text"],
            encoding=record["encoding"],
            places=places,
            values=record["values"],
            remarks=tuple(record["remarks"]),
            unread=tuple(record["unread"]),
            garbled=tuple(record["garbled"]),
            marks=tuple(Mark(**mark) for mark in record["marks"]),
        )


@dataclass(frozen=True, slots=True)
class PageText:
    """One page; the offsets of places and marks are in its own text."""

    text: str
    places: tuple[Place, ...] = ()
    marks: tuple[Mark, ...] = ()


def join_pages(
    pages: Iterable[PageText],
) -> tuple[str, tuple[Place, ...], tuple[Mark, ...]]:
    """The pages as one text, a form feed between them, with the places and marks in it."""
    parts: list[str] = []
    places: list[Place] = []
    marks: list[Mark] = []
    offset = 0
    for page in pages:
        offset += len(PAGE_BREAK) if parts else 0
        parts.append(page.text)
        places += [_moved(place, offset) for place in page.places]
        marks += [_moved(mark, offset) for mark in page.marks]
        offset += len(page.text)
    return PAGE_BREAK.join(parts), tuple(places), tuple(marks)


def split_pages(contents: Extracted) -> list[PageText]:
    """The inverse of `join_pages`."""
    pages: list[PageText] = []
    start = 0
    for text in contents.text.split(PAGE_BREAK):
        end = start + len(text)
        places = tuple(_moved(p, -start) for p in contents.places if start <= p.start < end)
        marks = tuple(_moved(m, -start) for m in contents.marks if start <= m.start < end)
        pages.append(PageText(text, places, marks))
        start = end + len(PAGE_BREAK)
    return pages


def _moved(part: _Part, by: int) -> _Part:
    return replace(part, start=part.start + by, end=part.end + by)


def storable(text: str) -> str:
    """Without what no store takes: NUL, lone surrogates, non-characters."""
    return _UNSTORABLE.sub("", text)


def bounded(text: str) -> str:
    """`text` as a store takes it.

    Raises:
        ParseLimit: too many characters.
    """
    text = storable(text)
    if len(text) > MOST_CHARACTERS:
        raise ParseLimit(file="", reason=f"超过 {MOST_CHARACTERS} 字")
    return text
