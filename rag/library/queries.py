"""What may be asked of the store, at its present generation or an earlier one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import TypeVar

import numpy as np

from rag.data_model.documents import LeftOut, Original, Place, SourceFile
from rag.errors import ArticleMissing, LibraryCorrupt
from rag.library import records
from rag.library.catalogue_queries import CatalogueQueries
from rag.library.corrections import Correction, correction_of
from rag.library.head_queries import LIVE, marks
from rag.library.index_queries import IndexQueries
from rag.library.page_places import unpack
from rag.library.records import Changes, Counts, StoredArticle, StoredHead, StoredPassage
from rag.library.shelf_queries import shelved, tags_of
from rag.library.storage import Database, Row
from rag.models.embedding import Vectors

T = TypeVar("T")

_FROM = f"reprint_group, {shelved('a')} FROM articles a JOIN sources s ON s.id = a.source"
_ARTICLE = f"SELECT a.rowid, article_id, record, died, name, path, sha256, {_FROM}"
_HEAD = f"SELECT a.rowid, article_id, {records.HEAD}, died, name, path, sha256, {_FROM}"


class LibraryQueries(IndexQueries, CatalogueQueries):
    """The reading half of `rag.library.library.Library`. Safe for many threads."""

    def __init__(self, data_dir: Path, database: Database) -> None:
        self.data_dir = data_dir
        self._database = database
        self._all, self._one = database.all, database.one
        self._counted = {}
        self._heads: dict[bool, tuple[object, Sequence[StoredHead]]] = {}
        self._sections: tuple[object, Sequence[str]] = (None, ())

    @property
    def exists(self) -> bool:
        """Whether anything was ever stored here."""
        return self._database.exists

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

    def heads(self, *, superseded: bool = False) -> Sequence[StoredHead]:
        """All articles as lists show them, in the same order; read once a generation."""
        now = (self.version, self.purged_until)  # before the rows: these may be newer
        if superseded not in self._heads or self._heads[superseded][0] != now:
            state = "NOT NULL" if superseded else "NULL"
            rows = self._all(f"{_HEAD} WHERE died IS {state} ORDER BY a.rowid")
            self._heads[superseded] = now, tuple(map(_head, rows))
        return self._heads[superseded][1]

    def heads_by_key(self, keys: Sequence[int]) -> Sequence[StoredHead]:
        """Heads of these rows, in this order."""
        rows = self._all(f"{_HEAD} WHERE a.rowid IN ({marks(keys)})", tuple(keys))
        found = {row[0]: _head(row) for row in rows}
        return tuple(found[key] for key in keys if key in found)

    def sections(self) -> Sequence[str]:
        """The headings inside articles, each once; read once a generation."""
        now = self.version
        if self._sections[0] != now:
            rows = self._all(f"SELECT DISTINCT {records.SECTION} FROM passages WHERE died IS NULL")  # noqa: S608
            self._sections = now, tuple(row[0] for row in rows if row[0])
        return self._sections[1]

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
        rows = self._all(f"{_ARTICLE} WHERE a.rowid IN ({marks(keys)})", tuple(keys))
        return {row[0]: _article(row) for row in rows}

    def source(self, sha256: str, file: str | None = None) -> SourceFile | None:
        """A file as decoded, by the hash of its bytes; `file` chooses among archive members."""
        rows = self._all(
            "SELECT path, name, sha256, encoding, text FROM sources WHERE sha256 = ?"
            " ORDER BY name <> ?, id",
            (sha256, file or ""),
        )
        return SourceFile(*rows[0]) if rows else None

    def with_places(self, hashes: Sequence[str]) -> Set[str]:
        """Those of the files, by the hash of their bytes, whose lines have places."""
        rows = self._all(
            "SELECT DISTINCT s.sha256 FROM sources s JOIN places p ON p.source = s.id"  # noqa: S608
            f" WHERE s.sha256 IN ({marks(hashes)})",
            tuple(hashes),
        )
        return {row[0] for row in rows}

    def places(self, sha256: str, file: str | None = None) -> tuple[Place, ...]:
        """Where the lines of `source(sha256, file)` stand; none for a file without pages."""
        row = self._one(
            "SELECT p.runs FROM sources s LEFT JOIN places p ON p.source = s.id"
            " WHERE s.sha256 = ? ORDER BY s.name <> ?, s.id",
            (sha256, file or ""),
        )
        return unpack(row[0]) if row and row[0] else ()

    def original(self, sha256: str) -> Original | None:
        """The bytes of a file that has pages, if they were kept."""
        row = self._one("SELECT kind, data FROM originals WHERE sha256 = ?", (sha256,))
        return Original(*row) if row else None

    def source_of(self, article_key: int) -> SourceFile:
        """The file that this row of `articles` was read from."""
        row = self._one(
            "SELECT s.path, s.name, s.sha256, s.encoding, s.text FROM articles a"
            " JOIN sources s ON s.id = a.source WHERE a.rowid = ?",
            (article_key,),
        )
        if row is None:
            raise self.corrupt(f"文章 {article_key} 没有来源")
        return SourceFile(*row)

    def left_out(self, article_key: int) -> tuple[LeftOut, ...]:
        """What of the text of the file that this row was read from no article has."""
        row = self._one(
            "SELECT l.ranges FROM articles a JOIN left_out l ON l.source = a.source"
            " WHERE a.rowid = ?",
            (article_key,),
        )
        return tuple(LeftOut(*part) for part in json.loads(row[0])) if row else ()

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Passages in the order of `ids`; those that are gone are left out."""
        rows = self._all(
            f"SELECT id, record, article, digest FROM passages WHERE id IN ({marks(ids)})",  # noqa: S608
            tuple(ids),
        )
        found = {row[0]: _passage(row) for row in rows}
        return [found[passage_id] for passage_id in ids if passage_id in found]

    def passage_ids(self, generation: int) -> tuple[int, ...]:
        """Rows alive at `generation`."""
        rows = self._all(f"SELECT id FROM passages WHERE {LIVE} ORDER BY id", {"g": generation})  # noqa: S608
        return tuple(row[0] for row in rows)

    def changes(self, since: int, until: int) -> Changes:
        """What was born or died after generation `since`, up to `until`."""
        born = self._all(
            f"SELECT id FROM passages WHERE born > :s AND {LIVE} ORDER BY id",  # noqa: S608
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
            f" WHERE article IN ({marks}) AND {LIVE} ORDER BY id",
            {"g": generation},
        )
        return [_passage(row) for row in rows]

    def vectors(self, digests: Sequence[str], model: str) -> dict[str, Vectors]:
        """Matrices of shape (1 + sentences, dim), float32, of what `model` embedded.

        Raises:
            LibraryCorrupt: they are not what was stored.
        """
        found: dict[str, Vectors] = {}
        for part in _batches(sorted(set(digests)), 500):
            rows = self._all(
                f"SELECT digest, dimension, matrix, checksum FROM vectors"  # noqa: S608
                f" WHERE model = ? AND digest IN ({marks(part)})",
                (model, *part),
            )
            for digest, dimension, blob, checksum in rows:
                self._check_vectors(blob, checksum)
                matrix = np.frombuffer(blob, dtype=np.float16).reshape(-1, dimension)
                found[digest] = matrix.astype(np.float32)
        return found

    def passage_vectors(self, ids: Sequence[int], model: str) -> Iterator[tuple[int, Vectors]]:
        """Row id and vector of each passage that `model` embedded; constant memory.

        Raises:
            LibraryCorrupt: one is not what was stored.
        """
        for part in _batches(ids, 500):
            rows = self._all(
                f"SELECT p.id, v.dimension, v.matrix, v.checksum FROM passages p JOIN vectors v"  # noqa: S608
                f" ON v.digest = p.digest AND v.model = ? WHERE p.id IN ({marks(part)})"
                f" ORDER BY p.id",
                (model, *part),
            )
            for passage_id, dimension, blob, checksum in rows:
                self._check_vectors(blob, checksum)
                first = np.frombuffer(blob, dtype=np.float16, count=dimension)
                yield passage_id, first.astype(np.float32)

    def corrupt(self, reason: str) -> LibraryCorrupt:
        """The error that says what is wrong with the library's file."""
        return LibraryCorrupt(path=self._database.path, reason=reason)

    def _check_vectors(self, matrix: bytes, checksum: int) -> None:
        if zlib.crc32(matrix) != checksum:
            raise self.corrupt("有向量与存入时不同")

    def without_vectors(self, model: str) -> list[StoredPassage]:
        """Passages that `model` never embedded, of what is alive or lies in the bin."""
        rows = self._all(
            "SELECT id, record, article, digest FROM passages p"
            " WHERE (died IS NULL OR article IN (SELECT article FROM bin)) AND NOT EXISTS"
            " (SELECT 1 FROM vectors v WHERE v.digest = p.digest AND v.model = ?) ORDER BY id",
            (model,),
        )
        return [_passage(row) for row in rows]

    def ingested(self, path: str) -> tuple[str, str] | None:
        """(sha256, recipe) with which an input file was last stored whole."""
        row = self._one("SELECT sha256, recipe FROM inputs WHERE path = ?", (path,))
        return (row[0], row[1]) if row else None

    def inputs_like(self, start: str) -> list[str]:
        """Paths of the input files whose sha256 starts so."""
        rows = self._all(
            "SELECT path FROM inputs WHERE sha256 >= ? AND sha256 < ?", (start, f"{start}g")
        )
        return [row[0] for row in rows]

    def input_with(self, sha256: str, recipe: str) -> str | None:
        """An input file of the same bytes that is stored whole."""
        row = self._one("SELECT path FROM inputs WHERE sha256 = ? AND recipe = ?", (sha256, recipe))
        return row[0] if row else None

    def holder_of(self, article_id: str) -> tuple[str, str, str] | None:
        """Path, input file and sha256 of the document whose live article has this id."""
        row = self._one(
            "SELECT s.path, s.input, s.sha256 FROM articles a JOIN sources s ON s.id = a.source"
            " WHERE article_id = ? AND died IS NULL",
            (article_id,),
        )
        return (row[0], row[1], row[2]) if row else None

    def stored_of(self, input_path: str, recipe: str) -> Set[tuple[str, str]]:
        """Path and sha256 of an input file's documents whose articles, so taken, are alive."""
        rows = self._all(
            "SELECT DISTINCT s.path, s.sha256 FROM sources s"
            " JOIN articles a ON a.source = s.id AND a.died IS NULL"
            " WHERE s.input = ? AND s.recipe = ?",
            (input_path, recipe),
        )
        return {(row[0], row[1]) for row in rows}

    def live_paths(self, input_path: str) -> Set[str]:
        """Paths of the documents of an input file whose articles are alive."""
        rows = self._all(
            "SELECT DISTINCT s.path FROM sources s JOIN articles a ON a.source = s.id"
            " WHERE s.input = ? AND a.died IS NULL",
            (input_path,),
        )
        return {row[0] for row in rows}

    def known_hash(self, path: str, stamp: str) -> str | None:
        """The sha256 of an input file, if it still has the size and times that it had then."""
        row = self._one("SELECT sha256 FROM stamps WHERE path = ? AND stamp = ?", (path, stamp))
        return row[0] if row else None

    def reprints(self, groups: Sequence[int], generation: int) -> dict[int, list[StoredArticle]]:
        """The articles of each of these groups that has several alive at `generation`."""
        alive = f"reprint_group IN ({marks(groups)}) AND born <= ? AND (died IS NULL OR died > ?)"
        values = (*groups, generation, generation)
        several = self._all(
            f"SELECT reprint_group FROM articles WHERE {alive}"  # noqa: S608
            " GROUP BY reprint_group HAVING count(*) > 1",
            values,
        )
        found: dict[int, list[StoredArticle]] = {group: [] for (group,) in several}
        if found:
            for row in self._all(f"{_ARTICLE} WHERE {alive} ORDER BY a.rowid", values):
                stored = _article(row)
                if stored.group in found:
                    found[stored.group].append(stored)
        return found

    def versions(self, article_id: str) -> list[StoredArticle]:
        """Everything that was ever stored under this id, the oldest first."""
        return [
            _article(row)
            for row in self._all(f"{_ARTICLE} WHERE article_id = ? ORDER BY a.rowid", (article_id,))
        ]

    def corrections(self, sha256: str) -> dict[int, Correction]:
        """What people set right in this version of a file, by anchor."""
        rows = self._all("SELECT anchor, record FROM corrections WHERE sha256 = ?", (sha256,))
        return {anchor: correction_of(record) for anchor, record in rows}

    def corrected_anchor(self, sha256: str, article_id: str) -> int | None:
        """The anchor under which this article was corrected before."""
        row = self._one(
            "SELECT anchor FROM corrections WHERE sha256 = ? AND article_id = ?",
            (sha256, article_id),
        )
        return int(row[0]) if row else None

    def live_key(self, article_id: str, sha256: str) -> int | None:
        """The row of the live article of this id, if it comes from these bytes."""
        row = self._one(
            "SELECT a.rowid FROM articles a JOIN sources s ON s.id = a.source"
            " WHERE article_id = ? AND died IS NULL AND s.sha256 = ?",
            (article_id, sha256),
        )
        return int(row[0]) if row else None

    def neighbours(self, article_key: int) -> list[StoredArticle]:
        """The live articles of the same file, in the order of the page."""
        rows = self._all(
            f"{_ARTICLE} WHERE died IS NULL AND a.source ="  # noqa: S608
            " (SELECT source FROM articles WHERE rowid = ?) ORDER BY a.position, a.rowid",
            (article_key,),
        )
        return [_article(row) for row in rows]

    def articles_of_input(self, input_path: str) -> list[StoredArticle]:
        """Articles of an input file that are alive, in the order they came."""
        rows = self._all(
            f"{_ARTICLE} WHERE s.input = ? AND died IS NULL ORDER BY a.rowid", (input_path,)
        )
        return [_article(row) for row in rows]


def _passage(row: Row) -> StoredPassage:
    passage_id, record, article_key, digest = row
    return StoredPassage(passage_id, records.passage_of(record), article_key, digest)


def _article(row: Row) -> StoredArticle:
    key, article_id, record, died, name, path, sha256, group, collection, tags = row
    article = records.article_of(article_id, record)
    return StoredArticle(
        key,
        article,
        name,
        path,
        sha256,
        group or key,
        died is not None,
        collection=collection,
        tags=tags_of(tags),
    )


def _head(row: Row) -> StoredHead:
    key, article_id, record, paragraphs, died, name, path, sha256, group, *shelf = row
    head = records.head_of(article_id, record, paragraphs)
    dead, collection, tags = died is not None, shelf[0], tags_of(shelf[1])
    return StoredHead(key, head, name, path, sha256, group or key, dead, collection, tags)


def _batches(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))
