"""The store: one SQLite file is the only truth; indexes are derived from it.

Rows are never changed in place. An article or passage is `born` in one generation and, when its
file changes or it is removed, `died` in a later one; a reader at generation g sees the rows with
`born <= g` and (`died` is null or `died > g`). So an index of an older generation still finds
every row that it names, and a new one needs only what was born or died since.

Debian's SQLite has a WAL bug with two writers, so there is exactly one: a file lock guards it,
readers are `query_only` and never checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from rag.data_model.documents import Article
from rag.errors import LibraryCorrupt, StorageFailed, StorageFull
from rag.library.bin import Bin
from rag.library.corrections import Corrected, correction_json
from rag.library.heirs import (
    Change,
    common_collection,
    known_ids,
    places_of,
    reading,
    room_changes,
    settle,
)
from rag.library.records import FileStamp, FinishedInput, NewDocument, NewPassage, Purged
from rag.library.schema import DATABASE, STEPS
from rag.library.shelving import id_of
from rag.library.storage import Connection, Database
from rag.library.transactions import set_meta
from rag.library.writes import (
    add_article,
    add_passage,
    add_source,
    add_vectors,
    delete_dead,
    forget_binned,
    inherit_reprints,
    join_reprints,
    keep_pages,
    note_inputs,
    retire_article,
    retire_moved,
    retire_source,
)
from rag.models.embedding import Vectors

_POINTER = Path("index", "CURRENT")


def _check_there(data_dir: Path) -> None:
    """Refuse to take a library for new that has an index: its file went, or was emptied."""
    file = data_dir / DATABASE
    if (not file.exists() or not file.stat().st_size) and (data_dir / _POINTER).exists():
        reason = "文件不见了或是空的，索引还在；若要从头开始，请把 index 文件夹也移走"
        raise LibraryCorrupt(path=file, reason=reason)


class Library(Bin):
    """A data directory's articles. Safe to read from many threads; write from one.

    Use `Library.open`; the object is its own context manager.
    """

    @classmethod
    def open(cls, data_dir: Path, *, write: bool = False) -> Self:
        """Open or, when writing, create the library of `data_dir`; old things leave the bin then.

        Raises:
            LibraryReadOnly: writing was asked for and the directory refuses.
            LibraryBusy: another process writes.
            LibraryCorrupt, SchemaNewer: the file cannot be used, or is gone.
        """
        _check_there(data_dir)
        library = cls(data_dir, Database(data_dir / DATABASE, STEPS, write=write))
        if write:
            with suppress(StorageFull, StorageFailed):  # the next opening tries again
                library.purge_expired()
        return library

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and, after writing, let the next writer in."""
        self._database.close()

    def store(
        self,
        documents: Sequence[NewDocument],
        model: str,
        *,
        finished: Sequence[FinishedInput] = (),
        stamps: Sequence[FileStamp] = (),
        collection: str | None = None,
    ) -> int:
        """Store documents in one transaction; their earlier versions are superseded.

        Args:
            documents: articles with the vectors of their passages.
            model: embedded them.
            finished: input files that are stored whole with this call; documents of theirs that
                they no longer hold are superseded.
            stamps: what input files look like on disk.
            collection: the name of where articles go that the library does not know yet.

        Returns:
            How many of the articles are reprints of others.

        Raises:
            CollectionMissing: there is none of this name; nothing is stored.
            StorageFull, LibraryReadOnly: nothing of this call is stored.
        """
        gone = [path for done in finished for path in self.live_paths(done.path) - done.kept]
        reprints = 0
        with self._transaction(changes_articles=bool(documents or gone)) as (
            connection,
            generation,
        ):
            wanted = None if collection is None else id_of(connection, collection)
            read = reading(connection)
            common = {one.input: common_collection(read, one.input) for one in documents}
            for document in documents:
                target = common[document.input] if wanted is None else wanted
                asked = wanted is not None
                reprints += self._store(
                    connection, generation, document, model, target, asked=asked
                )
            for path in gone:
                retire_source(connection, generation, path)
            note_inputs(connection, finished, stamps)
            if documents:
                set_meta(connection, "model", model)
        return reprints

    def room_changes(
        self, path: str, input_path: str, articles: Sequence[Article], collection: str | None
    ) -> dict[int, Change]:
        """How much more each collection would have, by id, if `store` stored a document.

        Raises:
            CollectionMissing: there is none of the name that was asked for.
        """
        asked, read = collection is not None, self._database.all
        target = (
            common_collection(read, input_path)
            if collection is None
            else self.collection(collection).id
        )
        return room_changes(read, path, articles, target, asked=asked)

    def store_vectors(
        self, digests: Sequence[str], matrices: Sequence[Vectors], model: str
    ) -> None:
        """Add vectors for passages that are stored already."""
        with self._transaction(changes_articles=True) as (connection, _):
            for digest, matrix in zip(digests, matrices, strict=True):
                add_vectors(connection, digest, matrix, model)
            set_meta(connection, "model", model)

    def drop_vectors(self, digests: Sequence[str], model: str) -> None:
        """Forget what a model made of some passages, so that it is made again."""
        if not digests:
            return
        with self._transaction(changes_articles=True) as (connection, _):
            connection.executemany(
                "DELETE FROM vectors WHERE digest = ? AND model = ?",
                [(digest, model) for digest in digests],
            )

    def copy_to(self, target: Path, *, checked: bool = True) -> None:
        """See `Database.copy_to`."""
        self._database.copy_to(target, checked=checked)

    def replace_with(self, file: Path) -> None:
        """See `Database.replace_with`; the file is another library of this format."""
        self._database.replace_with(file)

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
                retire_article(connection, generation, old)
                new = add_article(connection, generation, article, place)
                inherit_reprints(connection, old, new)
                for passage in passages:
                    if passage.passage.article_id == article.article_id:
                        add_passage(connection, generation, passage, new, model)

    def purge(self, model: str) -> Purged:
        """Delete what only earlier generations were searched with, and give the room back.

        Superseded articles and their sources stay, so that old answers can still be verified.
        Indexes of earlier generations can no longer be brought up to date: see `purged_until`.

        Args:
            model: whose vectors of passages are kept; it is the library's model from now on.

        Raises:
            StorageFull, LibraryReadOnly: nothing is deleted.
        """
        with self._transaction(changes_articles=False) as (connection, generation):
            purged = delete_dead(connection, model)
            set_meta(connection, "model", model)
            if purged.passages:
                set_meta(connection, "purged_until", str(generation))
        if purged.passages or purged.vectors:
            self._database.compact()
        return purged

    def _store(
        self,
        connection: Connection,
        generation: int,
        document: NewDocument,
        model: str,
        collection: int | None,
        *,
        asked: bool,
    ) -> int:
        """Store one document, its new articles in a collection; how many are reprints."""
        before = places_of(reading(connection), document.source.path)
        known = known_ids(reading(connection), document.articles)
        retire_source(connection, generation, document.source.path)
        forget_binned(connection, document.source.path)
        source_id = add_source(connection, document)
        keep_pages(connection, source_id, document)
        keys: dict[str, int] = {}
        reprints = 0
        for position, article in enumerate(document.articles):
            retire_moved(connection, generation, article.article_id, document)
            place = (source_id, position)
            key = add_article(connection, generation, article, place)
            keys[article.article_id] = key
            signature = document.signatures.get(article.article_id)
            if signature is not None:
                reprints += join_reprints(connection, key, signature)
        for new in document.passages:
            add_passage(connection, generation, new, keys[new.passage.article_id], model)
        otherwise = {} if collection is None else {k: collection for k in keys if k not in known}
        settle(connection, generation, document, before, otherwise, asked=asked)
        return reprints
