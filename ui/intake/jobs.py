"""A job: files on their way into the library, and what has become of each so far."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from ingest.outcomes import Status
from rag.errors import YoujuError

Progress = Callable[[int, int, int], None]
"""Hears of files done, files in all, passages stored."""

JobStatus = Literal["queued", "running", "done", "failed"]
FileStatus = Literal["queued", "reading", "read", "stored", "replaced", "unchanged", "failed"]


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
    """Puts files into a library; one job at a time."""

    def ingest(self, files: list[Path], progress: Progress) -> list[FileResult]:
        """One result a file, in order.

        Raises:
            YoujuError: nothing more can be stored.
        """

    def abandon(self) -> None:
        """Break off the job under way, from another thread: `ingest` raises `IngestBroken`."""

    def rest(self) -> None:
        """Nothing to do for a while: let go of memory. The next `ingest` works all the same."""


@dataclass
class Job:
    """One upload's files. Written by the intake's thread, read by any."""

    names: tuple[str, ...]
    files: tuple[Path, ...]
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    status: JobStatus = "queued"
    done: int = 0
    passages: int = 0
    results: list[FileResult] = field(default_factory=list)
    error: YoujuError | None = None
    finished: threading.Event = field(default_factory=threading.Event)

    def note(self, done: int, total: int, passages: int) -> None:
        """Progress of the ingest; `total` is known from the files."""
        self.done, self.passages = min(done, total), passages

    @property
    def only_error(self) -> YoujuError | None:
        """Why nothing was stored: the job's error, or that of the single file that was sent."""
        if self.error is not None:
            return self.error
        if len(self.results) == 1 and self.results[0].status == "failed":
            return self.results[0].error
        return None

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "job_id": self.id,
            "status": self.status,
            "done": self.done,
            "total": len(self.files),
            "passages": self.passages,
            "error": self.error.as_dict() if self.error else None,
            "files": [self._file_json(at) for at in range(len(self.files))],
        }

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
        return "reading" if at == self.done else "read"
