"""One system in a process of its own: its time, its processor time, its memory.

The process has one thread for arithmetic: with two, libraries that spin while they wait charge each
other's time, and no two figures can be compared.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

from eval.benchmarks.latency import peak_memory_mb
from eval.peers.peer import Document, Found, Peer, Place
from eval.peers.roster import Entrant
from eval.peers.youju import Youju
from rag.errors import PeerFailed
from rag.models.embedding import Embedder

_QUIET = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "DO_NOT_TRACK": "1",
}
_here: list[Peer] = []
"""The system of this process; set once, in the child alone."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What a call gave, and took: seconds by the clock and of the processor, in the child."""

    value: Any
    seconds: float
    cpu: float


class Worker:
    """Starts the process; every call waits for its answer, and raises `PeerFailed` for what failed.

    Call `close` at the end.

    Args:
        entrant: which system.
        folder: where it keeps its store.
        opens: opens the embedder, in the child.
    """

    def __init__(self, entrant: Entrant, folder: Path, opens: Callable[[], Embedder]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._start = time.perf_counter()
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._opening = entrant, folder, opens

    def open(self) -> None:
        """Load the system; the process is started by this."""
        with _surroundings():
            self._call(_open, *self._opening)

    @property
    def age(self) -> float:
        """Seconds since the process was asked for."""
        return time.perf_counter() - self._start

    def ingest(self, documents: Sequence[Document]) -> Timed:
        """Store documents; gives how many passages are stored now."""
        return cast("Timed", self._call(_ingest, tuple(documents)))

    def search(self, question: str, limit: int) -> Timed:
        """Find passages."""
        return cast("Timed", self._call(_search, question, limit))

    def ask(self, question: str) -> Timed | None:
        """Answer in quotes; None where a system only finds passages."""
        return cast("Timed | None", self._call(_ask, question))

    def save(self) -> Timed:
        """Keep what is stored."""
        return cast("Timed", self._call(_save))

    def memory(self) -> float:
        """The most that the process ever held, in MiB."""
        return float(self._call(peak_memory_mb))

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown(cancel_futures=True)

    def _call(self, job: Callable[..., Any], *arguments: Any) -> Any:
        future = self._pool.submit(job, *arguments)
        error = future.exception()
        if error is not None:
            raise PeerFailed(reason=f"{type(error).__name__}: {error}") from error
        return future.result()


@contextmanager
def _surroundings() -> Iterator[None]:
    """An environment that a child inherits when it starts."""
    kept = {name: os.environ.get(name) for name in _QUIET}
    os.environ.update(_QUIET)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _open(entrant: Entrant, folder: Path, opens: Callable[[], Embedder]) -> None:
    _here[:] = [entrant.open(Place(folder, opens()))]


def _ingest(documents: Sequence[Document]) -> Timed:
    timed = _timed(_here[0].ingest, documents)
    return Timed(_here[0].count(), timed.seconds, timed.cpu)


def _search(question: str, limit: int) -> Timed:
    return _timed(_here[0].search, question, limit)


def _ask(question: str) -> Timed | None:
    peer = _here[0]
    return _timed(peer.ask, question) if isinstance(peer, Youju) else None


def _save() -> Timed:
    return _timed(_here[0].save)


def _timed(job: Callable[..., list[Found] | None], *arguments: Any) -> Timed:
    cpu, clock = time.process_time(), time.perf_counter()
    value = job(*arguments)
    return Timed(value, time.perf_counter() - clock, time.process_time() - cpu)
