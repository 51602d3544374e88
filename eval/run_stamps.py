"""What is to be known of a run beside its answers: when, where and by which program.

It stands in a file beside the run, from the first question on, so that an interrupted run still
tells how it began; going on adds a session.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from eval.data_files import write_whole
from rag.version import version

_SUFFIX = ".about.json"
_CPUS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Session:
    """One stretch of work on a run; `began` is UTC, ISO."""

    began: str
    machine: str
    version: str
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Stamps:
    """Of one run.

    Attributes:
        sessions: the first began the run, each other one went on after an interruption.
        finished: UTC, ISO; empty while questions are left.
        key: names what a run must share to be gone on with; empty where anything may.
        asked: the question set's file; empty where nobody noted it.
    """

    sessions: tuple[Session, ...]
    finished: str = ""
    key: str = ""
    asked: str = ""

    @property
    def started(self) -> str:
        """When the first session began."""
        return self.sessions[0].began

    def machines(self) -> list[str]:
        """Where it ran, each once."""
        return list(dict.fromkeys(session.machine for session in self.sessions))

    def versions(self) -> list[str]:
        """Of the program, each once."""
        return list(dict.fromkeys(session.version for session in self.sessions))


def read_stamps(run: Path) -> Stamps | None:
    """Those of a run; None where there are none, or they cannot be read."""
    try:
        about = json.loads(_beside(run).read_text(encoding="utf-8"))
        sessions = tuple(Session(**one) for one in about["sessions"])
        if not sessions:
            return None
        asked = str(about.get("asked", ""))
        return Stamps(sessions, str(about["finished"]), str(about["key"]), asked)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def begin(
    run: Path, *, afresh: bool, key: str = "", at_once: int = 1, asked: str = ""
) -> Callable[[], None]:
    """Note that work on a run begins; what is returned notes that all is done.

    Raises:
        DataFileMissing, StorageFull, StorageFailed: the folder does not take the file.
    """
    earlier = None if afresh else read_stamps(run)
    session = Session(_now(), machine(), version(), at_once)
    before = earlier.sessions if earlier else ()
    stamps = Stamps((*before, session), key=key, asked=asked)
    _write(run, stamps)
    return lambda: _write(run, replace(stamps, finished=_now()))


def key_of(*parts: str) -> str:
    """A key of all that a run must share to be gone on with."""
    return hashlib.sha256("\0".join((version(), *parts)).encode()).hexdigest()[:16]


def machine() -> str:
    """The machine in words: processor, cores, system, Python; nothing that names its owner."""
    parts = (
        _processor(),
        f"{cores()} 核",
        platform.system(),
        f"Python {platform.python_version()}",
    )
    return "，".join(filter(None, parts))


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = _CPUS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(filter(None, names), platform.processor() or platform.machine())


def _write(run: Path, stamps: Stamps) -> None:
    text = json.dumps(asdict(stamps), ensure_ascii=False)
    write_whole(_beside(run), f"{text}\n", forced=False)  # as little of a run is, before its end


def _beside(run: Path) -> Path:
    return run.with_name(run.name + _SUFFIX)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
