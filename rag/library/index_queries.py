"""What an index outside this process is made of; the rows that filters admit, when asked for.

An embedded index takes the admitted rows one by one; one with filters of its own takes the filters,
and their rows are never listed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rag.data_model.answers import Filters
from rag.library.head_queries import LIVE, Rows, alive
from rag.library.history_queries import HistoryQueries
from rag.library.shelf_names import DEFAULT


@dataclass(frozen=True, slots=True)
class Place:
    """The collection that an article is in, by its id, and the article's tags."""

    collection: int = DEFAULT
    tags: tuple[str, ...] = ()


class Admitted(Collection[int]):
    """The rows of passages that filters admit at a generation, read when somebody looks."""

    def __init__(self, library: IndexQueries, filters: Filters, generation: int) -> None:
        self.filters = filters
        self.generation = generation
        self._library = library

    @cached_property
    def rows(self) -> Rows:
        """All of them, in order."""
        return self._library.admitted_passages(self.filters, self.generation)

    @cached_property
    def collections(self) -> Sequence[int]:
        """Ids of the collections that the filters name."""
        return self._library.collection_ids(self.filters.collections, self.generation)

    def __contains__(self, row: object) -> bool:
        return bool(np.any(self.rows == row))

    def __iter__(self) -> Iterator[int]:
        return iter(self.rows.tolist())

    def __len__(self) -> int:
        return len(self.rows)


class IndexQueries(HistoryQueries):
    """Part of `rag.library.queries.LibraryQueries`."""

    def admitted(self, filters: Filters, generation: int) -> Admitted:
        """The passages that the filters admit.

        Raises:
            ArticleMissing: an article that they name was never there.
        """
        self._check_articles(filters.articles)
        return Admitted(self, filters, generation)

    def collection_ids(self, names: Sequence[str], generation: int) -> Sequence[int]:
        """Ids of the collections that had these names at a generation."""
        rows = self._database.all(
            "SELECT id FROM collections c WHERE name IN (SELECT value FROM json_each(:names))"  # noqa: S608
            f" AND {alive('c')} ORDER BY id",
            {"names": json.dumps(names), "g": generation},
        )
        return tuple(row[0] for row in rows)

    def passage_count(self, generation: int) -> int:
        """How many passages were alive at a generation."""
        row = self._database.one(
            f"SELECT count(*) FROM passages WHERE {LIVE}",  # noqa: S608
            {"g": generation},
        )
        return int(row[0]) if row else 0

    def places_at(self, article_ids: Sequence[str], generation: int) -> dict[str, Place]:
        """Where articles were at a generation."""
        values = {"g": generation, "ids": json.dumps(article_ids)}
        among = "article_id IN (SELECT value FROM json_each(:ids))"
        shelves = self._database.all(
            f"SELECT article_id, collection FROM memberships WHERE {among} AND {LIVE}",  # noqa: S608
            values,
        )
        tags: dict[str, list[str]] = {}
        for article_id, tag in self._database.all(
            f"SELECT article_id, tag FROM tagged WHERE {among} AND {LIVE} ORDER BY tag",  # noqa: S608
            values,
        ):
            tags.setdefault(article_id, []).append(tag)
        return {
            article_id: Place(collection, tuple(tags.get(article_id, ())))
            for article_id, collection in shelves
        }

    def reshelved(self, since: int, until: int) -> Sequence[int]:
        """Passages alive at both generations whose article moved, or has other tags."""
        changed = " OR ".join(
            f"(h.article_id IN (SELECT article_id FROM {table} WHERE"  # noqa: S608
            " (born > :s AND born <= :g) OR (died > :s AND died <= :g)))"
            for table in ("memberships", "tagged")
        )
        rows = self._database.all(
            "SELECT p.id FROM passages p JOIN heads h ON h.article = p.article"  # noqa: S608
            f" WHERE p.born <= :s AND {alive('p')} AND ({changed}) ORDER BY p.id",
            {"s": since, "g": until},
        )
        return tuple(row[0] for row in rows)
