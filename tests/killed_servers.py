"""A server whose imports are stored by a process of its own, both to be killed; the fake embeds.

    python killed_servers.py serve DATA_DIR
    python killed_servers.py work SETTINGS

The worker is `ui.intake.worker` itself. Where `slow` lies in the data directory, it takes that file
away, and its next batch of passages takes a minute.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from ui.running import FILE

HERE = Path(__file__).parent
SLOW = "slow"


@contextmanager
def process(data_dir: Path) -> Iterator[str]:
    """Serve until left, and be killed then; gives the address once it can answer."""
    (data_dir / FILE).unlink(missing_ok=True)  # a killed one's
    command = [sys.executable, __file__, "serve", str(data_dir)]
    environment = {"PYTHONPATH": f"{HERE.parent}:{HERE}", "PATH": ""}
    with subprocess.Popen(command, cwd=HERE.parent, env=environment) as child:
        try:
            until = time.monotonic() + 120
            while not (here := _address(data_dir)):
                assert child.poll() is None, "the server did not start"
                assert time.monotonic() < until
                time.sleep(0.05)
            yield here
        finally:
            child.send_signal(signal.SIGKILL)


def _address(data_dir: Path) -> str:
    """Where the server says that it listens; empty as long as it cannot answer there."""
    try:
        here = str(json.loads((data_dir / FILE).read_bytes())["address"])
        return here if httpx.get(f"{here}/healthz", timeout=20).status_code == 200 else ""
    except (FileNotFoundError, httpx.TransportError):
        return ""


def _serve(data_dir: Path) -> None:
    from fake_pipeline import FakePipeline

    from rag.settings import load_settings
    from ui import server
    from ui.intake import child
    from ui.listening import listen

    create_app = server.create_app

    def without_chat(*given: object, **named: object) -> object:
        return create_app(*given, **{**named, "chat": False})  # type: ignore[arg-type]

    def worker(_: str, settings: str) -> list[str]:
        return [sys.executable, __file__, "work", settings]

    server.create_app = without_chat  # type: ignore[assignment]
    vars(child)["command"] = worker
    settings = load_settings(data_dir, server={"port": 0})
    server.serve(settings, listen(settings.server), FakePipeline)


def _work(said: str) -> None:
    from rag.models.embedding import HashingEmbedder, PassageInput, PassageVectors, Progress
    from rag.settings import EmbeddingSettings, Settings
    from ui.intake import worker

    slow = Settings.model_validate_json(said).data_dir / SLOW

    class Slow(HashingEmbedder):
        def embed_passages(
            self, passages: Sequence[PassageInput], progress: Progress | None = None
        ) -> list[PassageVectors]:
            if slow.exists():
                slow.unlink()
                time.sleep(60)
            return super().embed_passages(passages, progress)

    def opened(_: EmbeddingSettings) -> Slow:
        return Slow()

    vars(worker)["open_embedder"] = opened
    sys.argv[1:] = [said]
    worker.main()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(Path(sys.argv[2]))
    else:
        _work(sys.argv[2])
