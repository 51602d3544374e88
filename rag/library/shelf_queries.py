"""Which collections there are, what is in them, which tags are in use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from rag.data_model.answers import Filters, Listing
from rag.errors import CollectionMissing, NothingChosen
from rag.library.head_queries import HeadQueries, alive, where_of
from rag.library.shelf_names import DEFAULT, DEFAULT_NAME, shelf_name
from rag.library.storage import Database


def shelved(alias: str) -> str:
    """SQL: the collection's name of a row with an `article_id`, and its tags as JSON."""
    return (
        "(SELECT c.name FROM memberships m JOIN collections c ON c.id = m.collection"  # noqa: S608
        f" AND c.died IS NULL WHERE m.article_id = {alias}.article_id AND m.died IS NULL),"
        " (SELECT json_group_array(tag) FROM tagged t"
        f" WHERE t.article_id = {alias}.article_id AND t.died IS NULL)"
    )


def in_collection(alias: str) -> str:
    """SQL: whether a row's article is in `:collection` now."""
    return (
        f"{alias}.article_id IN (SELECT m.article_id FROM collections c"  # noqa: S608
        " JOIN memberships m ON m.collection = c.id AND m.died IS NULL"
        " WHERE c.name = :collection AND c.died IS NULL)"
    )


def with_tag(alias: str) -> str:
    """SQL: whether a row's article has `:tag` now."""
    return (
        f"{alias}.article_id IN (SELECT article_id FROM tagged WHERE tag = :tag AND died IS NULL)"  # noqa: S608
    )


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of articles; `characters` counts the text of those that are in it."""

    id: int
    name: str
    articles: int
    characters: int

    @property
    def is_default(self) -> bool:
        """Whether it takes what nobody puts elsewhere."""
        return self.id == DEFAULT


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, and how many articles have it."""

    name: str
    articles: int


class ShelfQueries(HeadQueries):
    """Part of `rag.library.queries.LibraryQueries`."""

    _database: Database

    def collections(self) -> Sequence[Collection]:
        """All of them, the default one first, then as they were made."""
        rows = self._database.all(
            "SELECT c.id, c.name, coalesce(n.articles, 0), coalesce(n.characters, 0)"
            " FROM collections c LEFT JOIN (SELECT m.collection, count(*) AS articles,"
            " sum(h.characters) AS characters FROM heads h JOIN memberships m"
            " ON m.article_id = h.article_id AND m.died IS NULL WHERE h.died IS NULL"
            " GROUP BY m.collection) n ON n.collection = c.id WHERE c.died IS NULL ORDER BY c.id"
        )
        return tuple(Collection(*row) for row in rows or [(DEFAULT, DEFAULT_NAME, 0, 0)])

    def collection(self, name: str) -> Collection:
        """The collection of this name, as people write it: see `shelf_name`.

        Raises:
            NameInvalid: no collection can be called so.
            CollectionMissing: there is none.
        """
        name = shelf_name(name)
        for one in self.collections():
            if one.name == name:
                return one
        raise CollectionMissing(name=name)

    def collection_by_id(self, collection_id: int) -> Collection:
        """The collection of this id.

        Raises:
            CollectionMissing: there is none.
        """
        for one in self.collections():
            if one.id == collection_id:
                return one
        raise CollectionMissing(name=collection_id)

    def missing_collections(self, names: Sequence[str], generation: int) -> Sequence[str]:
        """Those of the names that no collection had at a generation."""
        if not names:
            return ()
        rows = self._database.all(
            f"SELECT name FROM collections c WHERE {alive('c')}",  # noqa: S608
            {"g": generation},
        )
        known = {row[0] for row in rows} or {DEFAULT_NAME}
        return tuple(name for name in names if name not in known)

    def collections_of(self, article_ids: Sequence[str], generation: int) -> dict[str, str]:
        """The names of the collections that articles were in at a generation."""
        rows = self._database.all(
            "SELECT m.article_id, c.name FROM memberships m JOIN collections c"  # noqa: S608
            f" ON c.id = m.collection AND {alive('c')} WHERE {alive('m')}"
            " AND m.article_id IN (SELECT value FROM json_each(:ids))",
            {"g": generation, "ids": json.dumps(article_ids)},
        )
        return dict(rows)

    def tags(self) -> Sequence[Tag]:
        """All that articles have, the most frequent first."""
        rows = self._database.all(
            "SELECT t.tag, count(*) FROM tagged t JOIN heads h ON h.article_id = t.article_id"
            " AND h.died IS NULL WHERE t.died IS NULL GROUP BY t.tag ORDER BY count(*) DESC, t.tag"
        )
        return tuple(Tag(*row) for row in rows)

    def check_collections(self, filters: Filters) -> None:
        """Refuse filters that name what is not there now.

        Raises:
            CollectionMissing: one of their collections.
        """
        if missing := self.missing_collections(filters.collections, self._generation()):
            raise CollectionMissing(name="、".join(missing))

    def chosen(self, article_ids: Sequence[str], filters: Filters) -> Sequence[str]:
        """Ids of the live articles that are named, or else that the filters admit.

        Raises:
            ArticleMissing, CollectionMissing: one that is named is not there.
        """
        self.check_collections(filters)
        if article_ids:
            filters = filters.model_copy(update={"articles": tuple(article_ids)})
        self._check_articles(filters.articles, alive=True)
        where, values = where_of(Listing(filters=filters), self._generation())
        rows = self._database.all(
            f"SELECT article_id FROM heads WHERE {where} ORDER BY article",  # noqa: S608
            values,
        )
        return tuple(row[0] for row in rows)

    def count_shelved(self, filters: Filters) -> int:
        """How many live articles the filters admit."""
        return self.count_listed(Listing(filters=filters), self._generation())

    def shelved_keys(self, filters: Filters, limit: int, offset: int = 0) -> Sequence[int]:
        """Rows of a page of the live articles that the filters admit, the first stored first."""
        where, values = where_of(Listing(filters=filters), self._generation())
        rows = self._database.all(
            f"SELECT article FROM heads WHERE {where} ORDER BY article"  # noqa: S608
            " LIMIT :limit OFFSET :offset",
            {**values, "limit": limit, "offset": offset},
        )
        return tuple(row[0] for row in rows)

    def characters_of(self, article_ids: Sequence[str]) -> int:
        """How long live articles are together."""
        row = self._database.one(
            "SELECT coalesce(sum(characters), 0) FROM heads WHERE died IS NULL"
            " AND article_id IN (SELECT value FROM json_each(?))",
            (json.dumps(article_ids),),
        )
        return int(row[0]) if row else 0

    def elsewhere(self, inputs: Sequence[str], collection: str) -> int:
        """How many live articles of these input files are in another collection."""
        row = self._database.one(
            "SELECT count(*) FROM sources s JOIN articles a ON a.source = s.id AND a.died IS NULL"
            " JOIN memberships m ON m.article_id = a.article_id AND m.died IS NULL"
            " JOIN collections c ON c.id = m.collection AND c.died IS NULL"
            " WHERE s.input IN (SELECT value FROM json_each(?)) AND c.name <> ?",
            (json.dumps(inputs), collection),
        )
        return int(row[0]) if row else 0

    def named_or_chosen(self, article_ids: Sequence[str], filters: Filters) -> Sequence[str]:
        """As `chosen`, of what is to be changed: nobody means all articles by saying nothing.

        Raises:
            NothingChosen: neither ids nor filters are given.
            ArticleMissing, CollectionMissing: one that is named is not there.
        """
        if not article_ids and filters.empty:
            raise NothingChosen
        return self.chosen(article_ids, filters)

    def uneven_shelves(self) -> Sequence[str]:
        """Ids of the live articles that are in no collection: there should be none."""
        rows = self._database.all(
            "SELECT h.article_id FROM heads h WHERE h.died IS NULL AND NOT EXISTS (SELECT 1"
            " FROM memberships m JOIN collections c ON c.id = m.collection AND c.died IS NULL"
            " WHERE m.article_id = h.article_id AND m.died IS NULL)"
        )
        return tuple(row[0] for row in rows)

    def _generation(self) -> int:
        row = self._database.one("SELECT value FROM meta WHERE key = 'generation'")
        return int(row[0]) if row else 0


def tags_of(text: str | None) -> tuple[str, ...]:
    """The tags in the second column of `shelved`."""
    return tuple(sorted(json.loads(text))) if text else ()
