"""Removed articles lie in the bin, to be put back: as rows of a new generation."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Literal

from rag.data_model.answers import Filters
from rag.errors import ArticleInPlace, ArticleMissing, ModelChanged, NothingChosen, NotInBin
from rag.library.bin_queries import Binned, expiry
from rag.library.shelving import EVERYTHING, Shelving
from rag.library.storage import Connection
from rag.library.writes import (
    inherit_reprints,
    never_embedded,
    retire_article,
    revive_article,
    shelve_by_default,
)


class Bin(Shelving):
    """The part of `rag.library.library.Library` that removes articles and puts them back."""

    def remove(self, article_id: str) -> None:
        """Take an article out of answers, into the bin; its file may be ingested again.

        Raises:
            ArticleMissing: no live article has this id.
        """
        self.remove_all([article_id])

    def remove_all(
        self, article_ids: Sequence[str] = (), filters: Filters = EVERYTHING
    ) -> Sequence[str]:
        """Take articles out of answers, into the bin, all or none; their ids.

        Args:
            article_ids: which; none: those that the filters admit.
            filters: restrict nothing where ids are given, unless they say so too.

        Raises:
            NothingChosen, ArticleMissing, CollectionMissing: nothing is removed.
        """
        chosen = self.named_or_chosen(article_ids, filters)
        if not chosen:
            return ()
        with self._transaction(changes_articles=True) as (connection, generation):
            recipes = _Recipes(connection)
            for article_id in chosen:
                _remove(connection, generation, article_id, recipes)
        return chosen

    def restore(self, article_ids: Sequence[str]) -> Sequence[str]:
        """Put articles back that lie in the bin, all or none; their ids.

        Raises:
            NothingChosen: none is named.
            NotInBin: one of them is not there, or not any more.
            ArticleInPlace: another file has brought an article of its id since.
            ModelChanged: it has no vectors of the library's model; `doctor --rebuild` makes them.
        """
        entries = self._entries(article_ids)
        for entry in entries:
            if self.holder_of(entry.article_id) is not None:
                raise ArticleInPlace(article_id=entry.article_id)
        with self._transaction(changes_articles=True) as (connection, generation):
            missing = 0
            for entry in entries:
                new = revive_article(connection, generation, entry.key)
                inherit_reprints(connection, entry.key, new)
                shelve_by_default(connection, generation, entry.article_id)
                model, without = never_embedded(connection, new)
                missing += without
            if missing:
                raise ModelChanged(missing=missing, model=model)
            _take_out(connection, entries)
            for entry in entries:
                _forget(connection, _binned_keys(connection, entry.article_id))
        return tuple(entry.article_id for entry in entries)

    def purge_bin(self, article_ids: Sequence[str] | None = None) -> Sequence[Binned]:
        """Empty the bin, of some articles or of all; what was in it.

        The text stays as that of every superseded article does, for answers that quoted it.

        Raises:
            NothingChosen, NotInBin: nothing is purged.
        """
        entries = self.binned()
        if article_ids is not None:
            named = {entry.article_id for entry in self._entries(article_ids)}
            entries = tuple(entry for entry in entries if entry.article_id in named)
        if entries:
            with self._transaction(changes_articles=False) as (connection, generation):
                _purge(connection, generation, [entry.key for entry in entries])
        return entries

    def purge_expired(self) -> int:
        """Empty the bin of what has lain there too long; how much that was."""
        rows = self._database.all("SELECT article FROM bin WHERE removed_at <= ?", (expiry(),))
        if rows:
            with self._transaction(changes_articles=False) as (connection, generation):
                _purge(connection, generation, [key for (key,) in rows])
        return len(rows)

    def _entries(self, article_ids: Sequence[str]) -> Sequence[Binned]:
        if not article_ids:
            raise NothingChosen
        known = {entry.article_id: entry for entry in reversed(self.binned())}
        for article_id in article_ids:
            if article_id not in known:
                raise NotInBin(article_id=article_id)
        return tuple(known[article_id] for article_id in dict.fromkeys(article_ids))


class _Recipes:
    """The recipes of files of which something is removed, as they were when nothing was.

    From the file's row, or from what was removed of it before; looked up once a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, object], str] = {}

    def of(self, kind: Literal["recipe", "input_recipe"], file: object, now: str) -> str:
        """That of a source's row, or of an input's path, whose recipe now is `now`."""
        if (kind, file) not in self._known:
            self._known[kind, file] = now or self._kept(kind, file)
        return self._known[kind, file]

    def _kept(self, kind: str, file: object) -> str:
        column = "s.id" if kind == "recipe" else "s.input"
        (kept,) = self._connection.execute(
            f"SELECT coalesce(max(b.{kind}), '') FROM sources s JOIN articles a"  # noqa: S608
            f" ON a.source = s.id JOIN bin b ON b.article = a.rowid WHERE {column} = ?",
            (file,),
        ).fetchone()
        return str(kept)


def _remove(connection: Connection, generation: int, article_id: str, recipes: _Recipes) -> None:
    row = connection.execute(
        "SELECT a.rowid, s.id, s.input, s.recipe, coalesce(i.recipe, '') FROM articles a"
        " JOIN sources s ON s.id = a.source LEFT JOIN inputs i ON i.path = s.input"
        " WHERE a.article_id = ? AND a.died IS NULL",
        (article_id,),
    ).fetchone()
    if row is None:
        raise ArticleMissing(article_id=article_id)
    key, source, path, recipe, input_recipe = row
    _forget(connection, _binned_keys(connection, article_id))
    retire_article(connection, generation, key)
    connection.execute(
        "INSERT OR REPLACE INTO bin VALUES (?, ?, ?, ?)",
        (
            key,
            int(time.time()),
            recipes.of("recipe", source, recipe),
            recipes.of("input_recipe", path, input_recipe),
        ),
    )
    connection.execute("UPDATE inputs SET recipe = '' WHERE path = ?", (path,))
    connection.execute("UPDATE sources SET recipe = '' WHERE id = ?", (source,))


def _take_out(connection: Connection, entries: Sequence[Binned]) -> None:
    """Take entries out of the bin; a file that is whole again need not be read again."""
    files: dict[str, tuple[str, dict[int, str]]] = {}
    for entry in entries:
        recipe, input_recipe, source = connection.execute(
            "SELECT b.recipe, b.input_recipe, a.source FROM bin b JOIN articles a"
            " ON a.rowid = b.article WHERE b.article = ?",
            (entry.key,),
        ).fetchone()
        files.setdefault(entry.input, (input_recipe, {}))[1][source] = recipe
        connection.execute("DELETE FROM bin WHERE article = ?", (entry.key,))
    for path, (input_recipe, sources) in files.items():
        left = connection.execute(
            "SELECT DISTINCT s.id FROM sources s JOIN articles a ON a.source = s.id"
            " JOIN bin b ON b.article = a.rowid WHERE s.input = ?",
            (path,),
        ).fetchall()
        connection.executemany(
            "UPDATE sources SET recipe = ? WHERE id = ? AND recipe = ''",
            [(recipe, source) for source, recipe in sources.items() if (source,) not in left],
        )
        if not left:
            connection.execute(
                "UPDATE inputs SET recipe = ? WHERE path = ? AND recipe = ''", (input_recipe, path)
            )


def _binned_keys(connection: Connection, article_id: str) -> Sequence[int]:
    """Rows in the bin of this id: another file of the same text may have been removed before."""
    rows = connection.execute(
        "SELECT b.article FROM bin b JOIN heads h ON h.article = b.article WHERE h.article_id = ?",
        (article_id,),
    ).fetchall()
    return tuple(key for (key,) in rows)


def _forget(connection: Connection, keys: Sequence[int]) -> None:
    """Take entries out of the bin that do not come back: their files are never whole again."""
    if not keys:
        return
    rows = {"keys": json.dumps(keys)}
    named = "SELECT value FROM json_each(:keys)"
    connection.execute(
        "UPDATE bin SET recipe = '', input_recipe = '' WHERE article IN (SELECT a.rowid"  # noqa: S608
        " FROM articles a JOIN sources s ON s.id = a.source WHERE s.input IN (SELECT s.input"
        f" FROM articles a JOIN sources s ON s.id = a.source WHERE a.rowid IN ({named})))",
        rows,
    )
    connection.execute(f"DELETE FROM bin WHERE article IN ({named})", rows)  # noqa: S608


def _purge(connection: Connection, generation: int, keys: Sequence[int]) -> None:
    """Forget entries, and where they belonged, unless their id is alive or still in the bin."""
    _forget(connection, keys)
    rows = {"keys": json.dumps(keys), "g": generation}
    named = "SELECT value FROM json_each(:keys)"
    for table in ("memberships", "tagged"):
        connection.execute(
            f"UPDATE {table} SET died = :g WHERE died IS NULL AND article_id IN"  # noqa: S608
            f" (SELECT article_id FROM articles WHERE rowid IN ({named})) AND NOT EXISTS"
            f" (SELECT 1 FROM articles a WHERE a.article_id = {table}.article_id"
            " AND a.died IS NULL) AND NOT EXISTS (SELECT 1 FROM bin b JOIN heads h"
            f" ON h.article = b.article WHERE h.article_id = {table}.article_id)",
            rows,
        )
