"""Files over HTTP: stored, told of, removed; limits; what an interruption leaves."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from fake_pipeline import FakePipeline, IngestHere
from fastapi.testclient import TestClient
from sent_files import PAGE, kept_files, sent

from rag.errors import IngestBroken
from rag.library.backup import back_up, restore
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.settings import Settings, load_settings
from rag.settings.catalogue import catalogue
from ui.api.articles import MOST_FILES
from ui.intake.child import ChildIngester
from ui.intake.uploads import (
    FOLDER,
    keep,
    remember_collection,
    remembered_collection,
    unread,
)
from ui.logs import JsonLines
from ui.server import create_app

QUESTION = {"question": "石桥镇集市卖竹器的摊位有多少个？"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "data", server={"upload_limit_mb": 1, "uploads": 2})


def test_an_article_over_http_says_the_cells_of_its_rows(client: TestClient) -> None:
    table = "# 值班电话\n\n值班电话见下表。\n\n站点 | 电话\n--- | ---\n红岩站 | 5550103\n柳湾站 |\n"
    (file,) = sent(client, ("电话.md", table.encode())).json()["files"]
    before, first, second = client.get(f"/v1/articles/{file['articles'][0]}").json()["paragraphs"]
    assert before["cells"] == []
    assert [(cell["name"], cell["text"]) for cell in first["cells"]] == [
        ("站点", "红岩站"),
        ("电话", "5550103"),
    ]
    assert second["cells"][1] | {"start": 0, "end": 0} == {
        "name": "电话",
        "text": "",
        "start": 0,
        "end": 0,
    }
    for paragraph in (first, second):
        for cell in paragraph["cells"]:
            assert paragraph["text"][cell["start"] : cell["end"]] == cell["text"]


def test_an_upload_answers_questions_until_it_is_removed(
    client: TestClient, settings: Settings
) -> None:
    response = sent(client, ("集市.txt", PAGE.encode()))
    assert response.status_code == 200
    (file,) = response.json()["files"]
    assert (file["file"], file["status"], file["error"]) == ("集市.txt", "stored", None)
    (article_id,) = file["articles"]
    answer = client.post("/v1/ask", json=QUESTION).json()
    assert answer["citations"][0]["article_id"] == article_id
    assert answer["citations"][0]["source"]["file"] == "集市.txt"
    assert client.get(f"/v1/jobs/{response.json()['job_id']}").json() == response.json()

    assert client.delete(f"/v1/articles/{article_id}").status_code == 204
    assert client.get("/v1/articles").json() == []
    assert client.post("/v1/ask", json=QUESTION).json()["status"] == "refused"
    assert client.delete(f"/v1/articles/{article_id}").json()["code"] == "article_missing"
    assert len(kept_files(settings)) == 1  # for as long as it can come back
    assert client.post("/v1/bin/purge", json={}).json() == {"purged": [article_id]}
    assert kept_files(settings) == []


def test_the_same_bytes_are_stored_once(client: TestClient, settings: Settings) -> None:
    first = sent(client, ("集市.txt", PAGE.encode())).json()["files"][0]
    again = sent(client, ("集市.txt", PAGE.encode())).json()["files"][0]
    renamed = sent(client, ("别名.txt", PAGE.encode())).json()["files"][0]
    assert again["status"] == renamed["status"] == "unchanged"
    assert renamed["duplicate_of"] == "集市.txt"
    assert first["articles"] == again["articles"] == renamed["articles"]
    assert [file.name for file in kept_files(settings)] == ["集市.txt"]


def test_files_of_one_name_do_not_meet(client: TestClient) -> None:
    other = PAGE.replace("石桥镇", "柳河镇").encode()
    response = sent(client, ("集市.txt", PAGE.encode()), ("集市.txt", other)).json()
    assert [file["status"] for file in response["files"]] == ["stored", "stored"]
    assert len(client.get("/v1/articles").json()) == 2


def test_one_bad_file_fails_and_of_several_only_itself(
    client: TestClient, settings: Settings
) -> None:
    alone = sent(client, ("空.txt", b" \n"))
    assert (alone.status_code, alone.json()["code"]) == (422, "empty_document")
    several = sent(client, ("图.pdf", b"\x89PNG\r\n\x1a\n"), ("集市.txt", PAGE.encode()))
    assert several.status_code == 200
    bad, good = several.json()["files"]
    assert (bad["status"], bad["error"]["code"]) == ("failed", "type_mismatch")
    assert good["status"] == "stored"
    assert [file.name for file in kept_files(settings)] == ["集市.txt"]


def test_slow_work_is_polled_and_too_much_of_it_refused(
    client: TestClient, settings: Settings, ingester: IngestHere
) -> None:
    ingester.hold = threading.Event()
    pages = [PAGE.replace("石桥镇", f"第{n}镇").encode() for n in range(5)]
    accepted = [sent(client, (f"{n}.txt", page), wait=0.2) for n, page in enumerate(pages)]
    assert [response.status_code for response in accepted] == [202, 202, 202, 503, 503]
    assert accepted[3].json()["code"] == "busy"
    assert int(accepted[3].headers["retry-after"]) > 0
    assert len(kept_files(settings)) == 3
    running, waiting = (client.get(accepted[n].headers["location"]).json() for n in (0, 1))
    assert (running["status"], waiting["status"]) == ("running", "queued")
    ingester.hold.set()
    done = poll(client, accepted[2].headers["location"])
    assert done["files"][0]["status"] == "stored"
    assert client.get("/v1/jobs/nope").json()["code"] == "job_missing"


def poll(client: TestClient, place: str) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = client.get(place).json()
        if job["status"] in {"done", "failed"}:
            return job
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def test_what_an_ended_server_had_taken_is_stored_by_the_next(
    settings: Settings, ingester: IngestHere
) -> None:
    ingester.hold = threading.Event()
    app = create_app(settings, FakePipeline, chat=False, ingester=ingester)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        sent(client, ("先.txt", PAGE.encode()), wait=0)
        sent(client, ("后.txt", PAGE.replace("石桥镇", "柳河镇").encode()), wait=0)
        threading.Timer(0.2, ingester.hold.set).start()
    with TestClient(
        create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings)),
        base_url="http://127.0.0.1",
    ) as client:
        deadline = time.monotonic() + 60
        while len(client.get("/v1/articles").json()) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert {item["file"] for item in client.get("/v1/articles").json()} == {"先.txt", "后.txt"}


def test_uploads_are_known_to_their_library_in_another_folder_too(
    client: TestClient, settings: Settings, tmp_path: Path
) -> None:
    sent(client, ("集市.txt", PAGE.encode()))
    made = back_up(settings.data_dir, tmp_path / "b.zip")
    there = load_settings(tmp_path / "second")
    restore(there.data_dir, made.file)
    assert unread(there.data_dir) == []
    later = keep(there.data_dir, "后.txt", io.BytesIO(b"later"))
    renamed = keep(there.data_dir, "别名.txt", io.BytesIO(PAGE.encode()))
    assert set(unread(there.data_dir)) == {later, renamed}
    later.unlink()
    renamed.unlink()
    app = create_app(there, FakePipeline, chat=False, ingester=IngestHere(there))
    with TestClient(app, base_url="http://127.0.0.1:7860") as second:
        again = sent(second, ("集市.txt", PAGE.encode())).json()["files"][0]
        assert again["status"] == "unchanged"
        (kept,) = kept_files(there)
        assert kept.read_text(encoding="utf-8") == PAGE
        second.delete(f"/v1/articles/{again['articles'][0]}")
        assert len(kept_files(there)) == 1
        second.post("/v1/bin/purge", json={})
        assert (kept_files(there), len(kept_files(settings))) == ([], 1)


def test_what_nobody_foresaw_fails_one_upload_only(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(PAGE)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(HashingEmbedder, "embed_passages", broken)
        response = sent(client, ("集市.txt", PAGE.encode()))
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    (bug,) = [record for record in caplog.records if record.message == "unforeseen"]
    line = JsonLines().format(bug)
    assert "RuntimeError" in line
    assert "石桥镇" not in line
    (file,) = sent(client, ("集市.txt", PAGE.encode())).json()["files"]
    assert file["status"] == "stored"


def test_what_nobody_foresaw_fails_one_removal_only(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = sent(client, ("集市.txt", PAGE.encode())).json()["files"]
    place = f"/v1/articles/{file['articles'][0]}"

    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Library, "remove", broken)
        response = client.delete(place)
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert client.delete(place).status_code == 204


@pytest.mark.model
def test_no_secret_stands_on_a_command_line(settings: Settings, tmp_path: Path) -> None:
    page = tmp_path / "集市.txt"
    page.write_text(PAGE, encoding="utf-8")
    given = settings.model_dump()
    secrets = [one for one in catalogue().values() if one.secret]
    assert {one.key for one in secrets} >= {"server.token", "chooser.key"}
    for one in secrets:
        given[one.group][one.key.rpartition(".")[2]] = f"secret-{one.group}"
    given["chooser"] |= {"url": "http://127.0.0.1:9/v1", "model": "m"}
    ingester = ChildIngester(Settings.model_validate(given))
    shown: list[str] = []

    def look(done: int, total: int, passages: int, share: float = 0.0) -> None:
        shown.extend(psutil.Process(ingester.process_id).cmdline())

    (result,) = ingester.ingest([page], look)
    ingester.rest()
    assert result.status == "stored"
    assert "ui.intake.worker" in shown
    assert "secret-" not in " ".join(shown)


def test_a_reading_process_that_dies_fails_its_job_only(settings: Settings, tmp_path: Path) -> None:
    page = tmp_path / "集市.txt"
    page.write_text(PAGE, encoding="utf-8")
    ingester = ChildIngester(settings)

    def kill(done: int, total: int, passages: int, share: float = 0.0) -> None:
        assert ingester.process_id
        os.kill(ingester.process_id, signal.SIGKILL)

    with pytest.raises(IngestBroken):
        ingester.ingest([page], kill)
    (result,) = ingester.ingest([page], lambda *_: None)
    assert (result.status, result.passages) == ("stored", 1)
    ingester.rest()
    assert ingester.process_id is None


def test_other_sites_cannot_upload_or_remove(client: TestClient) -> None:
    evil = {"origin": "https://evil.example"}
    files = {"files": ("a.txt", PAGE.encode())}
    assert client.post("/v1/articles", files=files, headers=evil).status_code == 403
    assert client.delete("/v1/articles/x", headers=evil).status_code == 403


def note_of(settings: Settings, file: Path) -> str | None:
    return remembered_collection(settings.data_dir / FOLDER / file.parent.name / file.name)


def test_uploads_that_found_no_room_at_a_start_keep_their_collection(
    settings: Settings, ingester: IngestHere
) -> None:
    """More than the queue holds: the next start that has room reads the rest."""
    kept = []
    for n in range(6):
        file = io.BytesIO(PAGE.replace("石桥镇", f"第{n}镇").encode())
        kept.append(keep(settings.data_dir, f"{n}.txt", file))
    remember_collection(kept, "集镇")
    ingester.hold = threading.Event()
    app = create_app(settings, FakePipeline, chat=False, ingester=ingester)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert [note_of(settings, file) for file in kept] == ["集镇"] * 6
        again = sent(client, ("0.txt", PAGE.replace("石桥镇", "第0镇").encode()), wait=0)
        assert again.status_code == 503
        assert [file for file in kept if file.exists()] == kept
        ingester.hold.set()
    while left := unread(settings.data_dir):
        app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
        with TestClient(app, base_url="http://127.0.0.1"):
            deadline = time.monotonic() + 60
            while len(unread(settings.data_dir)) == len(left):
                assert time.monotonic() < deadline
                time.sleep(0.05)
    with Library.open(settings.data_dir) as library:
        assert {one.collection for one in library.heads()} == {"集镇"}
        assert len(library.heads()) == 6
    assert not list((settings.data_dir / FOLDER).glob("*.collection"))


def test_the_same_bytes_sent_when_there_is_no_room_leave_those_taken_before(
    client: TestClient, settings: Settings, ingester: IngestHere
) -> None:
    ingester.hold = threading.Event()
    pages = [(f"{n}.txt", PAGE.replace("石桥镇", f"第{n}镇").encode()) for n in range(3)]
    wanted: dict[str, Any] = {"data": {"collection": "集镇"}, "params": {"wait": 0.2}}
    taken = [
        client.post("/v1/articles", files=[("files", (name, io.BytesIO(page)))], **wanted)
        for name, page in pages
    ]
    (last,) = (file for file in kept_files(settings) if file.name == "2.txt")
    for collection in ("别处", ""):
        part = [("files", ("2.txt", io.BytesIO(pages[2][1])))]
        again = client.post("/v1/articles", files=part, data={"collection": collection})
        assert again.status_code == 503
        assert last.exists()
        assert note_of(settings, last) == "集镇"
    ingester.hold.set()
    for response in taken:
        assert poll(client, response.headers["location"])["status"] == "done"
    assert [one["collection"] for one in client.get("/v1/articles").json()] == ["集镇"] * 3


def test_more_files_than_are_taken_at_once_are_told_so(client: TestClient) -> None:
    for count in (MOST_FILES + 1, MOST_FILES + 20):
        files = [("files", (f"{n}.md", b"# x")) for n in range(count)]
        refused = client.post("/v1/articles", files=files)
        told = refused.json()
        assert (refused.status_code, told["code"]) == (400, "too_many_files")
        assert str(MOST_FILES) in told["message_zh"]
        assert told["hint"]
    broken = {"content-type": "multipart/form-data; boundary=b"}
    other = client.post("/v1/articles", content=b"no form", headers=broken)
    assert (other.status_code, other.json()["code"]) == (400, "malformed_body")


def test_a_refused_file_sent_twice_has_its_own_reason_both_times(
    client: TestClient, settings: Settings, ingester: IngestHere
) -> None:
    ingester.hold = threading.Event()
    bad = ("坏.pdf", b"\x89PNG\r\n\x1a\n")
    pages = [(f"{n}.txt", PAGE.replace("石桥镇", f"第{n}镇").encode()) for n in range(4)]
    taken = [sent(client, bad, *pages, wait=0.2), sent(client, bad, wait=0.2)]
    assert [response.status_code for response in taken] == [202, 202]
    ingester.hold.set()
    for response in taken:
        job = poll(client, response.headers["location"])
        assert job["files"][0]["error"]["code"] == "type_mismatch"
    assert "坏.pdf" not in {file.name for file in kept_files(settings)}


def test_a_file_sent_again_while_it_is_refused_stays_for_its_own_job(
    client: TestClient, settings: Settings, ingester: IngestHere
) -> None:
    """It is on disk, its job not yet queued, when the first job ends."""
    ingester.hold = threading.Event()
    bad = ("坏.pdf", b"\x89PNG\r\n\x1a\n")
    first = sent(client, bad, wait=0.2)
    time.sleep(0.05)  # the file system's clock ticks
    again = keep(settings.data_dir, bad[0], io.BytesIO(bad[1]))
    ingester.hold.set()
    poll(client, first.headers["location"])
    assert again.is_file()
    second = sent(client, bad)
    assert second.json()["code"] == "type_mismatch"
    assert not again.exists()


def test_no_message_says_where_the_server_keeps_a_file(
    client: TestClient, settings: Settings, ingester: IngestHere
) -> None:
    ingester.hold = threading.Event()
    response = sent(client, ("集市.txt", PAGE.encode()), wait=0.2)
    (file,) = kept_files(settings)
    file.unlink()
    ingester.hold.set()
    poll(client, response.headers["location"])
    told = client.get(response.headers["location"])
    assert told.json()["files"][0]["error"]["code"] == "file_missing"
    assert "找不到文件：集市.txt" in told.text
    assert FOLDER not in told.text
    assert str(settings.data_dir) not in told.text
