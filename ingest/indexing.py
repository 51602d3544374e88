"""The ingest flow: files → pages → articles → passages → vectors → library → indexes.

One bad file does not stop the others. Documents are stored in batches, each in one transaction;
what was reported as stored is on disk. An interrupted run goes on where it stopped: a file counts
as done when its last document is stored, and its documents are known by their hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.loading import LoadedFile, discover, load
from ingest.outcomes import FileOutcome, IngestReport, Status
from ingest.page import page_to_articles
from ingest.passages import split_article
from rag.corrections import apply_all
from rag.documents import Article, Passage
from rag.embedding import Embedder, PassageInput, Vectors, passage_input
from rag.errors import DocumentError, EmptyDocument, FileMissing, FileUnreadable, YoujuError
from rag.indexes import load_indexes, publish
from rag.library import Library
from rag.records import NewDocument, NewPassage
from rag.settings import Settings

RECIPE_VERSION = "2"
"""Rises when the same file would give other articles or passages: then it is ingested again."""

_BATCH_PASSAGES = 256
_BATCH_BYTES = 64 << 20

Progress = Callable[[int, int, int], None]


def ingest(
    paths: Sequence[Path],
    library: Library,
    embedder: Embedder,
    settings: Settings,
    progress: Progress | None = None,
) -> IngestReport:
    """Store the articles of all files below `paths`, and publish the indexes.

    Args:
        paths: files and folders; one that is missing is reported as failed.
        library: opened for writing.
        embedder: embeds passages that no earlier run embedded.
        settings: passage size.
        progress: called with (files done, files in all, passages stored).

    Raises:
        LibraryError: the store refuses; everything stored before is kept.
    """
    missing: list[FileOutcome] = []
    files: list[Path] = []
    for path in paths:
        try:
            files.extend(discover([path]))
        except FileMissing as error:
            missing.append(FileOutcome(str(path), "failed", error=error))
    files = list(dict.fromkeys(files))
    run = _Run(library, embedder, settings)
    for done, file in enumerate(files):
        if progress:
            progress(done, len(files), run.stored_passages)
        run.add_file(file)
    run.flush()
    if progress:
        progress(len(files), len(files), run.stored_passages)
    publish_indexes(library, embedder)
    return IngestReport((*missing, *(job.outcome() for job in run.jobs)))


def publish_indexes(library: Library, embedder: Embedder) -> None:
    """Bring the published indexes up to the library."""
    indexes = load_indexes(library, embedder.fingerprint, embedder.dimension)
    if not indexes.published:
        publish(indexes, library.data_dir)


@dataclass(slots=True)
class _Job:
    """One input file on its way into the library."""

    file: Path
    sha256: str = ""
    known: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    articles: int = 0
    passages: int = 0
    error: YoujuError | None = None
    duplicate_of: str | None = None

    @property
    def path(self) -> str:
        return str(self.file.resolve())

    def outcome(self) -> FileOutcome:
        status: Status = "unchanged"
        if self.error and not self.kept:
            status = "failed"
        elif self.articles:
            status = "replaced" if self.known else "stored"
        return FileOutcome(
            str(self.file), status, self.articles, self.passages, self.error, self.duplicate_of
        )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A passage that waits for its vectors; `digest` names what the model will see."""

    passage: Passage
    text: PassageInput
    digest: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document that waits for the vectors of its passages."""

    job: _Job
    loaded: LoadedFile
    articles: tuple[Article, ...]
    passages: tuple[_Prepared, ...]


class _Run:
    """Gathers documents into batches, so that the model sees many passages at once."""

    def __init__(self, library: Library, embedder: Embedder, settings: Settings) -> None:
        self._library = library
        self._embedder = embedder
        self._size = settings.passages.size
        self._recipe = f"{RECIPE_VERSION}:{self._size}:{embedder.fingerprint}"
        self._waiting: list[_Draft] = []
        self._complete: list[_Job] = []
        self._ids: dict[str, str] = {}
        self._seen: dict[str, Path] = {}
        self.jobs: list[_Job] = []
        self.stored_passages = 0

    def add_file(self, file: Path) -> None:
        """Read one file; its documents are stored now or with a later batch."""
        job = _Job(file)
        self.jobs.append(job)
        try:
            job.sha256 = _sha256(file)
            if self._is_stored(job):
                return
            for draft in self._drafts(job):
                self._waiting.append(draft)
                if self._is_full():
                    self.flush()
        except DocumentError as error:
            job.error = error
        if job.kept and not job.error:
            self._complete.append(job)

    def _is_full(self) -> bool:
        passages = sum(len(waiting.passages) for waiting in self._waiting)
        originals = [waiting.loaded.original for waiting in self._waiting]
        kept = sum(len(original.data) for original in originals if original)
        return passages >= _BATCH_PASSAGES or kept >= _BATCH_BYTES

    def flush(self) -> None:
        """Embed and store the waiting documents in one transaction, then note complete files."""
        matrices = self._matrices([new for draft in self._waiting for new in draft.passages])
        documents = [
            NewDocument(
                source=draft.loaded.source,
                input=draft.job.path,
                articles=draft.articles,
                passages=tuple(
                    NewPassage(new.passage, new.digest, matrices[new.digest])
                    for new in draft.passages
                ),
                replaces_ids=draft.loaded.ready,
                places=draft.loaded.places,
                original=draft.loaded.original,
            )
            for draft in self._waiting
        ]
        if documents:
            self._library.store(documents, self._embedder.fingerprint)
        for draft in self._waiting:
            draft.job.articles += len(draft.articles)
            draft.job.passages += len(draft.passages)
            self.stored_passages += len(draft.passages)
        self._waiting.clear()
        for job in self._complete:
            self._library.finish_input(job.path, job.sha256, self._recipe, job.kept)
        self._complete.clear()

    def _is_stored(self, job: _Job) -> bool:
        """Whether the same bytes are stored already, from this path or another."""
        before = self._library.ingested(job.path)
        if before == (job.sha256, self._recipe):
            return True
        twin = self._seen.setdefault(job.sha256, job.file)
        if twin != job.file:
            job.duplicate_of = str(twin)
            return True
        if before is None and (other := self._library.input_with(job.sha256, self._recipe)):
            job.duplicate_of = other
            return True
        job.known = self._library.live_sources(job.path)
        return False

    def _drafts(self, job: _Job) -> Iterator[_Draft]:
        def note(error: DocumentError) -> None:
            job.error = job.error or error

        interrupted = self._library.ingested(job.path) is None
        for loaded in load(job.file, note):
            path, sha256 = loaded.source.path, loaded.source.sha256
            job.kept.append(path)
            if interrupted and job.known.get(path) == sha256:
                continue  # stored before the interruption
            found = page_to_articles(loaded, self._embedder)
            corrections = self._library.corrections(sha256)
            found = apply_all(corrections, found, loaded.source.text)
            articles = self._with_own_ids(found, loaded)
            if not articles:
                job.kept.remove(path)
                note(EmptyDocument(file=loaded.source.name))
                continue
            yield _Draft(job, loaded, articles, tuple(self._prepared(articles)))

    def _prepared(self, articles: Sequence[Article]) -> Iterator[_Prepared]:
        for article in articles:
            for passage in split_article(article, self._size):
                text = passage_input(article, passage)
                yield _Prepared(passage, text, text.digest)

    def _with_own_ids(self, articles: Sequence[Article], loaded: LoadedFile) -> tuple[Article, ...]:
        """The articles, renamed where another file has one of the same name and text."""
        path = loaded.source.path
        own: list[Article] = []
        for article in articles:
            article_id = article.article_id
            while not loaded.ready and (
                self._ids.setdefault(article_id, path) != path
                or article_id in {other.article_id for other in own}
                or self._library.holder_of(article_id) not in {None, path}
            ):
                article_id = hashlib.sha256(f"{article_id}\0{path}".encode()).hexdigest()[:12]
            own.append(replace(article, article_id=article_id))
        return tuple(own)

    def _matrices(self, passages: Sequence[_Prepared]) -> dict[str, Vectors]:
        """Vectors by digest; the model runs only for what it never saw."""
        wanted = {new.digest: new.text for new in passages}
        matrices = self._library.vectors(list(wanted), self._embedder.fingerprint)
        unseen = [digest for digest in wanted if digest not in matrices]
        if unseen:
            embedded = self._embedder.embed_passages([wanted[digest] for digest in unseen])
            matrices |= {d: v.matrix for d, v in zip(unseen, embedded, strict=True)}
        return matrices


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise FileMissing(file=file) from error
    except OSError as error:
        raise FileUnreadable(file=file.name, reason=error.strerror) from error
