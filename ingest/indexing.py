"""The ingest flow: files → pages → articles → passages → vectors → library → indexes.

Reading, embedding and storing overlap: each works a little ahead of the next. One bad file does
not stop the others. Documents are stored in batches, each in one transaction; what was reported as
stored is on disk. An interrupted run goes on where it stopped: a file counts as done when its last
document is stored, and its documents are known by their hashes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.files.loading import discover
from ingest.storing.crew import Crew, HomeCrew, Model
from ingest.storing.intake import Draft, Intake, Job
from ingest.storing.outcomes import FileOutcome, IngestReport, Progress
from ingest.storing.prefetch import prefetched
from ingest.storing.quotas import Room
from rag.errors import FileMissing, IndexServerTaken
from rag.library.library import Library
from rag.library.records import FinishedInput, NewDocument, NewPassage
from rag.library.shelf_names import shelf_name
from rag.models.embedding import Embedder, Vectors
from rag.retrieval.stores import EMBEDDED, IndexStore, open_store
from rag.settings import Settings

_BATCH_PASSAGES = 256
_BATCH_BYTES = 64 << 20
_BATCH_ITEMS = 1024
_SLICE = 32
"""Passages given to the model at once: an interruption waits for no more."""


def ingest(
    paths: Sequence[Path],
    library: Library,
    embedder: Embedder,
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
    *,
    collection: str | None = None,
    publish: bool = True,
) -> IngestReport:
    """Store the articles of all files below `paths`, and publish the indexes.

    Args:
        paths: files and folders; one that is missing is reported as failed.
        library: opened for writing.
        embedder: embeds passages that no earlier run embedded.
        settings: passage size, and how much may be kept: what is too much fails, file by file.
        progress: called with what is stored so far.
        collection: where new articles go, made if need be; what is known stays where it is.
        publish: bring the published indexes up at the end, unless the caller sees to that.

    Raises:
        NameInvalid: no collection can be called so; nothing is read.
        LibraryError: the store refuses; everything stored before is kept.
    """
    crew = HomeCrew(embedder, settings.passages.size)
    return ingest_by(
        crew, paths, library, settings, progress, collection=collection, publish=publish
    )


def ingest_by(
    crew: Crew,
    paths: Sequence[Path],
    library: Library,
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
    *,
    collection: str | None = None,
    publish: bool = True,
) -> IngestReport:
    """The same, where others read and embed; the library is asked and written here alone.

    Raises:
        NameInvalid, LibraryError: as `ingest`.
        YoujuError: nobody reads or embeds any more; everything stored before is kept.
    """
    passed_over: list[str] = []
    if collection is not None:
        collection = shelf_name(collection)
        library.collection_made(collection)
    files, missing = _found(paths, passed_over)
    intake = Intake(library, crew, settings)
    room = Room(library, settings.quota, collection)
    tally = _Tally(files, progress)
    stop = threading.Event()
    with ExitStack() as stages:
        read = stages.enter_context(prefetched(_batched(intake.read(files), stop), 1))
        embedded = stages.enter_context(prefetched(_embedded(read, library, crew, stop), 1))
        stages.callback(stop.set)
        for whole in embedded:
            batch = _admitted(whole, room, intake)
            reprints = _store(batch, library, crew.fingerprint, collection)
            intake.stored(batch.drafts, batch.jobs)
            tally.add(batch, reprints)
    if publish:
        publish_indexes(library, crew, open_store(settings.library))
    outcomes = (*missing, *(job.outcome() for job in intake.jobs))
    return IngestReport(outcomes, tally.reprints, tuple(passed_over))


def publish_indexes(library: Library, model: Model, store: IndexStore = EMBEDDED) -> None:
    """Bring the published indexes up to the library."""
    with suppress(IndexServerTaken):  # whoever has the engine open brings it up
        store.publish(library, model.fingerprint, model.dimension)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is stored in one transaction: `jobs` are read to their ends, `matrices` by digest."""

    drafts: Sequence[Draft]
    jobs: Sequence[Job]
    matrices: Mapping[str, Vectors]


class _Tally:
    """Counts what is stored, and tells; at first, that nothing is."""

    def __init__(self, files: Sequence[Path], tell: Callable[[Progress], None] | None) -> None:
        size = sum(file.stat().st_size for file in files if file.exists())
        self._so_far = Progress(0, len(files), 0, size, 0, 0)
        self._finished_bytes = self._begun_bytes = 0
        self._tell = tell or (lambda _: None)
        self._tell(self._so_far)
        self.reprints = 0

    def add(self, batch: _Batch, reprints: int) -> None:
        """A batch was stored. Documents stand for the bytes of a file that is not finished yet."""
        if batch.jobs:
            self._begun_bytes = 0
        self._finished_bytes += sum(job.size for job in batch.jobs)
        self._begun_bytes += sum(d.size for d in batch.drafts if d.job not in batch.jobs)
        self.reprints += reprints
        before = self._so_far
        self._so_far = Progress(
            before.done_files + len(batch.jobs),
            before.total_files,
            min(self._finished_bytes + self._begun_bytes, before.total_bytes),
            before.total_bytes,
            before.articles + sum(len(draft.articles) for draft in batch.drafts),
            before.passages + sum(len(draft.passages) for draft in batch.drafts),
        )
        self._tell(self._so_far)


def _found(paths: Sequence[Path], passed_over: list[str]) -> tuple[list[Path], list[FileOutcome]]:
    """The files below `paths`, each once, and what is not there; the kinds of what is not read."""
    files: dict[Path, None] = {}
    missing: list[FileOutcome] = []
    for path in paths:
        try:
            files |= dict.fromkeys(discover([path], passed_over.append))
        except FileMissing as error:
            missing.append(FileOutcome(str(path), "failed", error=error))
    return list(files), missing


def _batched(documents: Iterator[Draft | Job], stop: threading.Event) -> Iterator[_Batch]:
    """Documents gathered, so that the model sees many passages at once, still without vectors."""
    drafts: list[Draft] = []
    jobs: list[Job] = []
    for item in documents:
        if stop.is_set():
            return
        if isinstance(item, Job):
            jobs.append(item)
        else:
            drafts.append(item)
        if _is_full(drafts, jobs):
            yield _Batch(drafts, jobs, {})
            drafts, jobs = [], []
    if drafts or jobs:
        yield _Batch(drafts, jobs, {})


def _is_full(drafts: Sequence[Draft], jobs: Sequence[Job]) -> bool:
    originals = [draft.loaded.original for draft in drafts]
    return (
        sum(len(draft.passages) for draft in drafts) >= _BATCH_PASSAGES
        or sum(len(original.data) for original in originals if original) >= _BATCH_BYTES
        or len(drafts) + len(jobs) >= _BATCH_ITEMS
    )


def _embedded(
    batches: Iterator[_Batch], library: Library, crew: Crew, stop: threading.Event
) -> Iterator[_Batch]:
    """The batches with their passages' vectors; the model runs only for what it never saw."""
    begun: deque[_Embedding] = deque()
    for batch in batches:
        begun.append(_Embedding(batch, library, crew))
        if len(begun) > crew.ahead:
            yield from begun.popleft().finished(stop)
    while begun:
        yield from begun.popleft().finished(stop)


class _Embedding:
    """The vectors of a batch, on their way."""

    def __init__(self, batch: _Batch, library: Library, crew: Crew) -> None:
        self._batch = batch
        wanted = {new.digest: new.text for draft in batch.drafts for new in draft.passages}
        self._matrices = library.vectors(list(wanted), crew.fingerprint)
        unseen = wanted.keys() - self._matrices.keys()
        by_length = sorted(unseen, key=lambda digest: (-len(wanted[digest].text), digest))
        slices = [by_length[start : start + _SLICE] for start in range(0, len(unseen), _SLICE)]
        self._coming = [  # of like length: little padding
            (digests, crew.embed([wanted[digest] for digest in digests])) for digests in slices
        ]

    def finished(self, stop: threading.Event) -> Iterator[_Batch]:
        """The batch with its vectors; nothing if the run stops meanwhile."""
        for digests, vectors in self._coming:
            if stop.is_set():
                return
            self._matrices |= zip(digests, vectors(), strict=True)
        yield _Batch(self._batch.drafts, self._batch.jobs, self._matrices)


def _admitted(batch: _Batch, room: Room, intake: Intake) -> _Batch:
    """The batch without documents that are too many for the library or the collection."""
    kept = []
    for draft in batch.drafts:
        path = draft.loaded.source.path
        if (error := room.refusal(path, draft.job.path, draft.articles)) is None:
            kept.append(draft)
        else:
            intake.refuse(draft, error)
    return _Batch(kept, batch.jobs, batch.matrices)


def _store(batch: _Batch, library: Library, model: str, collection: str | None) -> int:
    """Store a batch in one transaction, if there is anything to store; how many are reprints."""
    documents = [_document(draft, batch.matrices) for draft in batch.drafts]
    finished = [
        FinishedInput(job.path, job.sha256, job.recipe, job.kept)
        for job in batch.jobs
        if job.complete and not job.error
    ]
    stamps = [job.stamp for job in batch.jobs if job.stamp and not job.error]
    if not (documents or finished or stamps):
        return 0
    return library.store(documents, model, finished=finished, stamps=stamps, collection=collection)


def _document(draft: Draft, matrices: Mapping[str, Vectors]) -> NewDocument:
    return NewDocument(
        source=draft.loaded.source,
        input=draft.job.path,
        articles=draft.articles,
        passages=tuple(
            NewPassage(new.passage, new.digest, matrices[new.digest]) for new in draft.passages
        ),
        places=draft.loaded.places,
        original=draft.loaded.original,
        recipe=draft.job.recipe,
        signatures=draft.signatures,
        left_out=draft.left_out,
    )
