"""The server under test: `python -m ui serve` as a child process, and how much memory it holds."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx
import psutil

from ingest.processes.children import command, environment
from rag.errors import ServerDown
from rag.settings import ENVIRONMENT_PREFIX, Settings

_PATIENCE = 120.0
_ENDING_SECONDS = 30
_POLL_SECONDS = 0.05
_SAMPLE_SECONDS = 0.25
_LOG_TAIL = 400
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers.

    Attributes:
        address: without a slash at its end.
        first_answer_seconds: from the command to the first answer.
        memory: of its process, the one that reads uploads apart.
    """

    address: str
    first_answer_seconds: float
    memory: Memory


@dataclass
class Memory:
    """Samples a process's resident memory, on a thread of its own, while it is entered."""

    process: psutil.Process
    _samples: list[tuple[float, float]] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Memory:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def peak_mb(self) -> float:
        """The most of all samples, in MiB."""
        return max(mb for _, mb in self._samples)

    def first_and_last(self, since: float) -> tuple[float, float]:
        """Medians of the first and of the last fifth of the samples since then, in MiB."""
        held = [mb for at, mb in self._samples if at >= since]
        fifth = max(len(held) // 5, 1)
        return statistics.median(held[:fifth]), statistics.median(held[-fifth:])

    def _watch(self) -> None:
        while True:
            try:
                held = self.process.memory_info().rss / _MEBIBYTE
            except psutil.NoSuchProcess:
                return
            self._samples.append((time.monotonic(), held))
            if self._over.wait(_SAMPLE_SECONDS):
                return


@contextmanager
def serving(data_dir: Path, settings: Settings, question: str) -> Iterator[Server]:
    """Serve a library with these settings, once it has answered `question`.

    Args:
        data_dir: the library; it is changed by what is uploaded.
        settings: all but where the library is and where the server listens.
        question: asked until it is answered.

    Raises:
        ServerDown: the server ended, or does not answer.
    """
    port = _free_port()
    serve = command("ui", "serve", "--port", str(port), "--data-dir", str(data_dir))
    log = data_dir / "server.log"
    begun = time.monotonic()
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(serve, env=_environment(settings), stderr=errors)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_answer(process, f"{address}/v1/ask", question, log)
        seconds = time.monotonic() - begun
        with Memory(psutil.Process(process.pid)) as memory:
            yield Server(address, seconds, memory)
    finally:
        _end(process)


def _wait_for_answer(
    process: subprocess.Popen[bytes], place: str, question: str, log: Path
) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            response = httpx.post(place, json={"question": question}, timeout=_PATIENCE)
            if response.status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass  # it does not listen yet
        time.sleep(_POLL_SECONDS)
    tail = log.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:]
    raise ServerDown(reason=" ".join(tail.split()) or "没有说明原因")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with the settings in place of those that it names itself."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ENVIRONMENT_PREFIX)}
    for section, values in settings.model_dump(exclude={"data_dir"}).items():
        for key, value in values.items():
            if isinstance(value, str | int | float | Path) and key not in {"host", "port", "token"}:
                kept[f"{ENVIRONMENT_PREFIX}{section}__{key}".upper()] = str(value)
    return environment(kept)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
