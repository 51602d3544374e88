"""Jobs over HTTP: listed, watched, cancelled, retried, and there again after a server's death."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import FakePipeline, IngestHere
from fastapi.testclient import TestClient

from eval.run_store import RunStore
from ingest.processes.children import environment
from rag.errors import Busy, FileMissing, IndexServerUnreachable, YoujuError
from rag.library.library import Library
from rag.settings import Settings, load_settings
from ui.cli import run
from ui.intake.jobs import Job
from ui.intake.journal import Journal
from ui.intake.queue import Intake
from ui.language.current import in_each
from ui.language.errors import in_one
from ui.server import create_app

PAGE = "{name}镇的集市\n\n{name}镇每逢初五有集市，卖竹器的摊位有46个。\n"
QUESTIONS = '{"id": "1", "question": "石桥镇有多少个摊位？", "answerable": false}\n'
HERE = Path(__file__).parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "data", server={"uploads": 3})


def opened(settings: Settings, ingester: IngestHere) -> TestClient:
    app = create_app(settings, FakePipeline, chat=False, ingester=ingester)
    return TestClient(app, base_url="http://127.0.0.1:7860")


@pytest.fixture
def client(settings: Settings, ingester: IngestHere) -> Iterator[TestClient]:
    with opened(settings, ingester) as client:
        yield client


def sent(client: TestClient, *names: str, wait: float = 0) -> Any:
    files = [("files", (f"{name}.txt", PAGE.format(name=name).encode())) for name in names]
    return client.post("/v1/articles", files=files, params={"wait": wait}).json()


def until(client: TestClient, job_id: str, *states: str) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = client.get(f"/v1/jobs/{job_id}").json()
        if job["status"] in states:
            return job
        time.sleep(0.02)
    raise AssertionError(f"{job} is not {states}")


def listed(client: TestClient, **wanted: Any) -> list[tuple[str, str]]:
    return [(job["title"], job["status"]) for job in client.get("/v1/jobs", params=wanted).json()]


def test_what_is_done_is_listed_the_latest_first_with_its_log(client: TestClient) -> None:
    assert client.get("/v1/jobs").json() == []
    first = sent(client, "石桥", wait=20)
    sent(client, "柳河", "白沙", wait=20)
    assert listed(client) == [("柳河.txt 等 2 个文件", "done"), ("石桥.txt", "done")]
    assert listed(client, limit=1) == [("柳河.txt 等 2 个文件", "done")]
    assert listed(client, active=True) == []
    job = client.get(f"/v1/jobs/{first['job_id']}").json()
    assert (job["kind"], job["share"], job["can_cancel"], job["can_retry"]) == (
        "import", 1.0, False, False,
    )  # fmt: skip
    assert [line["text"] for line in job["log"]] == [
        "收下 1 个文件",
        "开始",
        "做完了：1 个文件，存入 1 篇、1 段",
    ]


def test_a_waiting_import_is_cancelled_makes_room_and_is_retried(
    client: TestClient, ingester: IngestHere, settings: Settings
) -> None:
    ingester.hold = threading.Event()
    running, waiting, *_ = [sent(client, name) for name in ("石桥", "柳河", "白沙", "青田")]
    until(client, running["job_id"], "running")
    assert sent(client, "没有地方")["code"] == "busy"
    assert len(listed(client, active=True)) == 4
    gone = client.post(f"/v1/jobs/{waiting['job_id']}/cancel").json()
    assert (gone["status"], gone["can_retry"]) == ("cancelled", True)
    assert sent(client, "补上")["status"] == "queued"
    assert client.post(f"/v1/jobs/{waiting['job_id']}/retry").json()["code"] == "busy"
    assert client.get(f"/v1/jobs/{waiting['job_id']}").json()["status"] == "cancelled"
    ingester.hold.set()
    assert client.post(f"/v1/jobs/{waiting['job_id']}/cancel").json()["code"] == "job_over"
    until(client, running["job_id"], "done")
    while listed(client, active=True):
        time.sleep(0.02)
    again = client.post(f"/v1/jobs/{waiting['job_id']}/retry").json()
    assert again["job_id"] == waiting["job_id"]
    assert until(client, waiting["job_id"], "done")["files"][0]["status"] == "stored"
    refused = client.post(f"/v1/jobs/{waiting['job_id']}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "job_not_retryable")
    with Library.open(settings.data_dir) as library:
        assert len(library.heads()) == 5


def test_a_running_import_is_cancelled_and_the_next_one_goes_on(
    client: TestClient, ingester: IngestHere
) -> None:
    ingester.hold = threading.Event()
    running, waiting = sent(client, "石桥"), sent(client, "柳河")
    until(client, running["job_id"], "running")
    client.post(f"/v1/jobs/{running['job_id']}/cancel")
    assert client.delete(f"/v1/jobs/{running['job_id']}").json()["code"] == "job_over"
    ingester.hold.set()
    stopped = until(client, running["job_id"], "cancelled")
    assert [line["text"] for line in stopped["log"]][-2:] == ["正在取消", "已取消；存好的都在"]
    assert until(client, waiting["job_id"], "done")["passages"] == 1
    client.post(f"/v1/jobs/{running['job_id']}/retry")
    assert until(client, running["job_id"], "done")["passages"] == 1


def test_a_forgotten_job_takes_files_along_that_nothing_needs(
    client: TestClient, ingester: IngestHere, settings: Settings
) -> None:
    ingester.hold = threading.Event()
    running, waiting = sent(client, "石桥"), sent(client, "柳河")
    until(client, running["job_id"], "running")
    client.post(f"/v1/jobs/{waiting['job_id']}/cancel")
    ingester.hold.set()
    until(client, running["job_id"], "done")
    for job in (running, waiting):
        assert client.delete(f"/v1/jobs/{job['job_id']}").status_code == 204
    assert client.get("/v1/jobs").json() == []
    assert client.delete(f"/v1/jobs/{waiting['job_id']}").json()["code"] == "job_missing"
    kept = [file.name for file in (settings.data_dir / "uploads").rglob("*.txt")]
    assert kept == ["石桥.txt"]
    assert not list((settings.data_dir / "jobs").glob("*.json"))


def test_a_retry_that_finds_no_room_leaves_the_job_as_it_was(settings: Settings) -> None:
    file = settings.data_dir / "uploads" / "ab" / "柳河.txt"
    file.parent.mkdir(parents=True)
    file.write_text(PAGE.format(name="柳河"), encoding="utf-8")
    failed = Job(("柳河.txt",), (file,), done=1, passages=4, attempts=3)
    failed.begin()
    failed.end("failed", "没有做完", YoujuError())
    Journal(settings.data_dir).save(failed)
    held = IngestHere(settings)
    held.hold = threading.Event()
    intake = Intake(settings.data_dir, held, lambda: None, 1)
    intake.resume()
    running = intake.rebuild()
    while running.status == "queued":
        time.sleep(0.01)
    intake.rebuild()
    before = intake.job(failed.id).as_json()
    with pytest.raises(Busy):
        intake.retry(failed.id)
    assert intake.job(failed.id).as_json() == before
    assert before["began"] is not None
    held.hold.set()
    intake.close()


def test_a_rebuild_is_a_job(client: TestClient) -> None:
    sent(client, "石桥", wait=20)
    started = client.post("/v1/jobs", json={"kind": "rebuild"})
    assert started.status_code == 202
    job = until(client, started.json()["job_id"], "done", "failed")
    assert (job["kind"], job["title"]) == ("rebuild", "重建索引")
    told = " ".join(line["text"] for line in job["log"])
    assert ("旧数据" in told) == (job["status"] == "done")
    assert client.post("/v1/jobs", json={"kind": "import"}).status_code == 422


def test_a_correction_is_a_job_that_tells_its_article(client: TestClient) -> None:
    (article,) = sent(client, "石桥", wait=20)["files"][0]["articles"]
    said = {"title": "集市开了", "authors": "", "newspaper": "", "date": "", "page": ""}
    assert client.post(f"/library/articles/{article}/amend", json=said).status_code == 200
    latest = client.get("/v1/jobs").json()[0]
    assert (latest["kind"], latest["status"]) == ("correction", "done")
    assert latest["title"].startswith("更正《")
    assert client.post(f"/v1/jobs/{latest['job_id']}/cancel").status_code == 409
    said["date"] = "某日"
    assert client.post(f"/library/articles/{article}/amend", json=said).status_code == 422
    latest = client.get("/v1/jobs").json()[0]
    assert (latest["status"], latest["can_retry"]) == ("failed", False)
    assert latest["error"]["code"] == "correction_invalid"


def test_cancelled_imports_stay_so_over_a_restart(settings: Settings, ingester: IngestHere) -> None:
    ingester.hold = threading.Event()
    with opened(settings, ingester) as client:
        running, waiting, other = [sent(client, name) for name in ("石桥", "柳河", "白沙")]
        until(client, running["job_id"], "running")
        client.post(f"/v1/jobs/{waiting['job_id']}/cancel")
        threading.Timer(0.2, ingester.hold.set).start()
    with opened(settings, IngestHere(settings)) as client:
        assert until(client, other["job_id"], "done")["files"][0]["status"] == "stored"
        states = {job["job_id"]: job["status"] for job in client.get("/v1/jobs").json()}
        assert states[running["job_id"]] == "done"
        assert states[waiting["job_id"]] == "cancelled"
        assert len(states) == 3


def test_an_import_that_no_server_survives_waits_to_be_asked_for(
    settings: Settings, ingester: IngestHere
) -> None:
    with opened(settings, ingester) as client:
        file = settings.data_dir / "uploads" / "0123" / "石桥.txt"
        file.parent.mkdir(parents=True)
        file.write_text(PAGE.format(name="石桥"), encoding="utf-8")
        del client
    job = Job(("石桥.txt",), (file,), status="running", attempts=3)
    Journal(settings.data_dir).save(job)
    (settings.data_dir / "jobs" / "bad.json").write_text("{", encoding="utf-8")
    (settings.data_dir / "jobs" / "odd.json").write_text('{"kind": 1}', encoding="utf-8")
    with opened(settings, IngestHere(settings)) as client:
        assert listed(client) == [("石桥.txt", "interrupted")]
        assert client.post(f"/v1/jobs/{job.id}/retry").status_code == 200
        assert until(client, job.id, "done")["passages"] == 1


def test_a_disk_that_takes_no_notes_stops_no_import(
    client: TestClient, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.data_dir.mkdir(exist_ok=True)
    (settings.data_dir / "jobs").write_text("in the way")
    assert sent(client, "石桥", wait=20)["status"] == "done"
    assert any("job not noted" in one.getMessage() for one in caplog.records)


def test_the_command_line_lists_them_without_a_server(
    settings: Settings, ingester: IngestHere, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["jobs", "--data-dir", str(settings.data_dir)]) == 0
    assert "还没有任务" in capsys.readouterr().out
    with opened(settings, ingester) as client:
        sent(client, "石桥", wait=20)
    left = Job(("柳河.txt",), (settings.data_dir / "柳河.txt",), status="running")
    Journal(settings.data_dir).save(left)
    assert run(["jobs", "--data-dir", str(settings.data_dir)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("中断了" in line and "柳河.txt" in line for line in lines)
    assert any("做完了" in line and "石桥.txt" in line for line in lines)
    assert run(["jobs", "--json", "--data-dir", str(settings.data_dir)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {job["title"]: job["status"] for job in found} == {
        "柳河.txt": "interrupted",
        "石桥.txt": "done",
    }


def test_the_command_line_lists_the_evaluations_of_all_users(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    began = []
    for user in ("", "u1", "u2"):
        shelf = RunStore(settings.data_dir, user)
        kept, _ = shelf.add_set(f"集市{user}.jsonl", QUESTIONS.encode())
        began.append(shelf.begin(kept.id).id)
    assert run(["jobs", "--json", "--data-dir", str(settings.data_dir)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {job["job_id"] for job in found} == set(began)
    assert {job["title"] for job in found} >= {"评测“集市u1.jsonl”", "评测“集市u2.jsonl”"}


def test_evaluations_stand_in_the_list_and_are_taken_up_again(
    client: TestClient, settings: Settings
) -> None:
    shelf = RunStore(settings.data_dir)
    kept, _ = shelf.add_set("集市.jsonl", QUESTIONS.encode())
    run_id = shelf.begin(kept.id).id
    assert listed(client) == [("评测“集市.jsonl”", "interrupted")]
    assert client.post(f"/v1/jobs/{run_id}/cancel").json()["code"] == "job_over"
    assert client.post(f"/v1/jobs/{run_id}/retry").json()["job_id"] == run_id
    done = until(client, run_id, "done")
    assert (done["kind"], done["done"], done["total"], done["unit"]) == ("evaluation", 1, 1, "题")
    assert client.post(f"/v1/jobs/{run_id}/retry").json()["code"] == "job_not_retryable"
    assert client.delete(f"/v1/jobs/{run_id}").status_code == 204
    assert shelf.runs() == []


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


SERVER = """
import sys, time
from pathlib import Path
from fake_pipeline import FakePipeline, IngestHere
from rag.settings import load_settings
import uvicorn
from ui.language.current import in_each
from ui.language.errors import in_one
from ui.server import create_app

class Slow(IngestHere):
    def ingest(self, files, progress, collection=None):
        super().ingest(files[:2], progress, collection)
        Path(sys.argv[2]).write_text("half")
        time.sleep(60)

settings = load_settings(Path(sys.argv[1]))
app = create_app(settings, FakePipeline, chat=False, ingester=Slow(settings))
uvicorn.run(app, port=int(sys.argv[3]), log_level="error", access_log=False)
"""


def test_a_killed_servers_import_goes_on_and_stores_nothing_twice(
    settings: Settings, tmp_path: Path
) -> None:
    half, port = tmp_path / "half", free_port()
    path = {"PYTHONPATH": f"{HERE}:{HERE.parent}"}
    server = subprocess.Popen(
        [sys.executable, "-P", "-c", SERVER, str(settings.data_dir), str(half), str(port)],
        env=environment() | path,
    )
    names = ("石桥", "柳河", "白沙", "青田")
    files = [("files", (f"{name}.txt", PAGE.format(name=name).encode())) for name in names]
    address = f"http://127.0.0.1:{port}/v1"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                job = httpx.post(f"{address}/articles?wait=0", files=files, timeout=30).json()
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        while not half.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    noted = json.loads((settings.data_dir / "jobs" / f"{job['job_id']}.json").read_text())
    assert noted["status"] == "running"
    with opened(settings, IngestHere(settings)) as client:
        done = until(client, job["job_id"], "done")
        assert [file["status"] for file in done["files"]] == [
            "unchanged", "unchanged", "stored", "stored",
        ]  # fmt: skip
        told = [line["text"] for line in done["log"]]
        assert told.index("服务停了，任务中断") < told.index("服务重新启动，接着做")
        assert len(client.get("/v1/articles").json()) == 4
        assert len(client.get("/v1/jobs").json()) == 1


def test_what_is_stored_counts_as_done_though_its_index_is_away(
    settings: Settings, ingester: IngestHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: FakePipeline) -> None:
        raise IndexServerUnreachable(url="http://milvus:19530", reason="away")

    with opened(settings, ingester) as client:
        client.get("/v1/ready")
        monkeypatch.setattr(FakePipeline, "refresh", away)
        job = sent(client, "石桥", wait=20)
        assert (job["status"], job["files"][0]["status"]) == ("done", "stored")
        assert "索引稍后跟上" in " ".join(line["text"] for line in job["log"])
        article_id = job["files"][0]["articles"][0]
        assert client.delete(f"/v1/articles/{article_id}").status_code < 300


def test_why_a_job_failed_and_what_to_do_are_two_sentences(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for error in (FileMissing(file="石桥.txt"), Busy()):
        job = Job(("石桥.txt",), (Path("石桥.txt"),), status="failed", error=error)
        Journal(settings.data_dir).save(job)
    assert run(["jobs", "--data-dir", str(settings.data_dir)]) == 0
    told = capsys.readouterr().out
    assert "    找不到文件：石桥.txt。请检查路径是否写对。\n" in told
    assert f"    {Busy().message_zh}{Busy().hint_zh}\n" in told


def test_in_english_a_space_stands_between_them() -> None:
    told = in_each(lambda: in_one("File not found: a.txt", "Check it."))
    assert told["en"] == "File not found: a.txt. Check it."
    assert in_each(lambda: in_one("It is full.", "Wait."))["en"] == "It is full. Wait."
