"""How far an ingest run is, and what became of each file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.errors import YoujuError

Status = Literal["stored", "replaced", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. Bytes are of the files read: how many articles they hold is not known.

    Attributes:
        done_files, total_files: that were named.
        done_bytes, total_bytes: of these files.
        articles, passages: stored by this run.
    """

    done_files: int
    total_files: int
    done_bytes: int
    total_bytes: int
    articles: int
    passages: int


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        file: as it was named.
        status: `failed` if nothing of it could be stored.
        articles, passages: stored by this run.
        error: may stand beside stored articles, where only some members failed.
        duplicate_of: a stored file with the same bytes; then nothing is stored twice.
        remarks: what a person should know of how it was read, in Chinese.
    """

    file: str
    status: Status
    articles: int = 0
    passages: int = 0
    error: YoujuError | None = None
    duplicate_of: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of all files.

    Attributes:
        files: one by one.
        reprints: so many of the stored articles are nearly another's text.
        passed_over: the kinds of the files in folders that were not read, one entry a file.
    """

    files: tuple[FileOutcome, ...]
    reprints: int = 0
    passed_over: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[FileOutcome, ...]:
        """Files with an error."""
        return tuple(outcome for outcome in self.files if outcome.error)

    @property
    def articles(self) -> int:
        """Articles stored by this run."""
        return sum(outcome.articles for outcome in self.files)

    @property
    def passages(self) -> int:
        """Passages stored by this run."""
        return sum(outcome.passages for outcome in self.files)
