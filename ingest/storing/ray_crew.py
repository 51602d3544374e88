"""Files read and passages embedded by the actors of a Ray cluster (`youju ingest --ray`).

The steps stream: some files are read and some batches embedded ahead of what is stored, in the
order of a run without Ray, so that the library comes out the same. They are calls of actors and no
chain of Ray Data, for the library stands between them: it knows which documents are not wanted,
what people corrected, which ids are taken and which passages have vectors, and only one process may
hold it. Nor would Ray Data set a file aside that kills whoever reads it: it tries such a task again
without end, or gives up the whole run.
"""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from ingest.storing.ray_pool import TRIES, Call, CallLost, Pool
from ingest.storing.ray_worker import Failure, Order, Ready
from ingest.storing.taking import Part, Taken
from rag.errors import (
    DocumentError,
    RayMissing,
    RayUnreachable,
    RayWorkerDied,
    RayWorkersLost,
)
from rag.errors.reasons import why
from rag.models.embedding import Embedder, PassageInput, Vectors
from rag.settings import EmbeddingSettings

LOCAL = "local"
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):(\d{1,5})")
_ALWAYS = {"RAY_USAGE_STATS_ENABLED": "0"}
_AT_HOME = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_worker_niceness": "0"}
"""Has Ray listen on the loopback address alone, on every system; read when Ray is imported. And
its workers are no less urgent than an ingest without them: they would wait for all else."""
_STORE_BYTES = 256 << 20
_EMBEDDINGS = 3 * TRIES
"""Tries of a batch: without it a run cannot go on, and it is rarely to blame."""
_KNOCKING, _ANSWERING = 5.0, 45.0
"""Seconds until a port must answer, and until it must prove to be a cluster's."""


class RayCrew:
    """See `ingest.storing.crew.Crew`; made by `hired`."""

    def __init__(self, pool: Pool, model: Ready, workers: int) -> None:
        self._pool = pool
        self._model = model
        self.workers = workers
        self.ahead = 2 * workers

    @property
    def fingerprint(self) -> str:
        """Of the workers' model."""
        return self._model.fingerprint

    @property
    def dimension(self) -> int:
        """Of the workers' model."""
        return self._model.dimension

    def read(self, file: Path, sha256: str, stored: Collection[tuple[str, str]]) -> Iterator[Taken]:
        """See `ingest.storing.crew.Crew.read`; a worker begins at once."""
        return _Reading(self._pool, file, sha256, stored)

    def leave(self, reading: Iterator[Taken]) -> None:
        """See `ingest.storing.crew.Crew.leave`; its worker forgets the file."""
        if isinstance(reading, _Reading):
            reading.leave()

    def embed(self, passages: Sequence[PassageInput]) -> Callable[[], Sequence[Vectors]]:
        """See `ingest.storing.crew.Crew.embed`; a worker begins at once."""
        call = self._pool.begin("embed", list(passages), tries=_EMBEDDINGS)

        def vectors() -> Sequence[Vectors]:
            try:
                found = self._pool.result(call)
            except CallLost as error:
                raise RayWorkersLost(reason=f"算同一批向量时退出了 {_EMBEDDINGS} 次") from error
            if isinstance(found, Failure):
                raise found.error
            made: Sequence[Vectors] = found
            return made

        return vectors


class _Reading(Iterator[Taken]):
    """The items of a file, a chunk on its way while one is taken."""

    def __init__(
        self, pool: Pool, file: Path, sha256: str, stored: Collection[tuple[str, str]]
    ) -> None:
        self._pool = pool
        self._file = file
        self._order = Order(str(file.resolve()), sha256, frozenset(stored))
        self._name = uuid.uuid4().hex
        self._come = 0
        self._items: Iterator[Any] = iter(())
        self._coming: Call | None = pool.begin("take", self._name, self._order)

    def __next__(self) -> Taken:
        while True:
            for item in self._items:
                if not isinstance(item, Failure):
                    taken: Part | str = item
                    return taken
                error = item.error
                if item.fatal or not isinstance(error, DocumentError):
                    raise error
                return error
            if self._coming is None:
                raise StopIteration
            self._next_chunk(self._coming)

    def leave(self) -> None:
        """What has not come yet is not wanted."""
        if self._coming is not None:
            self._pool.leave(self._coming, self._name)
        self._coming, self._items = None, iter(())

    def _next_chunk(self, call: Call) -> None:
        try:
            items, is_last = self._pool.result(call)
        except CallLost as error:
            self._coming = None
            raise RayWorkerDied(file=self._file.name, times=TRIES) from error
        self._come += len(items)
        self._items = iter(items)
        order = Order(self._order.file, self._order.sha256, self._order.stored, self._come)
        self._coming = None if is_last else self._pool.begin("take", self._name, order, beside=call)


@contextmanager
def hired(
    address: str,
    open_embedder: Callable[[], Embedder],
    size: int,
    *,
    workers: int | None = None,
    on_gpu: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[RayCrew]:
    """Workers of a cluster, gone at the end; with `local`, so is the cluster.

    Args:
        address: `local`, or `HOST:PORT` of the head of a cluster to which this machine belongs.
        open_embedder: opens the model in each worker; travels there.
        size: of passages.
        workers: how many; as many as the cluster has processors, or GPUs, if not said.
        on_gpu: each takes a GPU of its own.
        tell: is told, in Chinese, when a worker dies.

    Raises:
        RayMissing: the extra is not installed.
        RayUnreachable: there is no cluster.
        RayWorkersLost, RayWorkersDiffer: nobody can work there, or not all in the same way.
        ModelError: the model cannot be loaded.
    """
    with _Cluster(address, workers) as cluster:
        count = workers or cluster.size(on_gpu=on_gpu)
        resources = {"num_cpus": 1.0, "num_gpus": float(on_gpu)}
        pool = Pool(open_embedder, size, count, resources, tell)
        yield RayCrew(pool, pool.model, count)


def in_worker(settings: EmbeddingSettings) -> EmbeddingSettings:
    """The settings of a worker: one of many on its machine, so one thread unless more are said."""
    return settings if settings.threads else settings.model_copy(update={"threads": 1})


class _Cluster:
    """A connection to a cluster."""

    def __init__(self, address: str, workers: int | None) -> None:
        if importlib.util.find_spec("ray") is None:
            raise RayMissing
        self._address = address
        self._options: dict[str, Any] = {
            "log_to_driver": False,
            "logging_level": "ERROR",
            "configure_logging": False,
        }
        os.environ.update(_ALWAYS)
        if address == LOCAL:
            os.environ.update(_AT_HOME)
            self._options |= {
                "num_cpus": workers or os.cpu_count() or 1,
                "include_dashboard": False,
                "object_store_memory": _STORE_BYTES,
            }
        else:
            _knock(address)
            _check_health(address)

    def __enter__(self) -> Self:
        """Join it, in the thread that stays: what Ray starts ends with the thread that did."""
        import ray

        try:
            with _unheard():
                ray.init(address=self._address, **self._options)
            # It prints every death of a worker on stdout, whatever is said of logs; we tell it.
            ray._private.worker._worker_logs_enabled = False
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            reason = " ".join(str(error).split())[:200]
            raise RayUnreachable(address=self._address, reason=reason) from error
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        ray.shutdown()

    def size(self, *, on_gpu: bool) -> int:
        """How many workers it has room for."""
        import ray

        return max(1, int(ray.cluster_resources().get("GPU" if on_gpu else "CPU", 1)))


def _knock(address: str) -> None:
    """That something answers there.

    Raises:
        RayUnreachable: nothing does, or it is no address.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None or int(match[2]) > 65535:
        raise RayUnreachable(address=address, reason="地址应是 主机:端口 或 local")
    try:
        place = (match[1].strip("[]"), int(match[2]))
        socket.create_connection(place, timeout=_KNOCKING).close()
    except OSError as error:
        reason = why(error) if error.errno else "没有回应"
        raise RayUnreachable(address=address, reason=reason) from error


def _check_health(address: str) -> None:
    """That a cluster answers: Ray would wait for one without end, or end the process.

    Raises:
        RayUnreachable: none does.
    """
    asked = [sys.executable, "-P", "-m", "ray.scripts.scripts", "health-check"]
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            [*asked, "--address", address], capture_output=True, timeout=_ANSWERING, check=False
        )
        if not done.returncode:
            return
    raise RayUnreachable(address=address, reason="那里有程序在听，但不是能用的 Ray 集群")


@contextmanager
def _unheard() -> Iterator[None]:
    """What Ray's own code writes to stderr meanwhile is not for people."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
