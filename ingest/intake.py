"""Files become documents that want vectors: what is stored already is passed over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.changes import hash_of
from ingest.loading import NOTHING_SAID, LoadedFile, load, storable_path, summed
from ingest.outcomes import FileOutcome, Status
from ingest.page import read_page
from ingest.passages import split_article
from ingest.sidecar import sidecar_metadata
from rag.data_model.documents import Article, LeftOut, Passage, SourceFile
from rag.errors import DocumentError, EmptyDocument, YoujuError
from rag.library.corrections import apply_all
from rag.library.library import Library
from rag.library.records import FileStamp
from rag.library.reprints import Signature
from rag.models.embedding import Embedder, PassageInput, passage_input
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
class PreparedPassage:
    """A passage that waits for its vectors; `digest` names what the model will see."""

    passage: Passage
    text: PassageInput
    digest: str


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

    def __init__(self, library: Library, embedder: Embedder, settings: Settings) -> None:
        self._library = library
        self._embedder = embedder
        self._size = settings.passages.size
        self._recipe = f"{RECIPE_VERSION}:{self._size}:{embedder.fingerprint}"
        self._ids: dict[str, str] = {}
        self._hashes: dict[str, Path] = {}
        self.jobs: list[Job] = []

    def read(self, files: Iterable[Path]) -> Iterator[Draft | Job]:
        """The new documents of each file, then the file's job: it is read to its end."""
        for file in files:
            job = Job(file, storable_path(file.resolve()))
            self.jobs.append(job)
            try:
                job.sha256, job.stamp = hash_of(file, job.path, self._library)
                job.size = file.stat().st_size
                job.recipe = self._recipe_of(file)
                if not self._is_stored(job):
                    yield from self._drafts(job)
                    job.complete = bool(job.kept and not job.error)
            except DocumentError as error:
                job.error = error
            if job.complete:
                self._hashes[job.sha256] = file
            yield job

    def stored(self, drafts: Iterable[Draft], jobs: Iterable[Job]) -> None:
        """Forget what the library now knows."""
        for draft in drafts:
            draft.job.articles += len(draft.articles)
            draft.job.passages += len(draft.passages)
            for article in draft.articles:
                self._ids.pop(article.article_id, None)
        for job in jobs:
            self._hashes.pop(job.sha256, None)

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

    def _drafts(self, job: Job) -> Iterator[Draft]:
        failures: list[DocumentError] = []

        def note(error: DocumentError) -> None:
            failures.append(error)
            job.error = summed(job.file.name, failures)

        def remark(said: str) -> None:
            job.remarks[said] = None

        for loaded in load(job.file, note, remark):
            source = loaded.source
            for said in loaded.remarks:
                remark(said if source.path == job.path else f"{source.name}：{said}")
            job.kept.add(source.path)
            if self._library.is_stored(source.path, source.sha256, job.recipe):
                continue  # by a run that was interrupted, or it is a part that did not change
            found = read_page(loaded, self._embedder)
            corrections = self._library.corrections(source.sha256)
            corrected = apply_all(corrections, found.articles, source.text)
            articles = self._with_own_ids(corrected, loaded, job)
            if not articles:
                job.kept.remove(source.path)
                note(EmptyDocument(file=source.name))
                continue
            signatures = {a.article_id: Signature.of(a.text) for a in articles}
            yield Draft(
                job,
                loaded,
                articles,
                tuple(self._prepared(articles)),
                {article_id: s for article_id, s in signatures.items() if s},
                found.left_out,
            )

    def _prepared(self, articles: Sequence[Article]) -> Iterator[PreparedPassage]:
        for article in articles:
            for passage in split_article(article, self._size):
                text = passage_input(article, passage)
                yield PreparedPassage(passage, text, text.digest)

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
