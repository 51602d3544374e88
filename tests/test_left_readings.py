"""A reading that nobody goes on with leaves nothing behind at its worker."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from served_milvus import FAKE

from ingest.storing import ray_worker
from ingest.storing.ray_crew import RayCrew
from ingest.storing.ray_pool import Call
from ingest.storing.ray_worker import Ready, Worker


class Here:
    """A pool of the one real worker, in this process."""

    def __init__(self) -> None:
        self.worker = Worker(lambda: FAKE, 200)
        self.worker.prepare()

    def begin(self, method: str, *arguments: Any, beside: object = None) -> Call:
        return Call(method, arguments, value=getattr(self.worker, method)(*arguments))

    def result(self, call: Call) -> Any:
        return call.value

    def leave(self, call: Call, name: str) -> None:
        self.worker.forget(name)


def test_the_rest_of_a_file_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_worker, "_PASSAGES", 1)
    table = tmp_path / "多篇.jsonl"
    lines = (f'{{"title": "第{n}篇", "text": "第{n}号仓库在{n}排。"}}' for n in range(9))
    table.write_text("\n".join(lines), encoding="utf-8")
    pool = Here()
    crew = RayCrew(pool, Ready(FAKE.fingerprint, FAKE.dimension, "", 0), 1)  # type: ignore[arg-type]
    reading = crew.read(table, hashlib.sha256(table.read_bytes()).hexdigest(), ())
    next(reading)
    assert pool.worker._begun
    crew.leave(reading)
    assert pool.worker._begun == {}
    assert list(reading) == []
