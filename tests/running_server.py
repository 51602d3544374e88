"""A server as `youju serve` runs it, who asks it, and who took its port."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fake_pipeline import FakePipeline

from ingest.processes.children import command, environment
from rag.data_model.answers import Answer
from rag.settings import Settings, load_settings
from ui import server as ui_server
from ui.cli import run
from ui.listening import listen, url_of
from ui.running import FILE, Announced
from ui.server import create_app

QUESTION = "灯塔岛风电场有多少台风机？"


@contextmanager
def serving(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    opener: Callable[[Settings], FakePipeline] = FakePipeline,
    **server: Any,
) -> Iterator[str]:
    """A server as `youju serve` runs it, on a thread; gives its address once it is ready."""
    settings = load_settings(data, server={"port": 0, **server})
    with listening(settings, monkeypatch, opener) as url:
        shown = f"Bearer {settings.server.token or '-'}".encode()
        until = time.monotonic() + 30
        while (
            httpx.get(f"{url}/readyz", headers={b"Authorization": shown}, timeout=20).status_code
            != 200
        ):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield url


@contextmanager
def listening(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    opener: Callable[[Settings], FakePipeline] = FakePipeline,
) -> Iterator[str]:
    """The same as soon as it listens; its address begins with https where it has a certificate."""
    servers: list[uvicorn.Server] = []
    real = uvicorn.Server

    def remembered(config: uvicorn.Config) -> uvicorn.Server:
        servers.append(real(config))
        return servers[-1]

    monkeypatch.setattr(uvicorn, "Server", remembered)
    monkeypatch.setattr(ui_server, "create_app", lambda *a, **k: create_app(*a, **k, chat=False))
    bound = listen(settings.server)
    url = url_of(bound, safe=settings.server.certfile is not None)
    thread = threading.Thread(target=ui_server.serve, args=(settings, bound, opener))
    thread.start()
    try:
        yield url
    finally:
        servers[0].should_exit = True
        thread.join(30)


def asked(capsys: pytest.CaptureFixture[str], *options: str) -> Answer:
    assert run(["ask", QUESTION, "--json", *options]) == 0
    return Answer.model_validate_json(capsys.readouterr().out)


class Stranger(BaseHTTPRequestHandler):
    """Took the port of a server that is gone, and hears what it is asked."""

    heard: list[str] = []  # noqa: RUF012 - one a test

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self._reply({"status": "ready", "proof": "0" * 64})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.heard.append(self.rfile.read(length).decode() + str(self.headers))
        self._reply({})

    def _reply(self, record: dict[str, str]) -> None:
        body = json.dumps(record).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def announce(data: Path, **changed: str) -> Announced:
    told = Announced("http://127.0.0.1:9", "k" * 43, str(data.resolve()))
    told = replace(told, **changed)
    (data / FILE).write_text(json.dumps(asdict(told)), encoding="utf-8")
    return told


def healthy(data: Path) -> tuple[int, str]:
    """What `python -m ui.health` ends with, and says."""
    made = environment() | {"YOUJU_DATA_DIR": str(data)}
    done = subprocess.run(
        command("ui.health"),
        env=made,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout.strip()
