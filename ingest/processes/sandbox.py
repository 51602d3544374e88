"""Parsers of foreign formats run here: one child process a file, with limits, without network.

The parent opens the file and hands it over as standard input, so a child knows no path and a
file's name cannot hurt it. It answers with JSON in a temporary file of bounded size. Whatever it
does — crash, loop, eat memory — fails that one file with a typed error.

    python -m ingest.processes.sandbox '{"parser": "pdf", "options": {}, "limits": {…}}' < file
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ingest.processes.children import ROOT, command, environment
from rag.errors import DocumentError, ParseFailed, ParseLimit, ParseTimeout, StorageFull
from rag.library.storage import translated

_ROOT = ROOT
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "PYTHONPATH")
_MEBIBYTE = 1 << 20
_POLITENESS = 10
_REFUSED_EVENTS = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "socket.bind",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
)
# How native code ends when memory is refused to it: by its own check or by a trap.
_OUT_OF_MEMORY = frozenset(
    getattr(signal, name) for name in ("SIGABRT", "SIGTRAP", "SIGILL") if hasattr(signal, name)
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use.

    Attributes:
        memory_mb: address space, MiB.
        seconds: both wall-clock and processor time.
        output_mb: any one file that it writes, MiB.
    """

    memory_mb: int = 1024
    seconds: int = 30
    output_mb: int = 64


def parse(
    parser: str,
    file: IO[bytes],
    name: str,
    limits: Limits | None = None,
    **options: str | int | bool,
) -> dict[str, Any]:
    """Run `ingest.formats.<parser>.extract(file, **options)` in a child.

    Args:
        parser: a module of `ingest/formats`.
        file: a real file opened without buffering; read from its beginning.
        name: the file's name, for errors only.
        limits: what the child may use.
        **options: keyword arguments of `extract`.

    Returns:
        What `extract` returned.

    Raises:
        ParseTimeout: not ready in time.
        ParseLimit: too much memory or output.
        ParseFailed: the child died of the file.
        DocumentError: what `extract` raised, with the file's name filled in.
        StorageFull, StorageFailed: there is no room for the answer; the file may be sound.
    """
    limits = limits or Limits()
    request = {"parser": parser, "options": options, "limits": asdict(limits)}
    file.seek(0)
    with _scratch() as answer, _scratch() as complaints:
        with _running(request, file, answer, complaints) as child:
            try:
                status = child.wait(limits.seconds)
            except subprocess.TimeoutExpired as error:
                raise ParseTimeout(file=name, seconds=limits.seconds) from error
        if status != 0:
            raise _death(status, _tail(complaints), name, limits)
        answer.seek(0)
        reply = json.load(answer)
    if "error" in reply:
        raise _error(reply["error"], {**reply["context"], "file": name})
    result: dict[str, Any] = reply["result"]
    return result


def _scratch() -> IO[bytes]:
    with translated(Path(tempfile.gettempdir())):
        return tempfile.TemporaryFile()


@contextlib.contextmanager
def _running(
    request: dict[str, Any], file: IO[bytes], answer: IO[bytes], complaints: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """A started child, dead for certain at the end."""
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    child = subprocess.Popen(
        command("ingest.processes.sandbox", json.dumps(request)),
        stdin=file,
        stdout=answer,
        stderr=complaints,
        cwd=tempfile.gettempdir(),
        env={**environment(kept, _ROOT), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _death(status: int, complaint: str, name: str, limits: Limits) -> DocumentError:
    if -status == getattr(signal, "SIGXCPU", None):
        return ParseTimeout(file=name, seconds=limits.seconds)
    if -status == getattr(signal, "SIGXFSZ", None) or os.strerror(errno.EFBIG) in complaint:
        return ParseLimit(file=name, reason=f"产出超过 {limits.output_mb} MB")
    if "MemoryError" in complaint or "bad_alloc" in complaint or -status in _OUT_OF_MEMORY:
        return ParseLimit(file=name, reason=f"内存超过 {limits.memory_mb} MB")
    for number in (errno.ENOSPC, errno.EDQUOT):
        if os.strerror(number) in complaint:
            raise StorageFull(path=tempfile.gettempdir())
    kind = complaint.partition(":")[0].rpartition(".")[2] if status > 0 else f"信号 {-status}"
    return ParseFailed(file=name, reason=f"解析程序中止：{kind or status}")


def _tail(complaints: IO[bytes]) -> str:
    """The last line that the child wrote on standard error."""
    complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, complaints.tell() - 2000))
    lines = complaints.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def _error(code: str, context: dict[str, Any]) -> DocumentError:
    for kind in DocumentError.__subclasses__():
        if kind.code == code:
            return kind(**context)
    return ParseFailed(file=context["file"], reason=code)


def main() -> None:
    """The child: bound itself, parse standard input, answer on standard output."""
    request = json.loads(sys.argv[1])
    limits = Limits(**request["limits"])
    # What a library prints is not the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    bound(limits)
    module = importlib.import_module(f"ingest.formats.{request['parser']}")
    sys.addaudithook(_refuse)
    reply: dict[str, Any]
    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            reply = {"result": module.extract(file, **request["options"])}
    except DocumentError as error:
        context = {key: str(value) for key, value in error.context.items()}
        reply = {"error": error.code, "context": context}
    with answer:
        json.dump(reply, answer)
    os._exit(0)  # native libraries may hang or crash while they unload


def bound(limits: Limits) -> None:
    """Lower this process's own limits, as far as the system knows them."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(max(0, _POLITENESS - os.nice(0)))  # who waits for a file waits behind who asks
    signal.alarm(limits.seconds + 5)  # the parent may have been killed
    for what, most, grace in (
        (resource.RLIMIT_AS, limits.memory_mb * _MEBIBYTE, 0),
        (resource.RLIMIT_CPU, limits.seconds, 1),  # SIGXCPU says so, SIGKILL would not
        (resource.RLIMIT_FSIZE, limits.output_mb * _MEBIBYTE, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most + grace))


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    """Audit hook: a parser has no business with the network or with other programs."""
    if event in _REFUSED_EVENTS:
        raise PermissionError(event)


if __name__ == "__main__":
    main()
