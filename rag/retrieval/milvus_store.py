"""A library's passages in Milvus, searched by as many servers as there are.

The library stays the truth. Whoever finds Milvus behind it brings it up, one at a time (a lock
beside the library), in steps that may be cut short anywhere: rows of the next generation are
written first, then the catalogue says so. Until then nobody sees them, and the next one begins by
deleting them. Rows that died stay for the versions that servers may still be at.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from rag.errors import (
    IndexBehind,
    IndexDimension,
    IndexServerError,
    IndexServerFailed,
    LibraryBusy,
    LibraryReadOnly,
    ModelChanged,
)
from rag.library.library import Library
from rag.library.records import Version
from rag.library.storage import WriteLock
from rag.retrieval.milvus_catalogue import KEPT, Catalogue, Holding, Served, words_of
from rag.retrieval.milvus_rows import (
    alive,
    passage_fields,
    passage_rows,
    word_changes,
    word_fields,
    word_rows,
)
from rag.retrieval.milvus_search import MilvusDense, MilvusLexical, View, Vocabulary
from rag.retrieval.milvus_server import MilvusServer
from rag.retrieval.searching import Indexes
from rag.settings import LibrarySettings

_LOCK = "index.lock"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class MilvusIndexes(Indexes):
    """One version of a library in Milvus."""

    dense: MilvusDense
    lexical: MilvusLexical
    store: MilvusStore

    def caught_up(self, library: Library) -> MilvusIndexes:
        """The newest version that can be had; the same object if nothing happened."""
        if library.version == self.version and self.are_whole(library):
            return self
        found = self.store.load(library, self.model, self.dense.dimension, self)
        same = (found.version, found.dense.view) == (self.version, self.dense.view)
        return self if same else found

    def are_whole(self, library: Library) -> bool:
        """Whether no row of this version has been deleted, nor its collection replaced."""
        view = self.dense.view
        if not view.collection:
            return True
        holding = self.store.held(library, self.model)
        return view.collection == holding.collection and holding.keeps(self.version)


@dataclass(frozen=True, slots=True)
class _Task:
    """A library to bring Milvus up to: at `version`."""

    library: Library
    model: str
    dimension: int
    version: Version

    @property
    def generation(self) -> int:
        return self.version.generation


@dataclass(frozen=True)
class MilvusStore:
    """The libraries in one Milvus."""

    server: MilvusServer
    settings: LibrarySettings

    @classmethod
    @cache
    def of(cls, settings: LibrarySettings) -> MilvusStore:
        """The one of these settings; connected when it is first asked.

        Raises:
            ExtraMissing: the client is not installed.
        """
        return cls(MilvusServer(settings), settings)

    @property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.server)

    def held(self, library: Library, model: str) -> Holding:
        """What Milvus holds of a library, embedded by a model.

        Raises:
            IndexServerError: it does not say.
        """
        return self._catalogue.read(library, model)

    def load(
        self, library: Library, model: str, dimension: int, before: MilvusIndexes | None = None
    ) -> MilvusIndexes:
        """Indexes of the library's present generation, or of the newest that others have made.

        Args:
            library: the truth.
            model: that embedded its passages.
            dimension: of the model's vectors.
            before: of an earlier version, whose words need not be read again.

        Raises:
            ModelChanged: the library holds passages that `model` has not embedded.
            IndexServerError: Milvus cannot serve, or its vectors are of another length.
            IndexBehind: another process fills it for the first time.
        """
        holding, served = self._ready(library, model, dimension)
        view = View(
            self.server, holding.collection, served.generation, served.passages, holding.index
        )
        return MilvusIndexes(
            MilvusDense(view, dimension),
            MilvusLexical(view, self._vocabulary(view, before)),
            served.version,
            model,
            self,
        )

    def publish(self, library: Library, model: str, dimension: int) -> None:
        """Bring Milvus up to the library: see `load`."""
        self._ready(library, model, dimension)

    def rebuild(self, library: Library, model: str, dimension: int) -> None:
        """Fill new collections from the library alone; those of before stay until these stand."""
        with _locked(library):
            task = _Task(library, model, dimension, library.version)
            self._filled(self._catalogue.read(library, model), task)

    def problem(self, library: Library, model: str) -> str | None:
        """What is wrong with what Milvus holds of the library, in Chinese; None if nothing is."""
        try:
            holding = self._catalogue.read(library, model)
            if not holding.collection:
                return "Milvus 里还没有建索引" if library.counts().passages else None
            served = holding.newest(library)
            if served is None:
                return "Milvus 里的索引与文章库的经历不同：库恢复过备份，或丢失过写入"
            rows = self.server.rows(holding.collection, alive(served.generation), ["passage"])
            found = sorted(row["passage"] for row in rows)
        except IndexServerError as error:
            return error.message_zh
        if tuple(found) != tuple(library.passage_ids(served.generation)):
            stored = library.passage_count(served.generation)
            return f"Milvus 里有 {len(found)} 条，与文章库的 {stored} 条对不上"
        return None

    def _ready(self, library: Library, model: str, dimension: int) -> tuple[Holding, Served]:
        """What Milvus holds once it is brought up, and the version of it that is to be searched."""
        holding = self._catalogue.read(library, model)
        version = library.version
        if holding.collection and holding.dimension != dimension:
            raise IndexDimension(found=holding.dimension, wanted=dimension, model=model)
        if not holding.collection and not library.passage_count(version.generation):
            return Holding(), Served(version.generation, version.mark, 0)
        served = holding.newest(library)
        if served is None or served.version != version:
            holding = self._brought_up(library, model, dimension)
            served = holding.newest(library)
        if served is None:
            raise IndexBehind
        return holding, served

    def _brought_up(self, library: Library, model: str, dimension: int) -> Holding:
        """What Milvus holds when it was brought up, or while somebody else is at it."""
        try:
            with _locked(library):
                holding = self._catalogue.read(library, model)
                return self._synced(holding, _Task(library, model, dimension, library.version))
        except (LibraryBusy, LibraryReadOnly):
            return self._catalogue.read(library, model)

    def _synced(self, holding: Holding, task: _Task) -> Holding:
        served = holding.newest(task.library)
        if served is None:
            return self._filled(holding, task)
        if served.version == task.version:  # others may be further: this copy is an older one
            return holding
        is_last = served == holding.history[-1]
        if is_last and served.generation >= task.library.purged_until:
            extended = self._extended(holding, task, served)
            if extended is not None:
                return extended
        return self._filled(holding, task)

    def _extended(self, holding: Holding, task: _Task, served: Served) -> Holding | None:
        """What happened since is written; None where that does not give what the library has."""
        library, since, until = task.library, served.generation, task.generation
        passages, words = holding.collection, words_of(holding.collection)
        changes, replaced = library.changes(since, until), library.reshelved(since, until)
        for collection in (passages, words):  # left by somebody who was stopped
            self.server.delete(collection, f"born > {since}")
        self._retire(passages, (*changes.died, *replaced), since, until)
        self._add(passages, (*changes.born, *replaced), task)
        changed = word_changes(library, changes.born, changes.died)
        self.server.upsert(words, word_rows(changed, until))
        count = self.server.count(passages, alive(until))
        if count != library.passage_count(until):
            return None
        history = (*holding.history, Served(until, task.version.mark, count))[-KEPT:]
        outdated = holding.previous if len(history) > 2 else ""
        known = replace(holding, history=history, previous="" if outdated else holding.previous)
        self._catalogue.write(library, task.model, known)
        self.server.delete(passages, f"died <= {history[0].generation}")
        self._drop(outdated)
        return known

    def _filled(self, holding: Holding, task: _Task) -> Holding:
        """New collections with all that is alive, in the place of those of before."""
        library, generation = task.library, task.generation
        self._drop(holding.building)
        name = f"youju_{library.identity[:12]}_{secrets.token_hex(4)}"
        self._catalogue.write(library, task.model, replace(holding, building=name))
        self.server.create(name, passage_fields(task.dimension, self.settings.index))
        self.server.create(words_of(name), word_fields())
        ids = library.passage_ids(generation)
        self._add(name, ids, task)
        self.server.upsert(words_of(name), word_rows(word_changes(library, ids, ()), generation))
        count = self.server.count(name, alive(generation))
        if count != len(ids):
            reason = f"写入了 {len(ids)} 个片段，只查到 {count} 个"
            raise IndexServerFailed(url=self.settings.url, reason=reason)
        served = Served(generation, task.version.mark, count)
        index = self.settings.index
        known = Holding(name, task.dimension, index, (served,), previous=holding.collection)
        self._catalogue.write(library, task.model, known)
        self._drop(holding.previous)
        return known

    def _add(self, collection: str, ids: Sequence[int], task: _Task) -> None:
        missing = len(ids)
        for rows in passage_rows(task.library, ids, task.model, task.generation):
            self.server.upsert(collection, rows)
            missing -= len(rows)
        if missing:
            raise ModelChanged(missing=missing, model=task.model)

    def _retire(self, collection: str, ids: Sequence[int], since: int, until: int) -> None:
        """Let rows die that were alive at `since`: they are written again, with their end."""
        fields = [field.name for field in passage_fields(1, self.settings.index)]
        for start in range(0, len(ids), _BATCH):
            part = list(ids[start : start + _BATCH])
            rows = self.server.query(collection, f"passage in {part} and died > {since}", fields)
            self.server.upsert(collection, [{**row, "died": until} for row in rows])

    def _drop(self, collection: str) -> None:
        if collection:
            self.server.drop(collection)
            self.server.drop(words_of(collection))

    def _vocabulary(self, view: View, before: MilvusIndexes | None) -> Vocabulary:
        """The words of a version, or what changed of them since another one."""
        if not view.collection:
            return Vocabulary({})
        known, since = Vocabulary({}), -1
        if before is not None and before.dense.view.collection == view.collection:
            known, since = before.lexical.vocabulary, before.generation
            if since > view.generation:
                known, since = Vocabulary({}), -1
        changes: dict[str, int] = {}
        expression = f"born > {since} and born <= {view.generation}"
        for row in self.server.rows(words_of(view.collection), expression, ["word", "passages"]):
            changes[row["word"]] = changes.get(row["word"], 0) + int(row["passages"])
        return known.changed(changes)


@contextmanager
def _locked(library: Library) -> Iterator[None]:
    """One process brings a library's Milvus up at a time.

    Raises:
        LibraryBusy: another does.
        LibraryReadOnly: the directory takes no lock.
    """
    lock = WriteLock(library.data_dir / _LOCK).acquire()
    try:
        yield
    finally:
        lock.release()
