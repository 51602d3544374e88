"""Imports outlast whoever else writes: a command beside the server, or what a dead server left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import FakePipeline, IngestHere
from fastapi.testclient import TestClient
from killed_servers import SLOW, process

from rag.errors import LibraryBusy
from rag.library.library import Library
from rag.library.storage import WriteLock
from rag.settings import Settings, load_settings
from ui.intake import patience
from ui.intake.jobs import Job
from ui.intake.journal import Journal
from ui.server import create_app

PAGE = "{name}镇的集市\n\n{name}镇每逢初五有集市，卖竹器的摊位有46个。\n"
AWAITED = "另一个程序正在写文章库，等它写完"
REFUSED = ("图.pdf", b"%PDF-1.7 and no more")


def until(seconds: float, found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return value


def test_a_killed_servers_import_goes_on_in_the_next_one_at_once(tmp_path: Path) -> None:
    """The worker that it leaves in the midst of a batch, with the library in its hands, ends."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / SLOW).touch()
    files = [("files", ("石桥.txt", PAGE.format(name="石桥").encode()))]
    with process(data_dir) as here:
        job = httpx.post(f"{here}/v1/articles?wait=0", files=files, timeout=30).json()["job_id"]
        until(60, lambda: not (data_dir / SLOW).exists())
        with pytest.raises(LibraryBusy):
            WriteLock(data_dir / "write.lock", patience=0.0).acquire()
    with process(data_dir) as here:
        ended = until(
            30,
            lambda: (now := httpx.get(f"{here}/v1/jobs/{job}", timeout=30).json())["ended"] and now,
        )
        assert (ended["status"], ended["files"][0]["status"]) == ("done", "stored"), ended["log"]
    with Library.open(data_dir) as library:
        assert len(library.heads()) == 1


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "data")


@pytest.fixture
def client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(WriteLock.__init__, "__defaults__", (0.0,))
    monkeypatch.setattr(patience, "_PAUSE", 0.02)
    app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def sent(client: TestClient, *names: str) -> Any:
    files = [("files", (f"{name}.txt", PAGE.format(name=name).encode())) for name in names]
    return client.post("/v1/articles", files=files, params={"wait": 0}).json()["job_id"]


def job_of(client: TestClient, job_id: str) -> Any:
    return client.get(f"/v1/jobs/{job_id}").json()


def test_an_import_waits_for_another_writer_and_says_so(
    client: TestClient, settings: Settings
) -> None:
    other = WriteLock(settings.data_dir / "write.lock").acquire()
    job = sent(client, "石桥")
    waiting = until(20, lambda: (now := job_of(client, job))["awaiting"] and now)
    assert (waiting["status"], waiting["awaiting"]) == (
        "running",
        AWAITED,
    )
    assert client.get("/v1/jobs").json()[0]["awaiting"]
    other.release()
    done = until(20, lambda: (now := job_of(client, job))["ended"] and now)
    assert (done["status"], done["awaiting"], done["passages"]) == ("done", None, 1)
    assert AWAITED in [line["text"] for line in done["log"]]


def test_who_waits_for_another_writer_can_be_cancelled(
    client: TestClient, settings: Settings
) -> None:
    other = WriteLock(settings.data_dir / "write.lock").acquire()
    job = sent(client, "石桥")
    until(20, lambda: job_of(client, job)["awaiting"])
    client.post(f"/v1/jobs/{job}/cancel")
    assert until(20, lambda: job_of(client, job)["ended"] and job_of(client, job))["can_retry"]
    other.release()


def test_nobody_is_waited_for_for_ever(settings: Settings) -> None:
    held = patience.Patience(lambda _: None, lambda: False, longest=0.1)

    def busy() -> None:
        raise LibraryBusy(path=settings.data_dir)

    with pytest.raises(LibraryBusy):
        held.outlast(Job(), busy)
    job = Job()
    assert held.outlast(job, lambda: 7) == 7
    assert not job.awaiting


def test_an_import_whose_only_file_is_refused_has_failed_and_says_why(
    client: TestClient, settings: Settings
) -> None:
    reply = client.post("/v1/articles", files=[("files", REFUSED)], params={"wait": 20})
    assert reply.status_code == 422
    (listed,) = client.get("/v1/jobs").json()
    assert (listed["status"], listed["refused"], listed["total"]) == ("failed", 1, 1)
    assert listed["error"] == reply.json()
    whole = job_of(client, listed["job_id"])
    assert whole["files"][0]["error"] == reply.json()
    assert whole["log"][-1]["text"] == "没有收下：文件没能读入"
    assert not list((settings.data_dir / "uploads").rglob("*.pdf"))


def test_of_several_files_each_has_its_reason(client: TestClient) -> None:
    other = ("另一份.pdf", b"%PDF-1.4 nor here")
    good = ("石桥.txt", PAGE.format(name="石桥").encode())
    for files, status, refused in (((REFUSED, other), "failed", 2), ((REFUSED, good), "done", 1)):
        reply = client.post(
            "/v1/articles", files=[("files", one) for one in files], params={"wait": 20}
        )
        assert reply.status_code == 200
        said = reply.json()
        assert (said["status"], said["refused"]) == (status, refused)
        assert said["files"][0]["error"]["code"] in {"parse_failed", "parse_timeout"}
    codes = [job["error"] and job["error"]["code"] for job in client.get("/v1/jobs").json()]
    assert codes == [None, "nothing_stored"]


def test_a_job_that_is_cancelled_says_that_it_stops(settings: Settings) -> None:
    ingester = IngestHere(settings)
    ingester.hold = threading.Event()
    app = create_app(settings, FakePipeline, chat=False, ingester=ingester)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        job = sent(client, "石桥")
        until(20, lambda: job_of(client, job)["status"] == "running")
        for _ in range(2):
            said = client.post(f"/v1/jobs/{job}/cancel").json()
            assert (said["status"], said["stopping"], said["can_cancel"]) == (
                "running",
                True,
                False,
            )
        noted = next(one for one in Journal(settings.data_dir).load() if one.id == job)
        assert noted.stopping
        ingester.hold.set()
        ended = until(20, lambda: (now := job_of(client, job))["ended"] and now)
        assert (ended["status"], ended["stopping"], ended["can_retry"]) == (
            "cancelled",
            False,
            True,
        )


def test_what_was_being_stopped_does_not_go_on_after_a_kill(settings: Settings) -> None:
    file = settings.data_dir / "uploads" / "ab" / "石桥.txt"
    file.parent.mkdir(parents=True)
    file.write_text(PAGE.format(name="石桥"), encoding="utf-8")
    job = Job(("石桥.txt",), (file,), status="running", stopping=True)
    Journal(settings.data_dir).save(job)
    app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        until(20, lambda: job_of(client, job.id)["ended"])
        assert [one["status"] for one in client.get("/v1/jobs").json()] == ["cancelled"]
