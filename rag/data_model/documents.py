"""Frozen records of what a library holds. All offsets are code points.

An article's `text` is its paragraphs joined by newlines. Passages are a lossless partition of
that text: glued together they give it back. Spans, in contrast, point into the source file as
decoded: `"".join(source[s:e] for s, e in spans)` is the paragraph, character for character.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar, cast

Read = TypeVar("Read")
Which = ParamSpec("Which")


class Span(NamedTuple):
    """Half-open range `[start, end)` of code points."""

    start: int
    end: int


def touches(left: Span, right: Span) -> bool:
    """Whether two ranges share a character."""
    return left.start < right.end and right.start < left.end


def spans_text(source: str, spans: tuple[Span, ...]) -> str:
    """The characters that `spans` cover, in order."""
    return "".join(source[start:end] for start, end in spans)


def day_of(date: str) -> tuple[str, int, int] | None:
    """Year, month and day of an ISO date; None for what a page gave instead of one."""
    parts = date.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    year, month, day = map(int, parts)
    try:
        datetime.date(year, month, day)
    except ValueError:
        return None
    return parts[0], month, day


def cut_spans(spans: tuple[Span, ...], start: int, end: int) -> tuple[Span, ...]:
    """The part of `spans` that holds characters `[start, end)` of the text they spell.

    `cut_spans(((10, 15), (40, 45)), 3, 7)` is `((13, 15), (40, 42))`.
    """
    cut: list[Span] = []
    offset = 0
    for span_start, span_end in spans:
        length = span_end - span_start
        left, right = max(start - offset, 0), min(end - offset, length)
        if left < right:
            cut.append(Span(span_start + left, span_start + right))
        offset += length
    return tuple(cut)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was decoded.

    Attributes:
        path: where it was read from (an absolute path, or the upload's name).
        name: what people see: the file's own name.
        sha256: of the file's bytes, hex.
        encoding: the codec that decoded it.
        text: the decoded characters, unchanged.
    """

    path: str
    name: str
    sha256: str
    encoding: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where characters `[start, end)` of a source's text stand on a page; within one line.

    `box` is (left, top, right, bottom) in shares of the page's width and height as it is shown,
    0–1, from the top left corner; `page` counts from 1.
    """

    start: int
    end: int
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Characters `[start, end)` of a source's text that no article has; `reason` is in Chinese."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes of a file that has pages to look at: `kind` is `pdf` or `image`."""

    kind: str
    data: bytes


class Cell(NamedTuple):
    """A cell of a table's row: its column's name, and where its value stands in the row's text.

    `start == end` where it is empty.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A numbered paragraph of an article.

    Attributes:
        n: counts from 1 within the article.
        text: equals the characters that `spans` cover in the source file.
        spans: more than one where the page broke the paragraph in two.
        section: the heading it stands under.
        speaker: who speaks in it, in an interview.
        speaker_title: the speaker's post, where the page lists it.
        cells: of a table's row, which stands there with its columns' names; else empty.
    """

    n: int
    text: str
    spans: tuple[Span, ...]
    section: str | None = None
    speaker: str | None = None
    speaker_title: str | None = None
    cells: tuple[Cell, ...] = ()

    def value(self, cell: Cell) -> str:
        """What stands in one of its cells."""
        return self.text[cell.start : cell.end]


@dataclass(frozen=True, slots=True)
class Join:
    """Two pieces of a broken page put together at a paragraph, and how sure we are (0–1)."""

    at_paragraph: int
    confidence: float


@dataclass(frozen=True)
class Article:
    """One article: what a citation names."""

    article_id: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    title_inferred: bool = False
    authors: tuple[str, ...] = ()
    newspaper: str | None = None
    date: str | None = None
    page: str | None = None
    joins: tuple[Join, ...] = ()
    affiliations: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """By its text as a whole, whose hash is kept: paragraphs are not gone through."""
        return hash((self.article_id, self.title, self.text))

    @cached_property
    def text(self) -> str:
        """The paragraphs joined by newlines."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)

    @property
    def year(self) -> int | None:
        """The year of its date; None where that is not known, or is no date."""
        year = (self.date or "")[:4]
        return int(year) if len(year) == 4 and year.isdecimal() else None

    @cached_property
    def paragraph_starts(self) -> tuple[int, ...]:
        """Offset in `text` at which each paragraph starts."""
        starts, offset = [], 0
        for paragraph in self.paragraphs:
            starts.append(offset)
            offset += len(paragraph.text) + 1
        return tuple(starts)


def remembered(
    read: Callable[Concatenate[Article, Which], Read],
) -> Callable[Concatenate[Article, Which], Read]:
    """What is read of an article, kept with it: found at once, however long, and gone with it."""

    @wraps(read)
    def known(article: Article, /, *which: Which.args, **by_name: Which.kwargs) -> Read:
        key = f"{read.__module__}.{read.__qualname__}{which}{by_name}"
        if key not in (kept := article.__dict__):
            kept[key] = read(article, *which, **by_name)
        return cast("Read", kept[key])

    return known


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, without the white space around it.

    Attributes:
        start, end: offsets in the article's text.
        paragraph: the number of the paragraph that holds it; a sentence never crosses one.
    """

    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article that is embedded and retrieved as one.

    `article.text[start:end] == text`, and an article's passages glued together are its text.
    """

    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...] = field(default=())
    section: str | None = None
    speaker: str | None = None

    def is_of(self, article: Article) -> bool:
        """Whether it is cut from this article, as the article reads."""
        cut = article.text[self.start : self.end]
        return self.article_id == article.article_id and cut == self.text
