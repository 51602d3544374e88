"""Articles by newspaper, day and page, from a small table beside the texts.

`heads` has a row for each row of `articles`, without the text: 100,000 of them are counted in some
tens of milliseconds, where reading them out of the articles' JSON would take seconds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rag.data_model.answers import Filters, Listing
from rag.errors import ArticleMissing
from rag.language.text import fold
from rag.library.storage import Database

_SPEAKER, _SECTION = "json_extract(record, '$[6]')", "json_extract(record, '$[5]')"


def alive(alias: str = "") -> str:
    """SQL: whether a row is alive in generation `g`."""
    row = f"{alias}." if alias else ""
    return f"{row}born <= :g AND ({row}died IS NULL OR {row}died > :g)"


LIVE = alive()
_PASSAGE = "EXISTS (SELECT 1 FROM passages p WHERE p.article = heads.article"
_IDS = "SELECT value FROM json_each(:ids)"
_IN_COLLECTIONS = (
    "SELECT m.article_id FROM collections c JOIN memberships m ON m.collection = c.id"  # noqa: S608
    " WHERE c.name IN (SELECT value FROM json_each(:collections))"
    f" AND {alive('c')} AND {alive('m')}"
)
_WITH_TAGS = (
    f"SELECT article_id FROM tagged WHERE tag IN (SELECT value FROM json_each(:tags)) AND {LIVE}"  # noqa: S608
)
_AT_ONCE = 500
Rows = NDArray[np.int64]
_NEWEST_FIRST = "ORDER BY day DESC, newspaper IS NULL, newspaper, page, article"


@dataclass(frozen=True, slots=True)
class Shelf:
    """How many articles a newspaper has of one day; None where a page does not say."""

    newspaper: str | None
    date: str | None
    count: int


class HeadQueries:
    """The part of `rag.library.queries.LibraryQueries` that parses no text."""

    _database: Database

    def newspapers(self, generation: int) -> Sequence[str]:
        """The newspapers of the library, each once."""
        rows = self._database.all(
            f"SELECT DISTINCT newspaper FROM heads WHERE {LIVE} AND newspaper IS NOT NULL"  # noqa: S608
            " ORDER BY newspaper",
            {"g": generation},
        )
        return tuple(row[0] for row in rows)

    def author_named(self, folded: str, generation: int) -> str | None:
        """How an author is spelt, most often, whose name is this once folded; None for nobody."""
        row = self._database.one(
            "SELECT j.value FROM heads, json_each(heads.authors) j"  # noqa: S608
            f" WHERE {alive('heads')} AND folded(j.value) = :name"
            " GROUP BY j.value ORDER BY count(*) DESC, j.value LIMIT 1",
            {"g": generation, "name": folded},
        )
        return row[0] if row else None

    def newest_day(self, filters: Filters, generation: int) -> str | None:
        """The latest date of the articles that the filters admit."""
        where, values = where_of(Listing(filters=filters), generation)
        row = self._database.one(
            f"SELECT max(day) FROM heads WHERE {where} AND day GLOB '????-??-??'",  # noqa: S608
            values,
        )
        return row[0] if row else None

    def count_listed(self, listing: Listing, generation: int) -> int:
        """How many articles a list has."""
        where, values = where_of(listing, generation)
        row = self._database.one(f"SELECT count(*) FROM heads WHERE {where}", values)  # noqa: S608
        return int(row[0]) if row else 0

    def shelves(self, listing: Listing, generation: int) -> Sequence[Shelf]:
        """How many articles of each newspaper and day, the newest first, undated ones last."""
        where, values = where_of(listing, generation)
        rows = self._database.all(
            f"SELECT newspaper, day, count(*) FROM heads WHERE {where} GROUP BY day, newspaper"  # noqa: S608
            " ORDER BY day DESC, newspaper IS NULL, newspaper",
            values,
        )
        return tuple(Shelf(*row) for row in rows)

    def listed(self, listing: Listing, generation: int, limit: int) -> Sequence[int]:
        """Rows of the articles of a list, the newest first, from `listing.offset` on."""
        where, values = where_of(listing, generation)
        rows = self._database.all(
            f"SELECT article FROM heads WHERE {where} {_NEWEST_FIRST} LIMIT :limit OFFSET :offset",  # noqa: S608
            {**values, "limit": limit, "offset": listing.offset},
        )
        return tuple(row[0] for row in rows)

    def admitted_passages(self, filters: Filters, generation: int) -> Rows:
        """Rows of the passages that the filters admit, in order.

        A passage is born and dies with its article, so that only the index of articles is read for
        it; a speaker or a section stands in its record, which has to be looked into.

        Raises:
            ArticleMissing: an article that they name was never there.
        """
        self._check_articles(filters.articles)
        of_articles = filters.model_copy(update={"speaker": None, "section": None})
        where, values = where_of(Listing(filters=of_articles), generation)
        conditions = [f"article IN (SELECT article FROM heads WHERE {where})"]  # noqa: S608
        for column, name in ((_SPEAKER, "speaker"), (_SECTION, "section")):
            if value := getattr(filters, name):
                conditions.append(f"{column} = :{name}")
                values[name] = value
        rows = self._database.all(
            f"SELECT id FROM passages WHERE {' AND '.join(conditions)}",  # noqa: S608
            values,
        )
        return np.sort(np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows)))

    def _check_articles(self, article_ids: Sequence[str], *, alive: bool = False) -> None:
        rows = self._database.all(
            f"SELECT article_id FROM heads WHERE article_id IN ({_IDS})"  # noqa: S608
            f"{' AND died IS NULL' if alive else ''}",
            {"ids": json.dumps(article_ids)},
        )
        known = {row[0] for row in rows}
        for article_id in article_ids:
            if article_id not in known:
                raise ArticleMissing(article_id=article_id)

    def article_ids_of(self, passages: Sequence[int]) -> Sequence[str]:
        """The ids of the articles that these rows of passages belong to, in the same order."""
        found: dict[int, str] = {}
        for start in range(0, len(passages), _AT_ONCE):
            part = passages[start : start + _AT_ONCE]
            rows = self._database.all(
                "SELECT p.id, h.article_id FROM passages p JOIN heads h ON h.article = p.article"  # noqa: S608
                f" WHERE p.id IN ({','.join('?' * len(part))})",
                tuple(part),
            )
            found |= dict(rows)
        return tuple(found[row] for row in passages if row in found)

    def told_of(self, article_ids: Sequence[str]) -> Sequence[tuple[object, ...]]:
        """Id, title, newspaper, day, page and authors of all versions of these articles."""
        rows = self._database.all(
            "SELECT article_id, title, newspaper, day, page, authors FROM heads"  # noqa: S608
            f" WHERE article_id IN ({_IDS})",
            {"ids": json.dumps(article_ids)},
        )
        return [(*row[:-1], tuple(json.loads(row[-1]))) for row in rows]

    def titled(self, title: str, generation: int, limit: int) -> Sequence[str]:
        """Ids of the articles of this title, or else of those that have it in theirs."""
        for condition in ("title = :title", "instr(title, :title)"):
            rows = self._database.all(
                f"SELECT article_id FROM heads WHERE {LIVE} AND {condition}"  # noqa: S608
                " ORDER BY article LIMIT :limit",
                {"g": generation, "title": title, "limit": limit},
            )
            if rows:
                return tuple(row[0] for row in rows)
        return ()

    def titles_holding(
        self, words: Sequence[str], filters: Filters, generation: int, limit: int
    ) -> Sequence[tuple[str, str]]:
        """Ids and titles of the articles whose titles hold all of some folded words."""
        where, values = where_of(Listing(filters=filters), generation)
        holds = " AND ".join(f"instr(sought, :word{n})" for n in range(len(words)))
        rows = self._database.all(
            f"SELECT article_id, title FROM heads WHERE {where} AND {holds}"  # noqa: S608
            " ORDER BY article",
            {**values, **{f"word{n}": word for n, word in enumerate(words)}},
        )
        held = (row for row in rows if all(word in fold(row[1]) for word in words))
        return tuple(islice(held, limit))


def where_of(listing: Listing, generation: int) -> tuple[str, dict[str, object]]:
    """The condition that a list's articles meet, with its values."""
    filters = listing.filters
    conditions = [LIVE]
    named: dict[str, object] = {"g": generation}
    for condition, name, value in (
        ("newspaper = :newspaper", "newspaper", filters.newspaper),
        ("page = :page", "page", filters.page),
        (
            "EXISTS (SELECT 1 FROM json_each(authors) WHERE value = :author)",
            "author",
            filters.author,
        ),
        ("coalesce(day, '') >= :first", "first", filters.date_from),
        ("day > '' AND day <= :last", "last", filters.date_to),
        ("substr(day, 6, length(:part)) = :part", "part", listing.month_day),
        (f"{_PASSAGE} AND {_SPEAKER} = :speaker)", "speaker", filters.speaker),
        (f"{_PASSAGE} AND {_SECTION} = :section)", "section", filters.section),
    ):
        if value:
            conditions.append(condition)
            named[name] = value
    for condition, name, several in (
        (f"article_id IN ({_IDS})", "ids", filters.articles),
        (f"article_id IN ({_IN_COLLECTIONS})", "collections", filters.collections),
        (f"article_id IN ({_WITH_TAGS})", "tags", filters.tags),
    ):
        if several:
            conditions.append(condition)
            named[name] = json.dumps(several)
    return " AND ".join(conditions), named


def marks(values: Sequence[object]) -> str:
    """Question marks for SQL's IN (…)."""
    return ",".join("?" * len(values))
