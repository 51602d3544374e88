"""The store: one SQLite file is the only truth; indexes are derived from it.

Rows are never changed in place. An article or passage is `born` in one generation and, when its
file changes or it is removed, `died` in a later one; a reader at generation g sees the rows with
`born <= g` and (`died` is null or `died > g`). So an index of an older generation still finds
every row that it names, and a new one needs only what was born or died since.

Debian's SQLite has a WAL bug with two writers, so there is exactly one: a file lock guards it,
readers are `query_only` and never checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np

from rag import records
from rag.corrections import Corrected, correction_json
from rag.documents import Article
from rag.embedding import Vectors
from rag.errors import ArticleMissing
from rag.library_queries import LibraryQueries
from rag.places import pack
from rag.records import NewDocument, NewPassage
from rag.schema import DATABASE, STEPS
from rag.storage import Connection, Database


class Library(LibraryQueries):
    """A data directory's articles. Safe to read from many threads; write from one.

    Use `Library.open`; the object is its own context manager.
    """

    @classmethod
    def open(cls, data_dir: Path, *, write: bool = False) -> Self:
        """Open or, when writing, create the library of `data_dir`.

        Raises:
            LibraryReadOnly: writing was asked for and the directory refuses.
            LibraryBusy: another process writes.
            LibraryCorrupt, SchemaNewer: the file cannot be used.
        """
        return cls(data_dir, Database(data_dir / DATABASE, STEPS, write=write))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and, after writing, let the next writer in."""
        self._database.close()

    def store(self, documents: Sequence[NewDocument], model: str) -> None:
        """Store documents in one transaction; their earlier versions are superseded.

        Raises:
            StorageFull, LibraryReadOnly: nothing of this call is stored.
        """
        with self._transaction() as (connection, generation):
            for document in documents:
                self._store(connection, generation, document, model)
            _set_meta(connection, "model", model)

    def store_vectors(
        self, digests: Sequence[str], matrices: Sequence[Vectors], model: str
    ) -> None:
        """Add vectors for passages that are stored already."""
        with self._transaction() as (connection, _):
            for digest, matrix in zip(digests, matrices, strict=True):
                _add_vectors(connection, digest, matrix, model)
            _set_meta(connection, "model", model)

    def finish_input(self, path: str, sha256: str, recipe: str, kept: Sequence[str]) -> None:
        """Note that an input file is stored whole; documents of it not in `kept` are superseded."""
        gone = set(self.live_sources(path)) - set(kept)
        with self._transaction(changes_articles=bool(gone)) as (connection, generation):
            for source_path in gone:
                _bury_source(connection, generation, source_path)
            connection.execute(
                "INSERT OR REPLACE INTO inputs VALUES (?, ?, ?)", (path, sha256, recipe)
            )

    def remove(self, article_id: str) -> None:
        """Take an article out of answers; its file may be ingested again.

        Raises:
            ArticleMissing: no live article has this id.
        """
        stored = self.article(article_id)
        if stored.superseded:
            raise ArticleMissing(article_id=article_id)
        with self._transaction() as (connection, generation):
            _bury_article(connection, generation, stored.key)
            connection.execute(
                "UPDATE inputs SET recipe = '' WHERE path IN"
                " (SELECT s.input FROM sources s JOIN articles a ON a.source = s.id"
                " WHERE a.rowid = ?)",
                (stored.key,),
            )

    def correct(
        self,
        sha256: str,
        corrected: Sequence[Corrected],
        passages: Sequence[NewPassage] = (),
        model: str = "",
    ) -> None:
        """Remember corrections of a file; articles of it that are stored change with them.

        Args:
            sha256: of the file's bytes.
            corrected: the articles as they shall be, each with the whole correction.
            passages: of all those articles; used for the ones that are stored.
            model: that embedded the passages.

        Raises:
            StorageFull, LibraryReadOnly: nothing is changed.
        """
        keys = {
            c.article.article_id: self.live_key(c.article.article_id, sha256) for c in corrected
        }
        stored = [key for key in keys.values() if key is not None]
        with self._transaction(changes_articles=bool(stored)) as (connection, generation):
            for one in corrected:
                article = one.article
                connection.execute(
                    "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?)",
                    (sha256, one.anchor, article.article_id, correction_json(one.correction)),
                )
                old = keys[article.article_id]
                if old is None:
                    continue
                place = connection.execute(
                    "SELECT source, position FROM articles WHERE rowid = ?", (old,)
                ).fetchone()
                _bury_article(connection, generation, old)
                new = _add_article(connection, generation, article, place)
                for passage in passages:
                    if passage.passage.article_id == article.article_id:
                        _add_passage(connection, generation, passage, new, model)

    def _store(
        self, connection: Connection, generation: int, document: NewDocument, model: str
    ) -> None:
        source = document.source
        _bury_source(connection, generation, source.path)
        connection.execute(
            "INSERT INTO sources (path, input, name, sha256, encoding, text)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (path, sha256) DO UPDATE SET"
            " name = excluded.name, encoding = excluded.encoding, text = excluded.text",
            (source.path, document.input, source.name, source.sha256, source.encoding, source.text),
        )
        (source_id,) = connection.execute(
            "SELECT id FROM sources WHERE path = ? AND sha256 = ?", (source.path, source.sha256)
        ).fetchone()
        _keep_pages(connection, source_id, document)
        keys: dict[str, int] = {}
        for position, article in enumerate(document.articles):
            if document.replaces_ids:
                for (key,) in connection.execute(
                    "SELECT rowid FROM articles WHERE article_id = ? AND died IS NULL",
                    (article.article_id,),
                ).fetchall():
                    _bury_article(connection, generation, key)
            place = (source_id, position)
            keys[article.article_id] = _add_article(connection, generation, article, place)
        for new in document.passages:
            key = keys[new.passage.article_id]
            _add_passage(connection, generation, new, key, model)

    @contextmanager
    def _transaction(self, *, changes_articles: bool = True) -> Iterator[tuple[Connection, int]]:
        """A write transaction and the generation that it makes."""
        with self._database.transaction() as connection:
            (current,) = connection.execute(
                "SELECT value FROM meta WHERE key = 'generation'"
            ).fetchone()
            generation = int(current) + changes_articles
            yield connection, generation
            _set_meta(connection, "generation", str(generation))


def _keep_pages(connection: Connection, source_id: int, document: NewDocument) -> None:
    """Where the lines of a document stand, and its bytes, for those that want to see its pages."""
    connection.execute("DELETE FROM places WHERE source = ?", (source_id,))
    if document.places:
        connection.execute("INSERT INTO places VALUES (?, ?)", (source_id, pack(document.places)))
    if document.original:
        connection.execute(
            "INSERT OR IGNORE INTO originals VALUES (?, ?, ?)",
            (document.source.sha256, document.original.kind, document.original.data),
        )


def _add_article(
    connection: Connection, generation: int, article: Article, place: tuple[int, int]
) -> int:
    """Insert a row; `place` is its source's row and its position there."""
    cursor = connection.execute(
        "INSERT INTO articles (article_id, source, position, record, born) VALUES (?, ?, ?, ?, ?)",
        (article.article_id, *place, records.article_json(article), generation),
    )
    return int(cursor.lastrowid or 0)


def _add_passage(
    connection: Connection, generation: int, new: NewPassage, article_key: int, model: str
) -> None:
    connection.execute(
        "INSERT INTO passages (article, record, digest, born) VALUES (?, ?, ?, ?)",
        (article_key, records.passage_json(new.passage), new.digest, generation),
    )
    _add_vectors(connection, new.digest, new.matrix, model)


def _set_meta(connection: Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _add_vectors(connection: Connection, digest: str, matrix: Vectors, model: str) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?, ?)",
        (digest, model, matrix.shape[1], matrix.astype(np.float16).tobytes()),
    )


def _bury_source(connection: Connection, generation: int, path: str) -> None:
    keys = connection.execute(
        "SELECT a.rowid FROM articles a JOIN sources s ON s.id = a.source"
        " WHERE s.path = ? AND a.died IS NULL",
        (path,),
    ).fetchall()
    for (key,) in keys:
        _bury_article(connection, generation, key)


def _bury_article(connection: Connection, generation: int, key: int) -> None:
    connection.execute("UPDATE articles SET died = ? WHERE rowid = ?", (generation, key))
    connection.execute(
        "UPDATE passages SET died = ? WHERE article = ? AND died IS NULL", (generation, key)
    )
