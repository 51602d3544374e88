"""Rows of the library are born and die here: SQL within a transaction, a function a step."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import astuple

import numpy as np

from rag.data_model.documents import Article
from rag.library import records
from rag.library.head_queries import marks
from rag.library.page_places import pack
from rag.library.records import FileStamp, FinishedInput, NewDocument, NewPassage, Purged
from rag.library.reprints import ALIKE, Signature
from rag.library.shelf_names import DEFAULT
from rag.library.storage import Connection
from rag.models.embedding import Vectors

_COMPARED = 64
"""Articles that a new one is compared with at most: thousands of like notices must stay cheap."""


def add_article(
    connection: Connection, generation: int, article: Article, place: tuple[int, int]
) -> int:
    """Insert a row, and its head; `place` is its source's row and its position there."""
    cursor = connection.execute(
        "INSERT INTO articles (article_id, source, position, record, born) VALUES (?, ?, ?, ?, ?)",
        (article.article_id, *place, records.article_json(article), generation),
    )
    key = int(cursor.lastrowid or 0)
    authors = json.dumps(article.authors, ensure_ascii=False)
    particulars = (article.title, authors, article.newspaper or "", article.date or "")
    connection.execute(
        "INSERT INTO heads (article, article_id, title, newspaper, day, page, authors, born,"
        " characters, source, file, format, alike, sought)"
        " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, id, name, suffix(name), ?, folded(? || ' ' || name)"
        " FROM sources WHERE id = ?",
        (
            key,
            article.article_id,
            article.title,
            article.newspaper,
            article.date,
            article.page,
            authors,
            generation,
            sum(len(paragraph.text) for paragraph in article.paragraphs),
            key,
            " ".join(particulars),
            place[0],
        ),
    )
    shelve_by_default(connection, generation, article.article_id)
    return key


def shelve_by_default(connection: Connection, generation: int, article_id: str) -> None:
    """Put an article that is in no collection into the default one."""
    connection.execute(
        "INSERT INTO memberships SELECT ?, ?, ?, NULL WHERE NOT EXISTS"
        " (SELECT 1 FROM memberships WHERE article_id = ? AND died IS NULL)",
        (article_id, DEFAULT, generation, article_id),
    )


def revive_article(connection: Connection, generation: int, key: int) -> int:
    """New rows of a dead article, its head and its passages; the row of the article."""
    cursor = connection.execute(
        "INSERT INTO articles (article_id, source, position, record, born)"
        " SELECT article_id, source, position, record, ? FROM articles WHERE rowid = ?",
        (generation, key),
    )
    new = int(cursor.lastrowid or 0)
    connection.execute(
        "INSERT INTO heads SELECT ?, article_id, title, newspaper, day, page, authors, ?, NULL,"
        " characters, source, file, format, ?, sought FROM heads WHERE article = ?",
        (new, generation, new, key),
    )
    connection.execute(
        "INSERT INTO passages (article, record, digest, born) SELECT ?, record, digest, ?"
        " FROM passages WHERE article = ? AND died ="
        " (SELECT died FROM articles WHERE rowid = ?) ORDER BY id",
        (new, generation, key, key),
    )
    return new


def never_embedded(connection: Connection, key: int) -> tuple[str, int]:
    """The library's model, and how many passages of a live article it has no vectors of."""
    (model,) = connection.execute(
        "SELECT coalesce(max(value), '') FROM meta WHERE key = 'model'"
    ).fetchone()
    (missing,) = connection.execute(
        "SELECT count(*) FROM passages p WHERE article = ? AND died IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM vectors v WHERE v.digest = p.digest AND v.model = ?)",
        (key, model),
    ).fetchone()
    return str(model), int(missing)


def add_passage(
    connection: Connection, generation: int, new: NewPassage, article_key: int, model: str
) -> None:
    """Insert a row, and the passage's vectors."""
    connection.execute(
        "INSERT INTO passages (article, record, digest, born) VALUES (?, ?, ?, ?)",
        (article_key, records.passage_json(new.passage), new.digest, generation),
    )
    add_vectors(connection, new.digest, new.matrix, model)


def add_vectors(connection: Connection, digest: str, matrix: Vectors, model: str) -> None:
    """Keep what a model made of a passage, unless it is kept already."""
    data = matrix.astype(np.float16).tobytes()
    connection.execute(
        "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?, ?, ?)",
        (digest, model, matrix.shape[1], data, zlib.crc32(data)),
    )


def add_source(connection: Connection, document: NewDocument) -> int:
    """The row of a document's file; one for each version of it."""
    source = document.source
    connection.execute(
        "INSERT INTO sources (path, input, name, sha256, encoding, text, recipe)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path, sha256) DO UPDATE SET name ="
        " excluded.name, encoding = excluded.encoding, text = excluded.text,"
        " recipe = excluded.recipe",
        (
            source.path,
            document.input,
            source.name,
            source.sha256,
            source.encoding,
            source.text,
            document.recipe,
        ),
    )
    (row,) = connection.execute(
        "SELECT id FROM sources WHERE path = ? AND sha256 = ?", (source.path, source.sha256)
    ).fetchone()
    return int(row)


def keep_pages(connection: Connection, source_id: int, document: NewDocument) -> None:
    """Where the lines of a document stand, its bytes, and what of its text no article has."""
    connection.execute("DELETE FROM places WHERE source = ?", (source_id,))
    if document.places:
        connection.execute("INSERT INTO places VALUES (?, ?)", (source_id, pack(document.places)))
    connection.execute("DELETE FROM left_out WHERE source = ?", (source_id,))
    if document.left_out:
        ranges = json.dumps([astuple(part) for part in document.left_out], ensure_ascii=False)
        connection.execute("INSERT INTO left_out VALUES (?, ?)", (source_id, ranges))
    if document.original:
        connection.execute(
            "INSERT OR IGNORE INTO originals VALUES (?, ?, ?)",
            (document.source.sha256, document.original.kind, document.original.data),
        )


def note_inputs(
    connection: Connection, finished: Iterable[FinishedInput], stamps: Iterable[FileStamp]
) -> None:
    """Note which input files are stored whole, and what they look like on disk."""
    connection.executemany(
        "INSERT OR REPLACE INTO inputs VALUES (?, ?, ?)",
        [(done.path, done.sha256, done.recipe) for done in finished],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO stamps VALUES (?, ?, ?)",
        [(stamp.path, stamp.stamp, stamp.sha256) for stamp in stamps],
    )


def join_reprints(connection: Connection, key: int, signature: Signature) -> bool:
    """Put an article into the group of the live article that is most like it, if one is."""
    bands = signature.bands
    rows = connection.execute(
        "SELECT DISTINCT a.rowid, a.reprint_group, s.hashes FROM bands b"  # noqa: S608
        " JOIN articles a ON a.rowid = b.article AND a.died IS NULL"
        f" JOIN signatures s ON s.article = a.rowid WHERE b.band IN ({marks(bands)}) LIMIT ?",
        (*bands, _COMPARED),
    ).fetchall()
    found = [
        (likeness, -row, group)
        for row, group, hashes in rows
        if (likeness := signature.likeness(Signature.from_bytes(hashes))) >= ALIKE
    ]
    _set_group(connection, key, signature, max(found)[2] if found else key)
    return bool(found)


def inherit_reprints(connection: Connection, old: int, new: int) -> None:
    """A corrected article stays in its group."""
    row = connection.execute(
        "SELECT a.reprint_group, s.hashes FROM articles a JOIN signatures s ON s.article = a.rowid"
        " WHERE a.rowid = ?",
        (old,),
    ).fetchone()
    if row is not None:
        _set_group(connection, new, Signature.from_bytes(row[1]), row[0])


def _set_group(connection: Connection, key: int, signature: Signature, group: int) -> None:
    connection.execute("UPDATE articles SET reprint_group = ? WHERE rowid = ?", (group, key))
    connection.execute("UPDATE heads SET alike = ? WHERE article = ?", (group, key))
    connection.execute("INSERT INTO signatures VALUES (?, ?)", (key, signature.to_bytes()))
    connection.executemany(
        "INSERT INTO bands VALUES (?, ?)", [(band, key) for band in set(signature.bands)]
    )


def retire_moved(
    connection: Connection, generation: int, article_id: str, document: NewDocument
) -> None:
    """Take an article out of answers that has come to stand elsewhere in its input file."""
    keys = connection.execute(
        "SELECT a.rowid FROM articles a JOIN sources s ON s.id = a.source"
        " WHERE a.article_id = ? AND a.died IS NULL AND s.input = ? AND s.sha256 = ?",
        (article_id, document.input, document.source.sha256),
    ).fetchall()
    for (key,) in keys:
        retire_article(connection, generation, key)


def forget_binned(connection: Connection, path: str) -> None:
    """Take what lies in the bin of a document out of it: the document is stored again."""
    connection.execute(
        "DELETE FROM bin WHERE article IN (SELECT a.rowid FROM articles a"
        " JOIN sources s ON s.id = a.source WHERE s.path = ?)",
        (path,),
    )


def retire_source(connection: Connection, generation: int, path: str) -> None:
    """Take all live articles of a document out of answers."""
    keys = connection.execute(
        "SELECT a.rowid FROM articles a JOIN sources s ON s.id = a.source"
        " WHERE s.path = ? AND a.died IS NULL",
        (path,),
    ).fetchall()
    for (key,) in keys:
        retire_article(connection, generation, key)


def retire_article(connection: Connection, generation: int, key: int) -> None:
    """Take an article and its passages out of answers; the rows stay."""
    connection.execute("UPDATE articles SET died = ? WHERE rowid = ?", (generation, key))
    connection.execute("UPDATE heads SET died = ? WHERE article = ?", (generation, key))
    connection.execute(
        "UPDATE passages SET died = ? WHERE article = ? AND died IS NULL", (generation, key)
    )


def delete_dead(connection: Connection, model: str) -> Purged:
    """Delete dead passages, and vectors and signatures that no live row needs, nor the bin."""
    passages = connection.execute(
        "DELETE FROM passages WHERE died IS NOT NULL AND article NOT IN (SELECT article FROM bin)"
    ).rowcount
    vectors = connection.execute(
        "DELETE FROM vectors WHERE model <> ? OR digest NOT IN (SELECT digest FROM passages)",
        (model,),
    ).rowcount
    dead = (
        "(SELECT rowid FROM articles WHERE died IS NOT NULL"
        " AND rowid NOT IN (SELECT article FROM bin))"
    )
    connection.execute(f"DELETE FROM signatures WHERE article IN {dead}")  # noqa: S608
    connection.execute(f"DELETE FROM bands WHERE article IN {dead}")  # noqa: S608
    return Purged(passages, vectors)
