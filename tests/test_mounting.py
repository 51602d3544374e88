"""The chat's page comes even when building it fails at first."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from fake_pipeline import FakePipeline, write_library
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from rag.settings import load_settings
from ui.chat import mounting
from ui.server import create_app


def test_a_page_that_could_not_be_built_is_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_library(tmp_path)
    attempts = []

    async def build(_engine: object) -> tuple[Starlette, dict[str, str]]:
        attempts.append(asyncio.get_running_loop())
        if len(attempts) == 1:
            raise SystemError("not this time")
        page = Starlette(routes=[Route("/", lambda _: PlainTextResponse("</head>here"))])
        return page, {"zh": ""}

    monkeypatch.setattr(mounting, "_build", build)
    monkeypatch.setattr(mounting, "_AGAIN_SECONDS", 0.01)
    app = create_app(load_settings(tmp_path), FakePipeline)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        deadline = time.monotonic() + 20
        while "here" not in client.get("/").text and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "here" in client.get("/").text
        assert client.get("/healthz").status_code == 200
    assert len(attempts) == 2
