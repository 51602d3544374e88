"""What a parser of a foreign format hands back from its child process."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rag.data_model.documents import Place
from rag.errors import ParseLimit

_UNSTORABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")
PAGE_BREAK = "\n\f\n"
MOST_CHARACTERS = 5_000_000


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
    """

    text: str
    encoding: str
    places: tuple[Place, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    unread: tuple[int, ...] = ()

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
        )


@dataclass(frozen=True, slots=True)
class PageText:
    """One page; the places' offsets are in its own text."""

    text: str
    places: tuple[Place, ...] = ()


def join_pages(pages: Iterable[PageText]) -> tuple[str, tuple[Place, ...]]:
    """The pages as one text, a form feed between them, with the places in it."""
    parts: list[str] = []
    places: list[Place] = []
    offset = 0
    for page in pages:
        offset += len(PAGE_BREAK) if parts else 0
        parts.append(page.text)
        places += [_moved(place, offset) for place in page.places]
        offset += len(page.text)
    return PAGE_BREAK.join(parts), tuple(places)


def split_pages(contents: Extracted) -> list[PageText]:
    """The inverse of `join_pages`."""
    pages: list[PageText] = []
    start = 0
    for text in contents.text.split(PAGE_BREAK):
        end = start + len(text)
        inside = [place for place in contents.places if start <= place.start < end]
        pages.append(PageText(text, tuple(_moved(place, -start) for place in inside)))
        start = end + len(PAGE_BREAK)
    return pages


def _moved(place: Place, by: int) -> Place:
    return replace(place, start=place.start + by, end=place.end + by)


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
