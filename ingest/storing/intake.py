"""Files become documents that want vectors: what is stored already is passed over."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.files.loading import NOTHING_SAID, LoadedFile, storable_path, summed
from ingest.files.sidecar import sidecar_metadata
from ingest.storing.changes import hash_of
from ingest.storing.crew import Crew
from ingest.storing.outcomes import FileOutcome, Status
from ingest.storing.taking import Part, PreparedPassage, Taken, prepared, signed
from rag.data_model.documents import Article, LeftOut, SourceFile
from rag.errors import DocumentError, EmptyDocument, YoujuError
from rag.library.corrections import apply_all
from rag.library.library import Library
from rag.library.records import FileStamp
from rag.library.reprints import Signature
from rag.settings import Settings

_IDS_SHOWN = 5
RECIPE_VERSION = "8"
"""Rises when the same file would give other articles or passages: then it is ingested again."""


@dataclass(slots=True, eq=False)
class Job:
    """One input file on its way into the library.

    Attributes:
        path: what the library knows it by.
        size: in bytes.
        recipe: names how it is taken apart.
        stamp: what it looks like on disk, if that is worth noting.
        known: an earlier version of it is stored whole.
        kept: paths of the documents that it holds.
        complete: read to its end without an error, with something to store or stored.
        remarks: what a person should know of how it was read, each once, in order.
        renamed: ids that it gave to articles and that others have already.
    """

    file: Path
    path: str
    size: int = 0
    sha256: str = ""
    recipe: str = ""
    stamp: FileStamp | None = None
    known: bool = False
    kept: set[str] = field(default_factory=set)
    complete: bool = False
    articles: int = 0
    passages: int = 0
    error: YoujuError | None = None
    duplicate_of: str | None = None
    remarks: dict[str, None] = field(default_factory=dict)
    renamed: list[str] = field(default_factory=list)

    def outcome(self) -> FileOutcome:
        """What became of it."""
        status: Status = "unchanged"
        if self.error and not self.kept:
            status = "failed"
        elif self.articles:
            status = "replaced" if self.known else "stored"
        remarks = list(self.remarks)
        if self.renamed:
            remarks.append(_renamed(self.renamed))
        return FileOutcome(
            str(self.file),
            status,
            self.articles,
            self.passages,
            self.error,
            self.duplicate_of,
            tuple(remarks),
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that waits for the vectors of its passages.

    Attributes:
        signatures: by article id, see `rag.library.reprints`.
        left_out: what of the file's text no article has.
    """

    job: Job
    loaded: LoadedFile
    articles: tuple[Article, ...]
    passages: tuple[PreparedPassage, ...]
    signatures: Mapping[str, Signature]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def size(self) -> int:
        """About as many bytes of the input file as the document took."""
        return len(self.loaded.source.text.encode())


class Intake:
    """Reads files one after the other; knows what is on its way but not stored yet."""

    def __init__(self, library: Library, crew: Crew, settings: Settings) -> None:
        self._library = library
        self._crew = crew
        self._size = settings.passages.size
        self._recipe = f"{RECIPE_VERSION}:{self._size}:{crew.fingerprint}"
        self._ids: dict[str, str] = {}
        self._hashes: dict[str, Path] = {}
        self.jobs: list[Job] = []

    def read(self, files: Iterable[Path]) -> Iterator[Draft | Job]:
        """The new documents of each file, then the file's job: it is read to its end."""
        begun: deque[tuple[Job, Iterator[Taken] | None]] = deque()
        for file in files:
            begun.append(self._begun(file, {job.sha256 for job, _ in begun}))
            if len(begun) > self._crew.ahead:
                yield from self._finished(*begun.popleft())
        while begun:
            yield from self._finished(*begun.popleft())

    def _begun(self, file: Path, coming: Set[str]) -> tuple[Job, Iterator[Taken] | None]:
        """A file's job and its reading, which is begun unless it seems to be stored or coming."""
        job = Job(file, storable_path(file.resolve()))
        self.jobs.append(job)
        try:
            job.sha256, job.stamp = hash_of(file, job.path, self._library)
            job.size = file.stat().st_size
            job.recipe = self._recipe_of(file)
        except DocumentError as error:
            job.error = error
            return job, None
        if not self._crew.ahead or job.sha256 in coming or self._is_stored(replace(job)):
            return job, None
        return job, self._reading(job)

    def _finished(self, job: Job, reading: Iterator[Taken] | None) -> Iterator[Draft | Job]:
        if not job.error and not self._is_stored(job):
            try:
                yield from self._drafts(job, reading or self._reading(job))
                job.complete = bool(job.kept and not job.error)
            except DocumentError as error:
                job.error = error
        if reading is not None:  # begun in vain, where the file turned out to be stored
            self._crew.leave(reading)
        if job.complete:
            self._hashes[job.sha256] = job.file
        yield job

    def _reading(self, job: Job) -> Iterator[Taken]:
        stored = self._library.stored_of(job.path, job.recipe)
        return self._crew.read(job.file, job.sha256, stored)

    def stored(self, drafts: Iterable[Draft], jobs: Iterable[Job]) -> None:
        """Forget what the library now knows."""
        for draft in drafts:
            draft.job.articles += len(draft.articles)
            draft.job.passages += len(draft.passages)
            for article in draft.articles:
                self._ids.pop(article.article_id, None)
        for job in jobs:
            self._hashes.pop(job.sha256, None)

    def refuse(self, draft: Draft, error: YoujuError) -> None:
        """A document is not stored after all; its file is not done."""
        draft.job.error = error
        draft.job.kept.discard(draft.loaded.source.path)
        for article in draft.articles:
            self._ids.pop(article.article_id, None)

    def _recipe_of(self, file: Path) -> str:
        """How a file is taken apart, and what a sidecar says of it."""
        said = sidecar_metadata(file)
        if said == NOTHING_SAID:
            return self._recipe
        return f"{self._recipe}:{hashlib.sha256(repr(said).encode()).hexdigest()[:16]}"

    def _is_stored(self, job: Job) -> bool:
        """Whether the same bytes are stored already, from this path or another."""
        before = self._library.ingested(job.path)
        if before == (job.sha256, job.recipe):
            return True
        if twin := self._hashes.get(job.sha256):
            job.duplicate_of = str(twin)
            return True
        other = None if before else self._library.input_with(job.sha256, job.recipe)
        if other and self._still_has(other, job.sha256):
            job.duplicate_of = other
            return True
        job.known = before is not None
        return False

    def _still_has(self, path: str, sha256: str) -> bool:
        """Whether a stored file will keep these bytes in the library: it did not change on disk."""
        try:
            return hash_of(Path(path), path, self._library)[0] == sha256
        except DocumentError:
            return True  # it is gone from disk; the library holds it all the same

    def _drafts(self, job: Job, reading: Iterator[Taken]) -> Iterator[Draft]:
        failures: list[DocumentError] = []
        for item in reading:
            if isinstance(item, str):
                job.remarks[item] = None
                continue
            failure = item if isinstance(item, DocumentError) else None
            if isinstance(item, Part):
                self._remark(item.loaded, job)
                draft = None if item.is_stored else self._draft(item, job)
                if draft is not None:
                    yield draft
                elif not item.is_stored:
                    failure = EmptyDocument(file=item.loaded.source.name)
            if failure is not None:
                failures.append(failure)
                job.error = summed(job.file.name, failures)

    def _remark(self, loaded: LoadedFile, job: Job) -> None:
        source = loaded.source
        job.kept.add(source.path)
        for said in loaded.remarks:
            job.remarks[said if source.path == job.path else f"{source.name}：{said}"] = None

    def _draft(self, part: Part, job: Job) -> Draft | None:
        """A document with what the library knows better than the file; None without articles."""
        source = part.loaded.source
        corrections = self._library.corrections(source.sha256)
        corrected = apply_all(corrections, part.articles, source.text)
        articles = self._with_own_ids(corrected, part.loaded, job)
        if not articles:
            job.kept.remove(source.path)
            return None
        as_read = articles == part.articles
        return Draft(
            job,
            part.loaded,
            articles,
            part.passages if as_read else prepared(articles, self._size),
            part.signatures if as_read else signed(articles),
            part.left_out,
        )

    def _with_own_ids(
        self, articles: Sequence[Article], loaded: LoadedFile, job: Job
    ) -> tuple[Article, ...]:
        """The articles, renamed where another file or row has one of this id: none is lost."""
        path = loaded.source.path
        own: list[Article] = []
        for article in articles:
            article_id = article.article_id
            while (
                self._ids.setdefault(article_id, path) != path
                or article_id in {other.article_id for other in own}
                or self._is_held(article_id, loaded.source, job)
            ):
                article_id = hashlib.sha256(f"{article_id}\0{path}".encode()).hexdigest()[:12]
            if loaded.metadata.article_id and article_id != loaded.metadata.article_id:
                job.renamed.append(loaded.metadata.article_id)
            own.append(replace(article, article_id=article_id))
        return tuple(own)

    def _is_held(self, article_id: str, source: SourceFile, job: Job) -> bool:
        """Whether another document has an article of this id, and keeps it.

        A row that only moved within its file has left its old place.
        """
        holder = self._library.holder_of(article_id)
        if holder is None or holder[0] == source.path:
            return False
        return holder[0] in job.kept or holder[1:] != (job.path, source.sha256)


def _renamed(ids: Sequence[str]) -> str:
    """What is said of ids that were taken."""
    shown = "、".join(ids[:_IDS_SHOWN])
    more = f" 等 {len(ids)} 个" if len(ids) > _IDS_SHOWN else ""
    return f"编号 {shown}{more} 已有别的文章在用，这些文章改用了新编号，两边都留着"
