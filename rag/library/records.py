"""Rows of the library; how articles and passages are written in them: as compact JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from rag.data_model.answers import Filters
from rag.data_model.documents import (
    Article,
    Cell,
    Join,
    LeftOut,
    Original,
    Paragraph,
    Passage,
    Place,
    Sentence,
    SourceFile,
    Span,
)
from rag.errors import LibraryCorrupt
from rag.errors.reasons import why
from rag.library.reprints import Signature
from rag.models.embedding import Vectors


@dataclass(frozen=True, slots=True)
class Version:
    """A commit of a library: generations are counted, so another history has the same; no mark."""

    generation: int
    mark: str


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article and the file it came from.

    Attributes:
        key: its row; a changed file gives new rows.
        group: the row of the first article of which this one is a reprint, or its own.
        reprints: the others of its group, where a search filled them in.
        collection, tags: where it is now, and how it is marked.
    """

    key: int
    article: Article
    file: str
    path: str
    sha256: str
    group: int
    superseded: bool = False
    reprints: tuple[StoredArticle, ...] = ()
    collection: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """What a list shows of an article; `paragraphs` is how many it has."""

    article_id: str
    title: str
    title_inferred: bool
    authors: tuple[str, ...]
    newspaper: str | None
    date: str | None
    page: str | None
    paragraphs: int
    joins: tuple[Join, ...] = ()

    @classmethod
    def of(cls, article: Article) -> ArticleHead:
        """Of an article that is at hand."""
        return cls(
            article_id=article.article_id,
            title=article.title,
            title_inferred=article.title_inferred,
            authors=article.authors,
            newspaper=article.newspaper,
            date=article.date,
            page=article.page,
            paragraphs=len(article.paragraphs),
            joins=article.joins,
        )


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A `StoredArticle` without its text."""

    key: int
    article: ArticleHead
    file: str
    path: str
    sha256: str
    group: int
    superseded: bool = False
    collection: str | None = None
    tags: tuple[str, ...] = ()

    def is_shelved(self, filters: Filters) -> bool:
        """Whether it is in a collection and has a tag that filters name."""
        named = not filters.collections or self.collection in filters.collections
        return named and (not filters.tags or not {*filters.tags}.isdisjoint(self.tags))


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage, its row id, which the indexes use, and the row of its article."""

    id: int
    passage: Passage
    article_key: int
    digest: str


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to store. `matrix`: shape (1 + sentences, dim), the passage's own vector first."""

    passage: Passage
    digest: str
    matrix: Vectors


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What one file gave.

    Attributes:
        source: the file, or member, or record.
        input: the file on disk (an archive, for its members).
        articles, passages: all of it.
        places, original: of a file that has pages.
        recipe: names how it was taken apart.
        signatures: by article id; an article without one is never taken for a reprint.
        left_out: what of the source's text no article has.
    """

    source: SourceFile
    input: str
    articles: tuple[Article, ...]
    passages: tuple[NewPassage, ...]
    places: tuple[Place, ...] = ()
    original: Original | None = None
    recipe: str = ""
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class FinishedInput:
    """An input file that was read to its end; `kept`: the paths of the documents it holds."""

    path: str
    sha256: str
    recipe: str
    kept: Set[str]


@dataclass(frozen=True, slots=True)
class FileStamp:
    """An input file's hash, and the size and times that it had then."""

    path: str
    stamp: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is in the library."""

    files: int
    articles: int
    passages: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Passages born and died between two generations."""

    born: tuple[int, ...]
    died: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Purged:
    """How many dead rows were deleted."""

    passages: int
    vectors: int


def article_json(article: Article) -> str:
    """Everything but the id."""
    return _dumps(
        {
            "title": article.title,
            "title_inferred": article.title_inferred,
            "authors": article.authors,
            "affiliations": article.affiliations,
            "newspaper": article.newspaper,
            "date": article.date,
            "page": article.page,
            "paragraphs": [
                [p.text, p.spans, p.section, p.speaker, p.speaker_title, *cells_json(p)]
                for p in article.paragraphs
            ],
            "joins": article.joins and [[j.at_paragraph, j.confidence] for j in article.joins],
        }
    )


def article_of(article_id: str, text: str) -> Article:
    """The inverse of `article_json`."""
    record = _loads(text)
    paragraphs = tuple(
        Paragraph(n, words, _spans(spans), section, speaker, post, cells_of(row))
        for n, (words, spans, section, speaker, post, *row) in enumerate(
            record["paragraphs"], start=1
        )
    )
    return Article(
        article_id=article_id,
        title=record["title"],
        paragraphs=paragraphs,
        title_inferred=record["title_inferred"],
        authors=tuple(record["authors"]),
        newspaper=record["newspaper"],
        date=record["date"],
        page=record["page"],
        joins=tuple(Join(*join) for join in record["joins"]),
        affiliations=tuple(record["affiliations"]),
    )


def cells_json(paragraph: Paragraph) -> list[tuple[Cell, ...]]:
    """The cells of a row as the last item of its record; nothing for other paragraphs."""
    return [paragraph.cells] if paragraph.cells else []


def cells_of(items: list[list[Any]]) -> tuple[Cell, ...]:
    """The inverse of `cells_json`."""
    return tuple(Cell(*cell) for cells in items for cell in cells)


HEAD = (
    "json_extract(record, '$.title', '$.title_inferred', '$.authors', '$.newspaper', '$.date',"
    " '$.page', '$.joins'), json_array_length(record, '$.paragraphs')"
)
"""SQL for what `head_of` reads: SQLite finds it, so that no paragraph is parsed here."""


SECTION = "json_extract(record, '$[5]')"
"""SQL for the heading that a passage stands under."""


def head_of(article_id: str, text: str, paragraphs: int) -> ArticleHead:
    """The head of an article, from the two columns of `HEAD`."""
    title, inferred, authors, newspaper, date, page, joins = _loads(text)
    return ArticleHead(
        article_id=article_id,
        title=title,
        title_inferred=bool(inferred),
        authors=tuple(authors),
        newspaper=newspaper,
        date=date,
        page=page,
        paragraphs=paragraphs,
        joins=tuple(Join(*join) for join in joins),
    )


def passage_json(passage: Passage) -> str:
    """All fields, sentences included."""
    return _dumps(
        [
            passage.article_id,
            passage.start,
            passage.end,
            passage.text,
            [[s.start, s.end, s.paragraph] for s in passage.sentences],
            passage.section,
            passage.speaker,
        ]
    )


def passage_of(text: str) -> Passage:
    """The inverse of `passage_json`."""
    article_id, start, end, words, sentences, section, speaker = _loads(text)
    return Passage(
        article_id, start, end, words, tuple(Sentence(*s) for s in sentences), section, speaker
    )


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise LibraryCorrupt(
            path="library.sqlite3", reason=f"有记录读不出：{why(error)}"
        ) from error
