"""`youju serve` in a process of its own, with the fake embedder and without the chat page.

    python served_process.py DATA_DIR PORT URL

`URL` is of the Milvus that it searches in.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent


@contextmanager
def process(data_dir: Path, port: int, url: str) -> Iterator[str]:
    """Serve until left; gives the address once it can answer. It is ended as containers are."""
    here = f"http://127.0.0.1:{port}"
    command = [sys.executable, __file__, str(data_dir), str(port), url]
    with subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, stderr=subprocess.DEVNULL
    ) as child:
        try:
            until = time.monotonic() + 120
            while not _is_ready(here):
                assert child.poll() is None, "the server did not start"
                assert time.monotonic() < until
                time.sleep(0.1)
            yield here
        finally:
            child.send_signal(signal.SIGTERM)
    assert child.returncode in {0, -signal.SIGTERM}


def _is_ready(here: str) -> bool:
    try:
        return httpx.get(f"{here}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _main(data_dir: Path, port: int, url: str) -> None:
    from pages import word_scorer
    from served_milvus import FAKE, settings_of

    from rag.assembly import open_pipeline
    from rag.settings import Settings
    from ui import server
    from ui.listening import listen

    settings = settings_of(data_dir, url)
    settings = settings.model_copy(
        update={
            "server": settings.server.model_copy(update={"port": port}),
            "library": settings.library.model_copy(update={"timeout": 2.0}),
        }
    )
    create_app = server.create_app

    def without_chat(*given: object, **named: object) -> object:
        return create_app(*given, **{**named, "chat": False})  # type: ignore[arg-type]

    def opener(settings: Settings) -> object:
        return open_pipeline(settings, FAKE, word_scorer())

    server.create_app = without_chat  # type: ignore[assignment]
    server.serve(settings, listen(settings.server), opener)  # type: ignore[arg-type]


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
