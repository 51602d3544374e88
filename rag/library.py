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
from typing import Self, TypeVar

import numpy as np

from rag import records
from rag.documents import SourceFile
from rag.embedding import Vectors
from rag.errors import ArticleMissing, LibraryCorrupt
from rag.records import Changes, Counts, NewDocument, StoredArticle, StoredPassage
from rag.storage import Connection, Database, Row

T = TypeVar("T")

DATABASE = "library.sqlite3"
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, input TEXT NOT NULL, name TEXT NOT NULL,
    sha256 TEXT NOT NULL, encoding TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (path, sha256));
CREATE TABLE articles (
    rowid INTEGER PRIMARY KEY, article_id TEXT NOT NULL, source INTEGER NOT NULL REFERENCES sources,
    position INTEGER NOT NULL, record TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER);
CREATE UNIQUE INDEX live_articles ON articles (article_id) WHERE died IS NULL;
CREATE INDEX articles_of_source ON articles (source);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles, record TEXT NOT NULL,
    digest TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER);
CREATE INDEX passages_of_article ON passages (article);
CREATE INDEX passages_born ON passages (born);
CREATE INDEX passages_died ON passages (died) WHERE died IS NOT NULL;
CREATE TABLE vectors (
    digest TEXT NOT NULL, model TEXT NOT NULL, dimension INTEGER NOT NULL, matrix BLOB NOT NULL,
    UNIQUE (digest, model));
CREATE TABLE inputs (
    path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, recipe TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', '0');
"""

_LIVE = "born <= :g AND (died IS NULL OR died > :g)"


class Library:
    """A data directory's articles. Safe to read from many threads; write from one.

    Use `Library.open`; the object is its own context manager.
    """

    def __init__(self, data_dir: Path, database: Database) -> None:
        self.data_dir = data_dir
        self._database = database
        self._all, self._one = database.all, database.one

    @classmethod
    def open(cls, data_dir: Path, *, write: bool = False) -> Self:
        """Open or, when writing, create the library of `data_dir`.

        Raises:
            LibraryReadOnly: writing was asked for and the directory refuses.
            LibraryBusy: another process writes.
            LibraryCorrupt, SchemaNewer: the file cannot be used.
        """
        return cls(data_dir, Database(data_dir / DATABASE, _SCHEMA, SCHEMA_VERSION, write=write))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and, after writing, let the next writer in."""
        self._database.close()

    # -- reading ----------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """Whether anything was ever stored here."""
        return self._database.exists

    @property
    def generation(self) -> int:
        """Rises by one with every commit that changes articles."""
        return int(self.meta("generation") or 0)

    def meta(self, key: str) -> str | None:
        """A value kept beside the articles."""
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return str(row[0]) if row else None

    def counts(self) -> Counts:
        """Files, articles and passages that answers are made from."""
        row = self._one(
            "SELECT (SELECT count(DISTINCT source) FROM articles WHERE died IS NULL),"
            " (SELECT count(*) FROM articles WHERE died IS NULL),"
            " (SELECT count(*) FROM passages WHERE died IS NULL)"
        )
        return Counts(*row) if row else Counts(0, 0, 0)

    def articles(self, *, superseded: bool = False) -> list[StoredArticle]:
        """All articles in the order they came; the superseded ones instead if asked."""
        state = "NOT NULL" if superseded else "NULL"
        return [
            _article(row) for row in self._all(f"{_ARTICLE} WHERE died IS {state} ORDER BY a.rowid")
        ]

    def article(self, article_id: str) -> StoredArticle:
        """The article of this id, or the last superseded one.

        Raises:
            ArticleMissing: there was never one.
        """
        row = self._one(
            f"{_ARTICLE} WHERE article_id = ? ORDER BY died IS NOT NULL, a.rowid DESC",
            (article_id,),
        )
        if row is None:
            raise ArticleMissing(article_id=article_id)
        return _article(row)

    def articles_by_key(self, keys: Sequence[int]) -> dict[int, StoredArticle]:
        """Articles of these rows, superseded or not."""
        rows = self._all(f"{_ARTICLE} WHERE a.rowid IN ({_marks(keys)})", tuple(keys))
        return {row[0]: _article(row) for row in rows}

    def source(self, sha256: str, file: str | None = None) -> SourceFile | None:
        """A file as decoded, by the hash of its bytes; `file` chooses among archive members."""
        rows = self._all(
            "SELECT path, name, sha256, encoding, text FROM sources WHERE sha256 = ?"
            " ORDER BY name <> ?, id",
            (sha256, file or ""),
        )
        return SourceFile(*rows[0]) if rows else None

    def source_of(self, article_key: int) -> SourceFile:
        """The file that this row of `articles` was read from."""
        row = self._one(
            "SELECT s.path, s.name, s.sha256, s.encoding, s.text FROM articles a"
            " JOIN sources s ON s.id = a.source WHERE a.rowid = ?",
            (article_key,),
        )
        if row is None:
            raise LibraryCorrupt(path=self._database.path, reason=f"文章 {article_key} 没有来源")
        return SourceFile(*row)

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Passages in the order of `ids`; those that are gone are left out."""
        rows = self._all(
            f"SELECT id, record, article, digest FROM passages WHERE id IN ({_marks(ids)})",  # noqa: S608
            tuple(ids),
        )
        found = {row[0]: _passage(row) for row in rows}
        return [found[passage_id] for passage_id in ids if passage_id in found]

    def passage_ids(self, generation: int) -> tuple[int, ...]:
        """Rows alive at `generation`."""
        rows = self._all(f"SELECT id FROM passages WHERE {_LIVE} ORDER BY id", {"g": generation})  # noqa: S608
        return tuple(row[0] for row in rows)

    def changes(self, since: int, until: int) -> Changes:
        """What was born or died after generation `since`, up to `until`."""
        born = self._all(
            f"SELECT id FROM passages WHERE born > :s AND {_LIVE} ORDER BY id",  # noqa: S608
            {"s": since, "g": until},
        )
        died = self._all(
            "SELECT id FROM passages WHERE died > ? AND died <= ? AND born <= ? ORDER BY id",
            (since, until, since),
        )
        return Changes(tuple(row[0] for row in born), tuple(row[0] for row in died))

    def passages_of_articles(self, keys: Sequence[int], generation: int) -> list[StoredPassage]:
        """Passages of these article rows alive at `generation`, in reading order."""
        marks = ",".join(str(int(key)) for key in keys)
        rows = self._all(
            f"SELECT id, record, article, digest FROM passages"  # noqa: S608
            f" WHERE article IN ({marks}) AND {_LIVE} ORDER BY id",
            {"g": generation},
        )
        return [_passage(row) for row in rows]

    def vectors(self, digests: Sequence[str], model: str) -> dict[str, Vectors]:
        """Matrices of shape (1 + sentences, dim), float32, of what `model` embedded."""
        found: dict[str, Vectors] = {}
        for part in _batches(sorted(set(digests)), 500):
            rows = self._all(
                f"SELECT digest, dimension, matrix FROM vectors"  # noqa: S608
                f" WHERE model = ? AND digest IN ({_marks(part)})",
                (model, *part),
            )
            for digest, dimension, blob in rows:
                matrix = np.frombuffer(blob, dtype=np.float16).reshape(-1, dimension)
                found[digest] = matrix.astype(np.float32)
        return found

    def passage_vectors(self, ids: Sequence[int], model: str) -> Iterator[tuple[int, Vectors]]:
        """Row id and vector of each passage that `model` embedded; constant memory."""
        for part in _batches(ids, 500):
            rows = self._all(
                f"SELECT p.id, v.dimension, v.matrix FROM passages p JOIN vectors v"  # noqa: S608
                f" ON v.digest = p.digest AND v.model = ? WHERE p.id IN ({_marks(part)})"
                f" ORDER BY p.id",
                (model, *part),
            )
            for passage_id, dimension, blob in rows:
                first = np.frombuffer(blob, dtype=np.float16, count=dimension)
                yield passage_id, first.astype(np.float32)

    def without_vectors(self, model: str) -> list[StoredPassage]:
        """Live passages that `model` never embedded."""
        rows = self._all(
            "SELECT id, record, article, digest FROM passages p WHERE died IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM vectors v WHERE v.digest = p.digest AND v.model = ?) ORDER BY id",
            (model,),
        )
        return [_passage(row) for row in rows]

    def ingested(self, path: str) -> tuple[str, str] | None:
        """(sha256, recipe) with which an input file was last stored whole."""
        row = self._one("SELECT sha256, recipe FROM inputs WHERE path = ?", (path,))
        return (row[0], row[1]) if row else None

    def input_with(self, sha256: str, recipe: str) -> str | None:
        """An input file of the same bytes that is stored whole."""
        row = self._one("SELECT path FROM inputs WHERE sha256 = ? AND recipe = ?", (sha256, recipe))
        return row[0] if row else None

    def holder_of(self, article_id: str) -> str | None:
        """The path of the document whose live article has this id."""
        row = self._one(
            "SELECT s.path FROM articles a JOIN sources s ON s.id = a.source"
            " WHERE article_id = ? AND died IS NULL",
            (article_id,),
        )
        return row[0] if row else None

    def live_sources(self, input_path: str) -> dict[str, str]:
        """Path → sha256 of the documents of an input file whose articles are alive."""
        return dict(
            self._all(
                "SELECT DISTINCT s.path, s.sha256 FROM sources s JOIN articles a ON a.source = s.id"
                " WHERE s.input = ? AND a.died IS NULL",
                (input_path,),
            )
        )

    def integrity(self) -> list[str]:
        """What SQLite's own check finds wrong; empty means sound."""
        return [row[0] for row in self._all("PRAGMA integrity_check") if row[0] != "ok"]

    # -- writing ----------------------------------------------------------------------------

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
        keys: dict[str, int] = {}
        for position, article in enumerate(document.articles):
            if document.replaces_ids:
                for (key,) in connection.execute(
                    "SELECT rowid FROM articles WHERE article_id = ? AND died IS NULL",
                    (article.article_id,),
                ).fetchall():
                    _bury_article(connection, generation, key)
            cursor = connection.execute(
                "INSERT INTO articles (article_id, source, position, record, born)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    article.article_id,
                    source_id,
                    position,
                    records.article_json(article),
                    generation,
                ),
            )
            keys[article.article_id] = int(cursor.lastrowid or 0)
        for new in document.passages:
            connection.execute(
                "INSERT INTO passages (article, record, digest, born) VALUES (?, ?, ?, ?)",
                (
                    keys[new.passage.article_id],
                    records.passage_json(new.passage),
                    new.digest,
                    generation,
                ),
            )
            _add_vectors(connection, new.digest, new.matrix, model)

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


_ARTICLE = (
    "SELECT a.rowid, article_id, record, died, name, path, sha256"
    " FROM articles a JOIN sources s ON s.id = a.source"
)


def _passage(row: Row) -> StoredPassage:
    passage_id, record, article_key, digest = row
    return StoredPassage(passage_id, records.passage_of(record), article_key, digest)


def _article(row: Row) -> StoredArticle:
    key, article_id, record, died, name, path, sha256 = row
    article = records.article_of(article_id, record)
    return StoredArticle(key, article, name, path, sha256, superseded=died is not None)


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


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _batches(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))
