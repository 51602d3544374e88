"""A job: work on the library that takes its turn, and what has become of it so far."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from ingest.storing.outcomes import Status
from rag.errors import YoujuError

JobKind = Literal["import", "correction", "rebuild", "evaluation"]
JobStatus = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
FileStatus = Literal["queued", "reading", "read", "stored", "replaced", "unchanged", "failed"]

_LOG_LINES = 200
_TOLD_EVERY = 15.0  # seconds between two lines of progress in a log
_SOON = 2.0  # seconds before which a rate says nothing
_LEAST_SHARE = 0.02


class Progress(Protocol):
    """Hears how far an import is."""

    def __call__(self, done: int, total: int, passages: int, share: float = 0.0) -> None:
        """Files done, files in all, passages stored, the share of the files' bytes, 0 to 1."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file.

    Attributes:
        status: `failed` if nothing of it could be stored.
        articles: ids of the articles that the file stands for in the library now.
        passages: how many passages were stored.
        duplicate_of: the name of a stored file with the same bytes.
        remarks: what a person should know of how it was read.
    """

    status: Status
    articles: tuple[str, ...] = ()
    passages: int = 0
    error: YoujuError | None = None
    duplicate_of: str | None = None
    remarks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form in which it travels between processes."""
        return {
            "status": self.status,
            "articles": list(self.articles),
            "passages": self.passages,
            "error": self.error.as_dict() if self.error else None,
            "duplicate_of": self.duplicate_of,
            "remarks": list(self.remarks),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> FileResult:
        """The inverse of `as_json`."""
        error = record["error"]
        return cls(
            status=record["status"],
            articles=tuple(record["articles"]),
            passages=record["passages"],
            error=YoujuError.from_dict(error) if error else None,
            duplicate_of=record["duplicate_of"],
            remarks=tuple(record["remarks"]),
        )


class Ingester(Protocol):
    """Works on a library; one job at a time."""

    def ingest(
        self, files: list[Path], progress: Progress, collection: str | None = None
    ) -> list[FileResult]:
        """One result a file, in order; new articles go to the collection, made if need be.

        Raises:
            YoujuError: nothing more can be stored.
        """

    def rebuild(self) -> Sequence[str]:
        """Make vectors and indexes anew where need be; what was found and done, in Chinese.

        Raises:
            YoujuError: it could not be done.
        """

    def abandon(self) -> None:
        """Break off the job under way, from another thread: it raises `IngestBroken`."""

    def rest(self) -> None:
        """Nothing to do for a while: let go of memory. The next `ingest` works all the same."""


def now() -> str:
    """This moment as ISO, UTC; fine enough to tell jobs apart."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass
class Job:
    """Files on their way in, a correction, or a rebuild. Written by one thread, read by any.

    Attributes:
        names: what people called the files.
        title: what the job is about, where it has no files.
        created, began, ended: ISO, UTC; `began` of the latest attempt.
        share: done so far, 0 to 1; None where that cannot be told.
        log: moments and what happened then, in Chinese.
        attempts: how often it was begun.
        stopping: somebody cancelled it while it ran.
        awaiting: what it waits for while it runs, in Chinese; empty where it goes on.
        server: whose it is, by the name of its `Owner`; empty where nobody's.
    """

    names: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    collection: str | None = None
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    status: JobStatus = "queued"
    done: int = 0
    passages: int = 0
    results: list[FileResult] = field(default_factory=list)
    error: YoujuError | None = None
    finished: threading.Event = field(default_factory=threading.Event)
    kind: JobKind = "import"
    title: str = ""
    created: str = field(default_factory=now)
    began: str | None = None
    ended: str | None = None
    share: float | None = None
    log: list[tuple[str, str]] = field(default_factory=list)
    attempts: int = 0
    stopping: bool = False
    awaiting: str = ""
    server: str = ""
    _since: float = 0.0
    _told: float = 0.0

    @property
    def total(self) -> int:
        """Files, or the one thing that there is to do."""
        return len(self.files) if self.kind == "import" else 1

    @property
    def can_cancel(self) -> bool:
        """Whether it can be stopped: a correction is done at once, and once asked is enough."""
        return not (self.is_over or self.stopping or self.kind == "correction")

    @property
    def can_retry(self) -> bool:
        """Whether it ended undone and what it needs is still there."""
        if self.status not in {"failed", "cancelled", "interrupted"}:
            return False
        if self.kind == "import":
            return bool(self.files) and all(file.is_file() for file in self.files)
        return self.kind == "rebuild"

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it unless somebody asks."""
        return self.status not in {"queued", "running"}

    @property
    def refused(self) -> int:
        """Files of which nothing could be stored."""
        return sum(result.status == "failed" for result in self.results)

    def tell(self, text: str) -> None:
        """A line for its log."""
        self.log = [*self.log, (now(), text)][-_LOG_LINES:]

    def wait(self) -> None:
        """It stands in the queue, maybe for another attempt."""
        self.status, self.began, self.ended = "queued", None, None
        self.done, self.passages, self.share = 0, 0, None
        self.results, self.error, self.stopping, self.awaiting = [], None, False, ""
        self.finished.clear()

    def begin(self) -> None:
        """It runs."""
        self.status, self.began = "running", now()
        self.attempts += 1
        self._since = self._told = time.monotonic()
        self.tell("开始")

    def end(self, status: JobStatus, text: str, error: YoujuError | None = None) -> None:
        """It runs no more."""
        self.status, self.ended, self.error = status, now(), error
        self.stopping, self.awaiting = False, ""
        self.tell(text)
        self.finished.set()

    def note(self, done: int, total: int, passages: int, share: float = 0.0) -> None:
        """Progress of the ingest; `total` is known from the files."""
        self.done, self.passages = min(done, total), passages
        self.share = min(1.0, max(share, self.done / self.total if self.total else 0.0))
        if time.monotonic() - self._told >= _TOLD_EVERY:
            self._told = time.monotonic()
            self.tell(f"读完 {self.done}/{self.total} 个文件，存入 {self.passages} 段")

    @property
    def only_error(self) -> YoujuError | None:
        """Why nothing was stored, unless each of several files has its own reason."""
        return None if len(self.results) > 1 else self.error

    def summary_json(self) -> dict[str, Any]:
        """The wire form without files and log."""
        seconds = self._seconds()
        rate = self.passages / seconds if seconds > _SOON and self.passages else None
        return {
            "job_id": self.id,
            "kind": self.kind,
            "title": self.title or _title(self.names),
            "status": self.status,
            "done": self.done,
            "total": self.total,
            "passages": self.passages,
            "error": self.error.as_dict() if self.error else None,
            "created": self.created,
            "began": self.began,
            "ended": self.ended,
            "seconds": round(seconds, 1),
            "share": None if self.share is None else round(self.share, 4),
            "rate": None if rate is None else round(rate, 2),
            "unit": "段",
            "seconds_left": _left(self.share, seconds) if self.status == "running" else None,
            "can_cancel": self.can_cancel,
            "can_retry": self.can_retry,
            "refused": self.refused,
            "stopping": self.stopping,
            "awaiting": self.awaiting or None,
        }

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            **self.summary_json(),
            "files": [self._file_json(at) for at in range(len(self.files))],
            "log": [{"at": at, "text": text} for at, text in self.log],
        }

    def _seconds(self) -> float:
        """How long it has run, or ran."""
        if self.status == "running" and self._since:
            return time.monotonic() - self._since
        if self.began and self.ended:
            ended, began = map(datetime.fromisoformat, (self.ended, self.began))
            return max(0.0, (ended - began).total_seconds())
        return 0.0

    def _file_json(self, at: int) -> dict[str, Any]:
        known = self.results[at : at + 1]
        result = known[0].as_json() if known else FileResult("failed").as_json()
        return {
            "file": self.names[at],
            **result,
            "status": result["status"] if known else self._status_of(at),
        }

    def _status_of(self, at: int) -> FileStatus:
        """The state of a file whose result is not known yet."""
        if self.status == "failed":
            return "failed"
        if self.status == "queued" or at > self.done:
            return "queued"
        if self.is_over:
            return "read" if at < self.done else "queued"
        return "reading" if at == self.done else "read"


def _title(names: Sequence[str]) -> str:
    """What a list calls an import."""
    if not names:
        return "—"
    return names[0] if len(names) == 1 else f"{names[0]} 等 {len(names)} 个文件"


def _left(share: float | None, seconds: float) -> float | None:
    """Seconds that the rest takes, if it goes on as it went."""
    if share is None or share < _LEAST_SHARE or seconds < _SOON:
        return None
    return round(seconds * (1 - share) / share, 1)
