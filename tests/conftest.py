"""Fixtures for every test: no network beyond this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from browsing import Server
    from fake_pipeline import IngestHere
    from fastapi.testclient import TestClient
    from scripted_endpoint import Endpoint
    from team import Team

    from rag.pipeline import Pipeline
    from rag.settings import Settings

SLOW = {
    "test_bad_files",
    "test_bad_packages",
    "test_bundled_model",
    "test_calibrating",
    "test_conversation",
    "test_corrections",
    "test_durability",
    "test_embedding",
    "test_every_page",
    "test_failing_disk",
    "test_fetching",
    "test_growth",
    "test_hostile_folder",
    "test_hostile_uploads",
    "test_index_stores",
    "test_kill_rounds",
    "test_killed_evaluations",
    "test_library_machine",
    "test_loading",
    "test_jobs",
    "test_mcp",
    "test_milvus",
    "test_models_command",
    "test_named_models",
    "test_named_pipelines",
    "test_office_formats",
    "test_openapi_schema",
    "test_other_writers",
    "test_packaging",
    "test_ray_ingest",
    "test_safety",
    "test_sandbox",
    "test_slips",
    "test_stirred_pages",
    "test_stitching",
    "test_uploads",
    "test_web_pages",
    "test_word",
    "test_workbooks",
}
"""Files that start other programs, read many files or measure growth: most of the time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-fast` leaves out."""
    stems = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    assert stems >= SLOW, f"gone: {SLOW - stems}"
    for item in items:
        if item.path.stem in SLOW:
            item.add_marker(pytest.mark.slow)


class OutsideWorldError(AssertionError):
    """A test tried to leave the machine."""


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host = str(address[0])
    try:
        return ipaddress.ip_address(host.split("%", 1)[0]).is_loopback
    except ValueError:
        return host in {"localhost", ""}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from browsing import open_browser

    with open_browser() as browser:
        yield browser


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory with an article on a bridge and one on tea."""
    from pages import BRIDGE, TEA, ingest_into, write

    ingest_into(tmp_path / "data", write(tmp_path / "in", bridge=BRIDGE, tea=TEA))
    return tmp_path / "data"


@pytest.fixture
def pipeline(data_dir: Path) -> Iterator[Pipeline]:
    """What answers from it."""
    from pages import pipeline_over

    made = pipeline_over(data_dir)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a data directory that is not there yet."""
    from rag.settings import load_settings

    return load_settings(tmp_path / "data")


@pytest.fixture
def ingester(settings: Settings) -> IngestHere:
    """Stores uploads in this process."""
    from fake_pipeline import IngestHere

    return IngestHere(settings)


@pytest.fixture
def client(settings: Settings, ingester: IngestHere) -> Iterator[TestClient]:
    """A server for a program, with uploads and a fake that answers."""
    from fake_pipeline import FakePipeline
    from fastapi.testclient import TestClient

    from ui.server import create_app

    app = create_app(settings, FakePipeline, chat=False, ingester=ingester)
    with TestClient(app, base_url="http://127.0.0.1:7860") as made:
        yield made


@pytest.fixture
def server(settings: Settings, ingester: IngestHere) -> Iterator[Server]:
    """A server for a browser, with uploads and a fake that answers."""
    from browsing import Server
    from fake_pipeline import FakePipeline

    with Server(settings, FakePipeline, chat=False, ingester=ingester) as made:
        yield made


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A model elsewhere that says what a test tells it to."""
    from scripted_endpoint import scripted

    with scripted() as made:
        yield made


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny reader of each kind, and a reranker."""
    from tiny_models import READERS, save_reranker

    root = tmp_path_factory.mktemp("models")
    return {kind: save(root / kind) for kind, save in READERS.items()} | {
        "reranker": save_reranker(root / "reranker")
    }


@pytest.fixture
def served_team(tmp_path: Path) -> Iterator[Team]:
    """A server with a user of each role."""
    from team import team

    with team(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection, datagram and look-up that is not loopback."""
    refused: list[Any] = []

    def guarded(name: str) -> Any:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *args: Any) -> Any:
            address = args[-1] if args else None
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address):
                refused.append(address)
                raise OutsideWorldError(f"{name} to {address}")
            return original(self, *args)

        return call

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_loopback((host,)):
            refused.append(host)
            raise OutsideWorldError(f"look-up of {host}")
        return real_look_up(host, *args, **kwargs)

    real_look_up = socket.getaddrinfo
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield
    assert not refused, f"tried to leave the machine: {refused}"
