"""Files over HTTP: stored, told of, removed; limits; what an interruption leaves."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_pipeline import FakePipeline, IngestHere
from fastapi.testclient import TestClient

from rag.errors import IngestBroken
from rag.library.backup import back_up, restore
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.settings import Settings, load_settings
from ui.intake.child import ChildIngester
from ui.intake.uploads import FOLDER, keep, safe_name, unread
from ui.logs import JsonLines
from ui.server import create_app

PAGE = "石桥镇的集市\n\n石桥镇每逢初五有集市，卖竹器的摊位有46个。\n\n集市散得早，中午就收摊了。\n"
QUESTION = {"question": "石桥镇集市卖竹器的摊位有多少个？"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "data", server={"upload_limit_mb": 1, "uploads": 2})


@pytest.fixture
def ingester(settings: Settings) -> IngestHere:
    return IngestHere(settings)


@pytest.fixture
def client(settings: Settings, ingester: IngestHere) -> Iterator[TestClient]:
    app = create_app(settings, FakePipeline, chat=False, ingester=ingester)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def sent(client: TestClient, *files: tuple[str, bytes], wait: float = 20) -> Any:
    parts = [("files", (name, io.BytesIO(content))) for name, content in files]
    return client.post("/v1/articles", files=parts, params={"wait": wait})


def kept_files(settings: Settings) -> list[Path]:
    return [file for file in (settings.data_dir / FOLDER).rglob("*") if file.is_file()]


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
    assert kept_files(settings) == []
    assert client.delete(f"/v1/articles/{article_id}").json()["code"] == "article_missing"


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


HOSTILE_NAMES = [
    "../../etc/passwd.txt", "..\\..\\boot.txt", "/abs/x.txt", "nul\0l.txt", "长" * 300 + ".txt",
    "\u202egnp.txt", "con.txt", ".", "..", ".txt", "a" * 300, "x.txt/", "<img src=x>.txt",
    "$(id).txt", "%2e%2e%2f.txt", "a\nb.txt", " .txt", "-rf.txt", "~root.txt", "\ufeff.txt",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_no_name_leads_out_of_its_folder(name: str, tmp_path: Path) -> None:
    safe = safe_name(name)
    assert safe not in {"", ".", ".."}
    assert not set(safe) & set("/\\\0\n")
    assert len(safe.encode()) <= 220
    (tmp_path / safe).write_text("x")
    assert [file.name for file in tmp_path.iterdir()] == [safe]


@pytest.mark.parametrize("name", ["../../逃.txt", "\u202e翻.txt", "<b>粗.txt", "长" * 300 + ".txt"])
def test_hostile_names_are_stored_and_shown_tame(
    client: TestClient, settings: Settings, name: str
) -> None:
    (file,) = sent(client, (name, PAGE.encode())).json()["files"]
    assert file["status"] == "stored"
    assert not set(file["file"]) & {"/", "\u202e", "<"}
    inside = settings.data_dir / FOLDER
    assert all(kept.is_relative_to(inside) for kept in kept_files(settings))
    assert set(settings.data_dir.parent.iterdir()) == {settings.data_dir}


def test_too_much_is_refused_by_its_declared_size(client: TestClient, settings: Settings) -> None:
    response = sent(client, ("大.txt", b"x" * (2 << 20)))
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert kept_files(settings) == []


def test_too_much_is_refused_while_it_arrives(client: TestClient, settings: Settings) -> None:
    """Nothing declares a size here: the bytes are counted, and reading stops at the limit."""
    drawn = 0

    def body() -> Iterator[bytes]:
        nonlocal drawn
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        for _ in range(64):
            drawn += 1
            yield b"x" * (1 << 16)
        yield b"\r\n--b--\r\n"

    headers = {"content-type": "multipart/form-data; boundary=b"}
    response = client.post("/v1/articles", content=body(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert kept_files(settings) == []


def test_long_bodies_of_other_routes_are_refused(client: TestClient) -> None:
    def body() -> Iterator[bytes]:
        yield b'{"question": "'
        for _ in range(48):
            yield b"x" * (1 << 16)
        yield b'"}'

    response = client.post("/v1/ask", content=body(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


FORMS: list[tuple[str, bytes, int]] = [
    ("multipart/form-data", b"", 400),
    ("multipart/form-data; boundary=b", b"", 422),
    ("multipart/form-data; boundary=b", b"nonsense", 400),
    ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n", 400),
    ("multipart/form-data; boundary=b",
     b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n', 422),
    ("multipart/form-data; boundary=" + "b" * 5000, b"--b", 400),
    ("application/x-www-form-urlencoded", b"files=x&" * 100, 400),
    ("application/x-www-form-urlencoded", b"files=x", 422),
    ("application/json", b"{}", 422),
    ("text/plain; charset=utf-7", b"x", 422),
    ("multipart/form-data; boundary=b", b"".join(
        b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % n for n in range(50)
    ) + b"--b--\r\n", 400),
    ("multipart/form-data; boundary=b", b"".join(
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="%d.txt"\r\n\r\nx\r\n' % n
        for n in range(150)
    ) + b"--b--\r\n", 400),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "status"), FORMS, ids=range(len(FORMS)))
def test_hostile_forms_are_refused_at_once(
    client: TestClient, settings: Settings, kind: str, body: bytes, status: int
) -> None:
    begun = time.monotonic()
    response = client.post("/v1/articles", content=body, headers={"content-type": kind})
    assert response.status_code == status, response.text
    assert set(response.json()) == {"code", "message_zh", "hint"}
    assert time.monotonic() - begun < 2
    assert kept_files(settings) == []


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
    deadline = time.monotonic() + 20
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
        deadline = time.monotonic() + 10
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
def test_a_reading_process_that_dies_fails_its_job_only(settings: Settings, tmp_path: Path) -> None:
    page = tmp_path / "集市.txt"
    page.write_text(PAGE, encoding="utf-8")
    ingester = ChildIngester(settings)

    def kill(done: int, total: int, passages: int) -> None:
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
