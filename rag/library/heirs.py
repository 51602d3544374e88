"""Where the articles of a file that is stored again belong: where those before them were.

An article's id follows from its text, so a changed file has others. An article takes the place of
the one with its id, or else its title, or else its position among as many; or goes to where all of
the file's articles were. Where a collection was asked for, only id and title tell who was there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rag.data_model.documents import Article
from rag.library.records import NewDocument
from rag.library.shelf_names import DEFAULT
from rag.library.shelf_queries import shelved
from rag.library.shelving import mark, put
from rag.library.storage import Connection, Row

Read = Callable[[str, object], Sequence[Row]]
"""The rows of a query: of a reader, or within a transaction."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stood in its file, its collection and its tags."""

    article_id: str
    title: str
    collection: int
    tags: tuple[str, ...]


@dataclass(slots=True)
class Change:
    """So much more, or less, is in a collection."""

    articles: int = 0
    characters: int = 0

    def add(self, articles: int, characters: int) -> None:
        """So much more still."""
        self.articles += articles
        self.characters += characters


def reading(connection: Connection) -> Read:
    """Read in a connection's transaction."""
    return lambda sql, values: connection.execute(sql, values).fetchall()  # type: ignore[arg-type]


def places_of(read: Read, path: str) -> Sequence[Place]:
    """Of the articles of a document that are alive or in the bin, in the order of the page."""
    rows = read(
        f"SELECT a.article_id, h.title, m.collection, {shelved('a')}"  # noqa: S608
        " FROM articles a JOIN sources s ON s.id = a.source JOIN heads h ON h.article = a.rowid"
        " JOIN memberships m ON m.article_id = a.article_id AND m.died IS NULL"
        " WHERE s.path = ? AND (a.died IS NULL OR a.rowid IN (SELECT article FROM bin))"
        " ORDER BY a.position",
        (path,),
    )
    return tuple(
        Place(article_id, title, collection, tuple(json.loads(tags)))
        for article_id, title, collection, _, tags in rows
    )


def common_collection(read: Read, input_path: str) -> int | None:
    """The collection that all live articles of an input file are in, if it was stored whole."""
    if not read("SELECT 1 FROM inputs WHERE path = ?", (input_path,)):
        return None
    ((first, last),) = read(
        "SELECT min(m.collection), max(m.collection) FROM sources s JOIN articles a"
        " ON a.source = s.id AND a.died IS NULL JOIN memberships m"
        " ON m.article_id = a.article_id AND m.died IS NULL WHERE s.input = ?",
        (input_path,),
    )
    return int(first) if first is not None and first == last else None


def known_ids(read: Read, articles: Sequence[Article]) -> frozenset[str]:
    """Ids of articles that are in a collection already: alive, or in the bin."""
    return frozenset(
        article.article_id
        for article in articles
        if read(
            "SELECT 1 FROM heads h JOIN memberships m ON m.article_id = h.article_id"
            " AND m.died IS NULL WHERE h.article_id = ?"
            " AND (h.died IS NULL OR h.article IN (SELECT article FROM bin))",
            (article.article_id,),
        )
    )


def settle(
    connection: Connection,
    generation: int,
    document: NewDocument,
    before: Sequence[Place],
    otherwise: Mapping[str, int],
    *,
    asked: bool,
) -> None:
    """Put a document's articles, which are stored by now, where they belong.

    Args:
        connection: in a transaction.
        generation: that it makes.
        document: what was stored.
        before: see `places_of`, from before they were stored.
        otherwise: by article id, the collection of those that nothing stood before.
        asked: whether somebody asked for that collection.
    """
    inherited = _inherited(document.articles, before, asked=asked)
    for article, place in zip(document.articles, inherited, strict=True):
        if place is not None:
            put(connection, generation, article.article_id, place.collection)
            for tag in place.tags:
                mark(connection, generation, article.article_id, tag)
        elif article.article_id in otherwise:
            put(connection, generation, article.article_id, otherwise[article.article_id])


def room_changes(
    read: Read,
    path: str,
    articles: Sequence[Article],
    target: int | None,
    *,
    asked: bool,
) -> dict[int, Change]:
    """How much more each collection has, by id, once `settle` is through with a document.

    Args:
        read: before anything of it is stored.
        path: of the document.
        articles: that it has now.
        target: the collection of those that nothing stood before; None: the default one.
        asked: whether somebody asked for that collection.
    """
    found: dict[int, Change] = {}
    ids = json.dumps([one.article_id for one in articles])
    elsewhere = {
        row[0]
        for row in read(
            "SELECT h.article_id FROM heads h JOIN sources s ON s.id = h.source WHERE h.died IS"
            " NULL AND s.path <> ? AND h.article_id IN (SELECT value FROM json_each(?))",
            (path, ids),
        )
    }
    for _, collection, characters in read(_RETIRING, (path,)):
        found.setdefault(collection, Change()).add(-1, -characters)
    known = known_ids(read, articles)
    rows = read(
        "SELECT article_id, collection FROM memberships WHERE died IS NULL"
        " AND article_id IN (SELECT value FROM json_each(?))",
        (ids,),
    )
    kept = {article_id: collection for article_id, collection in rows if article_id in known}
    inherited = _inherited(articles, places_of(read, path), asked=asked)
    otherwise = DEFAULT if target is None else target
    for article, place in zip(articles, inherited, strict=True):
        if article.article_id in elsewhere:
            continue
        goes = place.collection if place else kept.get(article.article_id, otherwise)
        characters = sum(len(one.text) for one in article.paragraphs)
        found.setdefault(goes, Change()).add(1, characters)
    return found


_RETIRING = (
    "SELECT h.article_id, m.collection, h.characters FROM heads h"
    " JOIN sources s ON s.id = h.source JOIN memberships m ON m.article_id = h.article_id"
    " AND m.died IS NULL WHERE s.path = ? AND h.died IS NULL"
)


def _inherited(
    articles: Sequence[Article], before: Sequence[Place], *, asked: bool
) -> Sequence[Place | None]:
    """Whose place each article takes; None where nothing stood before it."""
    return [
        _alike(one, before) or (None if asked else _beside(at, len(articles), before))
        for at, one in enumerate(articles)
    ]


def _alike(article: Article, before: Sequence[Place]) -> Place | None:
    for name in ("article_id", "title"):
        same = [one for one in before if getattr(one, name) == getattr(article, name)]
        if len(same) == 1:
            return same[0]
    return None


def _beside(at: int, count: int, before: Sequence[Place]) -> Place | None:
    if before and len(before) == count:
        return before[at]
    if len({one.collection for one in before}) == 1:
        return Place("", "", before[0].collection, ())
    return None
