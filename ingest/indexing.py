"""The ingest flow: files → pages → articles → passages → vectors → library → indexes.

Reading, embedding and storing overlap: each works a little ahead of the next. One bad file does
not stop the others. Documents are stored in batches, each in one transaction; what was reported as
stored is on disk. An interrupted run goes on where it stopped: a file counts as done when its last
document is stored, and its documents are known by their hashes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ingest.intake import Draft, Intake, Job
from ingest.loading import discover
from ingest.outcomes import FileOutcome, IngestReport, Progress
from ingest.prefetch import prefetched
from rag.errors import FileMissing
from rag.library.library import Library
from rag.library.records import FinishedInput, NewDocument, NewPassage
from rag.models.embedding import Embedder, Vectors
from rag.retrieval.indexes import load_indexes, publish
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
) -> IngestReport:
    """Store the articles of all files below `paths`, and publish the indexes.

    Args:
        paths: files and folders; one that is missing is reported as failed.
        library: opened for writing.
        embedder: embeds passages that no earlier run embedded.
        settings: passage size.
        progress: called with what is stored so far.

    Raises:
        LibraryError: the store refuses; everything stored before is kept.
    """
    passed_over: list[str] = []
    files, missing = _found(paths, passed_over)
    intake = Intake(library, embedder, settings)
    tally = _Tally(files, progress)
    stop = threading.Event()
    with ExitStack() as stages:
        read = stages.enter_context(prefetched(_batched(intake.read(files), stop), 1))
        embedded = stages.enter_context(prefetched(_embedded(read, library, embedder, stop), 1))
        stages.callback(stop.set)
        for batch in embedded:
            reprints = _store(batch, library, embedder.fingerprint)
            intake.stored(batch.drafts, batch.jobs)
            tally.add(batch, reprints)
    publish_indexes(library, embedder)
    outcomes = (*missing, *(job.outcome() for job in intake.jobs))
    return IngestReport(outcomes, tally.reprints, tuple(passed_over))


def publish_indexes(library: Library, embedder: Embedder) -> None:
    """Bring the published indexes up to the library."""
    indexes = load_indexes(library, embedder.fingerprint, embedder.dimension)
    if not indexes.published:
        publish(indexes, library)


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
    batches: Iterator[_Batch], library: Library, embedder: Embedder, stop: threading.Event
) -> Iterator[_Batch]:
    """The batches with their passages' vectors; the model runs only for what it never saw."""
    for batch in batches:
        wanted = {new.digest: new.text for draft in batch.drafts for new in draft.passages}
        matrices = library.vectors(list(wanted), embedder.fingerprint)
        unseen = sorted(wanted.keys() - matrices.keys(), key=lambda d: (-len(wanted[d].text), d))
        for start in range(0, len(unseen), _SLICE):
            if stop.is_set():
                return
            digests = unseen[start : start + _SLICE]  # of like length: little padding
            vectors = embedder.embed_passages([wanted[digest] for digest in digests])
            matrices |= {d: v.matrix for d, v in zip(digests, vectors, strict=True)}
        yield _Batch(batch.drafts, batch.jobs, matrices)


def _store(batch: _Batch, library: Library, model: str) -> int:
    """Store a batch in one transaction, if there is anything to store; how many are reprints."""
    documents = [_document(draft, batch.matrices) for draft in batch.drafts]
    finished = [
        FinishedInput(job.path, job.sha256, job.recipe, job.kept)
        for job in batch.jobs
        if job.complete
    ]
    stamps = [job.stamp for job in batch.jobs if job.stamp and not job.error]
    if not (documents or finished or stamps):
        return 0
    return library.store(documents, model, finished=finished, stamps=stamps)


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
