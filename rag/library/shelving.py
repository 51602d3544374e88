"""Collections and tags change here; like all rows, they are born and die with generations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.data_model.answers import Filters
from rag.errors import CollectionExists, CollectionInUse, CollectionMissing
from rag.library.shelf_names import DEFAULT, shelf_name
from rag.library.shelf_queries import Collection
from rag.library.storage import Connection
from rag.library.transactions import Transactions

EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Shelved:
    """Ids of the articles that a change concerned: those that were as wanted are left out."""

    moved: tuple[str, ...] = ()
    tagged: tuple[str, ...] = ()
    untagged: tuple[str, ...] = ()


class Shelving(Transactions):
    """The part of `rag.library.library.Library` that puts articles in order."""

    def create_collection(self, name: str) -> Collection:
        """Make an empty collection.

        Raises:
            NameInvalid, CollectionExists: it cannot be called so.
        """
        name = shelf_name(name)
        with self._transaction(changes_articles=True) as (connection, generation):
            if _id_of(connection, name) is not None:
                raise CollectionExists(name=name)
            _create(connection, generation, name)
        return self.collection(name)

    def collection_made(self, name: str) -> bool:
        """Make a collection unless there is one of this name; whether it was made.

        Raises:
            NameInvalid: it cannot be called so.
        """
        name = shelf_name(name)
        if not self.missing_collections([name], self.generation):
            return False
        self.create_collection(name)
        return True

    def rename_collection(self, collection_id: int, name: str) -> Collection:
        """Give a collection another name.

        Raises:
            CollectionMissing, NameInvalid, CollectionExists: nothing is changed.
        """
        name = shelf_name(name)
        if self.collection_by_id(collection_id).name == name:
            return self.collection(name)
        with self._transaction(changes_articles=True) as (connection, generation):
            if _id_of(connection, name) is not None:
                raise CollectionExists(name=name)
            _end_name(connection, generation, collection_id)
            connection.execute(
                "INSERT INTO collections VALUES (?, ?, ?, NULL)", (collection_id, name, generation)
            )
        return self.collection(name)

    def remove_collection(self, collection_id: int, move_to: int | None = None) -> int:
        """Remove a collection; how many articles went to the other one.

        What lies in the bin, or stood here before, goes to the default one if no other is named.

        Raises:
            CollectionMissing: there is none of these ids.
            CollectionInUse: it is the default one, or not empty and no other one is named.
        """
        gone = self.collection_by_id(collection_id)
        if gone.is_default:
            raise CollectionInUse(name=gone.name, reason="它是默认文集")
        if move_to == collection_id:
            raise CollectionInUse(name=gone.name, reason="文章不能移到它自己里")
        if move_to is None and gone.articles:
            raise CollectionInUse(name=gone.name, reason=f"里面有 {gone.articles} 篇文章")
        target = self.collection_by_id(DEFAULT if move_to is None else move_to)
        with self._transaction(changes_articles=True) as (connection, generation):
            rows = connection.execute(
                "SELECT article_id FROM memberships WHERE collection = ? AND died IS NULL",
                (collection_id,),
            ).fetchall()
            for (article_id,) in rows:
                put(connection, generation, article_id, target.id)
            _end_name(connection, generation, collection_id)
        return gone.articles

    def move(
        self, collection: str, article_ids: Sequence[str] = (), filters: Filters = EVERYTHING
    ) -> Sequence[str]:
        """Put articles into a collection; the ids of those that were not in it.

        Args:
            collection: its name.
            article_ids: which; none: those that the filters admit.
            filters: restrict nothing where ids are given, unless they say so too.

        Raises:
            NothingChosen, ArticleMissing, CollectionMissing: nothing is changed.
        """
        return self.shelve(article_ids, filters, collection=collection).moved

    def tag(
        self, tags: Iterable[str], article_ids: Sequence[str] = (), filters: Filters = EVERYTHING
    ) -> Sequence[str]:
        """Mark articles with tags; the ids of those that lacked one. Arguments as `move`.

        Raises:
            NameInvalid, NothingChosen, ArticleMissing, CollectionMissing: nothing is changed.
        """
        return self.shelve(article_ids, filters, add_tags=tags).tagged

    def untag(
        self, tags: Iterable[str], article_ids: Sequence[str] = (), filters: Filters = EVERYTHING
    ) -> Sequence[str]:
        """Take tags from articles; the ids of those that had one. Arguments as `move`.

        Raises:
            NameInvalid, NothingChosen, ArticleMissing, CollectionMissing: nothing is changed.
        """
        return self.shelve(article_ids, filters, remove_tags=tags).untagged

    def shelve(
        self,
        article_ids: Sequence[str] = (),
        filters: Filters = EVERYTHING,
        *,
        collection: str | None = None,
        add_tags: Iterable[str] = (),
        remove_tags: Iterable[str] = (),
    ) -> Shelved:
        """Move, tag and untag articles in one transaction: all of it or nothing.

        Args:
            article_ids: which; none: those that the filters admit.
            filters: restrict nothing where ids are given, unless they say so too.
            collection: the name of where they go; None: they stay where they are.
            add_tags: given to those that lack them.
            remove_tags: taken from those that have them, after the others were given.

        Raises:
            NameInvalid, NothingChosen, ArticleMissing, CollectionMissing: nothing is changed.
        """
        target = None if collection is None else self.collection(collection).id
        added = sorted({shelf_name(tag) for tag in add_tags})
        taken = sorted({shelf_name(tag) for tag in remove_tags})
        chosen = self.named_or_chosen(article_ids, filters)
        if not chosen or (target is None and not added and not taken):
            return Shelved()
        moved, tagged, untagged = [], [], []
        with self._transaction(changes_articles=True) as (connection, generation):
            for one in chosen:
                if target is not None and put(connection, generation, one, target):
                    moved.append(one)
                if sum(mark(connection, generation, one, name) for name in added):
                    tagged.append(one)
                if sum(unmark(connection, generation, one, name) for name in taken):
                    untagged.append(one)
        return Shelved(tuple(moved), tuple(tagged), tuple(untagged))


def put(connection: Connection, generation: int, article_id: str, collection: int) -> bool:
    """Put an article into a collection; whether it was not there."""
    row = connection.execute(
        "SELECT collection FROM memberships WHERE article_id = ? AND died IS NULL", (article_id,)
    ).fetchone()
    if row and row[0] == collection:
        return False
    connection.execute(
        "UPDATE memberships SET died = ? WHERE article_id = ? AND died IS NULL",
        (generation, article_id),
    )
    connection.execute(
        "INSERT INTO memberships VALUES (?, ?, ?, NULL)", (article_id, collection, generation)
    )
    return True


def mark(connection: Connection, generation: int, article_id: str, tag: str) -> bool:
    """Give an article a tag; whether it lacked it."""
    added = connection.execute(
        "INSERT OR IGNORE INTO tagged VALUES (?, ?, ?, NULL)", (article_id, tag, generation)
    )
    return added.rowcount > 0


def unmark(connection: Connection, generation: int, article_id: str, tag: str) -> bool:
    """Take a tag from an article; whether it had it."""
    taken = connection.execute(
        "UPDATE tagged SET died = ? WHERE article_id = ? AND tag = ? AND died IS NULL",
        (generation, article_id, tag),
    )
    return taken.rowcount > 0


def id_of(connection: Connection, name: str) -> int:
    """The collection of this name.

    Raises:
        CollectionMissing: there is none.
    """
    found = _id_of(connection, name)
    if found is None:
        raise CollectionMissing(name=name)
    return found


def _id_of(connection: Connection, name: str) -> int | None:
    row = connection.execute(
        "SELECT id FROM collections WHERE name = ? AND died IS NULL", (name,)
    ).fetchone()
    return int(row[0]) if row else None


def _create(connection: Connection, generation: int, name: str) -> None:
    """Ids are never used again: recorded generations name them."""
    connection.execute(
        "INSERT INTO collections SELECT max(id) + 1, ?, ?, NULL FROM collections",
        (name, generation),
    )


def _end_name(connection: Connection, generation: int, collection_id: int) -> None:
    connection.execute(
        "UPDATE collections SET died = ? WHERE id = ? AND died IS NULL",
        (generation, collection_id),
    )
