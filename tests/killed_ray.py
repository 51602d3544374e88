"""Ingests on two workers of a local cluster, and kills: run by test_ray_ingest.py.

python -m killed_ray MODE DATA FOLDER     MODE: `all` dies itself, `worker` kills a worker
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from ingest.indexing import ingest_by
from ingest.storing import ray_worker
from ingest.storing.outcomes import Progress as IngestProgress
from ingest.storing.ray_crew import hired
from ingest.storing.taking import Taken, take_apart
from rag.library.library import Library
from rag.models.embedding import Embedder, HashingEmbedder, PassageInput, PassageVectors, Progress
from rag.settings import Settings

DEADLY = "致命.md"


class SlowEmbedder(HashingEmbedder):
    """Gives a run some length."""

    def embed_passages(
        self, passages: Sequence[PassageInput], progress: Progress | None = None
    ) -> list[PassageVectors]:
        time.sleep(0.1)
        return super().embed_passages(passages, progress)


def open_slow() -> Embedder:
    """In a worker: the embedder; from now on one file ends the process that reads it."""

    def deadly(
        file: Path, embedder: Embedder, size: int, stored: Collection[tuple[str, str]]
    ) -> Iterator[Taken]:
        if file.name == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        yield from take_apart(file, embedder, size, stored)

    ray_worker.take_apart = deadly  # type: ignore[attr-defined]
    return SlowEmbedder()


def cluster() -> list[psutil.Process]:
    """What runs below us."""
    return psutil.Process().children(recursive=True)


def listening() -> set[str]:
    """Addresses on which it listens."""
    found = [c for process in [psutil.Process(), *cluster()] for c in process.net_connections()]
    return {c.laddr.ip.removeprefix("::ffff:") for c in found if c.status == psutil.CONN_LISTEN}


class Stopped(Exception):
    """What Ctrl+C would be."""


def main(data: str, folder: str) -> None:
    """Print what happened."""
    seen: dict[str, Any] = {"told": [], "listening": [], "killed": []}

    def stop(now: IngestProgress) -> None:
        if now.passages:
            seen["begun"] = now.passages
            raise Stopped

    def kill(now: IngestProgress) -> None:
        if now.passages and not seen["killed"]:
            seen["listening"] = sorted(listening())
            worker = next(p for p in cluster() if p.name().startswith("ray::Worker"))
            worker.kill()
            seen["killed"].append(worker.pid)

    with (
        Library.open(Path(data), write=True) as library,
        hired("local", open_slow, 300, workers=2, tell=seen["told"].append) as crew,
    ):
        with suppress(Stopped):
            ingest_by(crew, [Path(folder)], library, Settings(), stop)
        (Path(folder) / DEADLY).write_text("# 无人能读\n\n读它的进程都会退出。\n", "utf-8")
        report = ingest_by(crew, [Path(folder)], library, Settings(), kill)
    files = [
        [Path(one.file).name, one.status, one.articles, one.error.code if one.error else None]
        for one in report.files
    ]
    sys.stdout.write(json.dumps(seen | {"files": files, "passages": report.passages}))


if __name__ == "__main__":
    main(*sys.argv[1:])
