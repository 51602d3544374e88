"""A Milvus Lite behind a real port, as a Milvus is met: in this process, or in a child."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.models.embedding import HashingEmbedder
from rag.settings import AnswerSettings, LibrarySettings, Settings

FAKE = HashingEmbedder()


def settings_of(data_dir: Path, url: str) -> Settings:
    """Of a library that is searched there, or in its own indexes if nowhere is named."""
    answer = AnswerSettings(threshold=0.5, enough=0.0)  # what words alone say does not add up
    return Settings(data_dir=data_dir, answer=answer, library=LibrarySettings(url=url, timeout=5))


@contextmanager
def lite(folder: Path, port: int = 0, **replies: Any) -> Iterator[str]:
    """Serve a folder; gives the address. `replies` are methods in place of the engine's own."""
    import grpc
    from milvus_lite.adapter.grpc import server as engine
    from milvus_lite.adapter.grpc.servicer import MilvusServicer
    from milvus_lite.db import MilvusLite
    from pymilvus.grpc_gen import milvus_pb2_grpc

    database = MilvusLite(str(folder))
    served: grpc.Server = engine._build_server(database, 10)
    if replies:
        servicer = type("Scripted", (MilvusServicer,), replies)(database)
        milvus_pb2_grpc.add_MilvusServiceServicer_to_server(servicer, served)
    bound = served.add_insecure_port(f"127.0.0.1:{port}")
    assert bound, f"port {port} is taken"
    served.start()
    try:
        yield f"http://127.0.0.1:{bound}"
    finally:
        served.stop(grace=0).wait()
        database.close()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def lite_process(folder: Path) -> Iterator[str]:
    """Serve a folder from a process of its own; gives the address."""
    port = free_port()
    command = [
        *(sys.executable, "-P", "-m", "milvus_lite", "server"),
        *("--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            until = time.monotonic() + 60
            while not _listens(port):
                assert child.poll() is None, "the engine did not start"
                assert time.monotonic() < until
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            child.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0
