"""Large files in parts: in any order, again after a broken connection, within limits."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import FakePipeline, IngestHere
from fastapi.testclient import TestClient
from served import served

from rag.errors import Busy, TooManyUploads, UploadMissing
from rag.settings import Settings, load_settings
from ui.intake import parts
from ui.intake.parts import PartialUploads
from ui.intake.queue import Intake
from ui.intake.uploads import remembered_collection
from ui.server import create_app

PAGE = "石桥镇的集市\n\n石桥镇每逢初五有集市，卖竹器的摊位有46个。\n".encode()
PART = 32
_FORM = "multipart/form-data; boundary=x"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", PART)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "data", server={"large_upload_mb": 1})


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def test_a_client_that_goes_away_in_a_part_leaves_no_trace(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
    with served(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        upload = client.post("/v1/uploads", json={"name": "集市.txt", "size": len(PAGE)}).json()
        parts = f"/v1/uploads/{upload['upload_id']}/parts"
        assert client.put(f"{parts}/0", content=PAGE[:PART]).status_code == 200
        host, _, port = url.removeprefix("http://").partition(":")
        for path in (f"{parts}/1", f"{parts}/0", "/v1/ask", "/v1/articles"):
            method = "PUT" if path.startswith(parts) else "POST"
            head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {_FORM}\r\n"
            with socket.create_connection((host, int(port))) as gone:
                gone.sendall(f"{head}Content-Length: {PART}\r\n\r\n--x".encode())
                gone.shutdown(socket.SHUT_WR)
                assert b"500" not in gone.recv(64)
        assert client.get(f"/v1/uploads/{upload['upload_id']}").json()["received"] == [0]
        for number in range(1, upload["parts"]):
            piece = PAGE[number * PART : (number + 1) * PART]
            assert client.put(f"{parts}/{number}", content=piece).status_code == 200
        done = client.post(f"/v1/uploads/{upload['upload_id']}/finish", params={"wait": 20}).json()
    assert (done["status"], done["passages"]) == ("done", 1)
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


def begun(client: TestClient, name: str = "集市.txt", content: bytes = PAGE, **more: Any) -> Any:
    reply = client.post("/v1/uploads", json={"name": name, "size": len(content), **more})
    assert reply.status_code == 201, reply.text
    return reply.json()


def put(client: TestClient, upload: Any, number: int, content: bytes = PAGE) -> Any:
    address = f"/v1/uploads/{upload['upload_id']}/parts/{number}"
    return client.put(address, content=content[number * PART : (number + 1) * PART])


def test_parts_in_any_order_and_twice_make_the_file(client: TestClient, settings: Settings) -> None:
    upload = begun(client, collection="集镇")
    assert upload["parts"] == -(-len(PAGE) // PART) > 2
    for number in reversed(range(upload["parts"])):
        reply = put(client, upload, number).json()
    assert put(client, upload, 1).json()["received"] == reply["received"]
    address = f"/v1/uploads/{upload['upload_id']}"
    assert client.get(address).json()["received"] == list(range(upload["parts"]))
    job = client.post(f"{address}/finish", params={"wait": 20}).json()
    assert (job["status"], job["files"][0]["status"]) == ("done", "stored")
    (article,) = client.get("/v1/articles").json()
    assert (article["file"], article["collection"]) == ("集市.txt", "集镇")
    (kept,) = (settings.data_dir / "uploads").rglob("*.txt")
    assert kept.read_bytes() == PAGE
    assert client.get(address).json()["code"] == "upload_missing"
    assert list((settings.data_dir / "parts").rglob("data")) == []
    lost = client.post(f"{address}/finish", params={"wait": 20})
    assert (lost.status_code, lost.json()["job_id"]) == (200, job["job_id"])
    again = client.post("/v1/articles", files={"files": ("集市.txt", PAGE)}).json()
    assert again["files"][0]["status"] == "unchanged"


def test_what_is_lacking_or_wrong_is_said(client: TestClient) -> None:
    upload = begun(client)
    address = f"/v1/uploads/{upload['upload_id']}"
    put(client, upload, 0)
    early = client.post(f"{address}/finish")
    assert (early.status_code, early.json()["code"]) == (409, "parts_missing")
    for number, content in ((0, b"short"), (upload["parts"], b""), (0, b"x" * (PART + 1))):
        reply = client.put(f"{address}/parts/{number}", content=content)
        assert (reply.status_code, reply.json()["code"]) == (422, "part_invalid")
    assert client.get(address).json()["received"] == [0]
    assert client.delete(address).status_code == 204
    assert put(client, upload, 0).json()["code"] == "upload_missing"
    for odd in ("..", "%2e%2e%2f", "x" * 32, "0" * 32):
        assert client.get(f"/v1/uploads/{odd}").status_code == 404


def test_limits(client: TestClient, settings: Settings) -> None:
    large = client.post("/v1/uploads", json={"name": "大.pdf", "size": (1 << 20) + 1})
    assert (large.status_code, large.json()["code"]) == (413, "upload_too_large")
    assert client.post("/v1/uploads", json={"name": "空.txt", "size": 0}).status_code == 422
    for n in range(parts.MOST_UPLOADS):
        begun(client, f"{n}.txt")
    more = client.post("/v1/uploads", json={"name": "多.txt", "size": 9})
    assert (more.status_code, more.json()["code"]) == (429, "too_many_uploads")
    first = next((settings.data_dir / "parts").iterdir())
    long_ago = time.time() - parts.KEPT_SECONDS - 60
    os.utime(first, (long_ago, long_ago))
    begun(client, "多.txt")
    assert not first.exists()


def test_a_finished_file_that_found_no_room_is_taken_when_asked_again(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Busy

    upload = begun(client, collection="集镇")
    for number in range(upload["parts"]):
        put(client, upload, number)
    address = f"/v1/uploads/{upload['upload_id']}/finish"
    with monkeypatch.context() as patched:
        patched.setattr(Intake, "_put", full)
        assert client.post(address).json()["code"] == "busy"
    (kept,) = (settings.data_dir / "uploads").rglob("*.txt")
    assert remembered_collection(kept) == "集镇"  # whoever starts next would know it
    job = client.post(address, params={"wait": 20}).json()
    assert (job["status"], job["files"][0]["status"]) == ("done", "stored")
    (article,) = client.get("/v1/articles").json()
    assert article["collection"] == "集镇"


def test_everybody_has_room_of_their_own_and_what_stands_gives_way(settings: Settings) -> None:
    uploads = PartialUploads(settings.data_dir, 1)
    mine = [uploads.begin(f"{n}.txt", 9, None, "甲") for n in range(parts.MOST_UPLOADS)]
    with pytest.raises(TooManyUploads):
        uploads.begin("多.txt", 9, None, "甲")
    uploads.begin("别人的.txt", 9, None, "乙")
    stood = time.time() - parts.STALE_SECONDS - 60
    os.utime(settings.data_dir / "parts" / mine[3].id, (stood, stood))
    uploads.begin("多.txt", 9, None, "甲")
    with pytest.raises(UploadMissing):
        uploads.get(mine[3].id)


def test_a_part_may_be_larger_than_other_bodies_but_not_without_end(client: TestClient) -> None:
    upload = begun(client)
    address = f"/v1/uploads/{upload['upload_id']}/parts/0"
    assert client.put(address, content=b"x" * (3 << 20)).json()["code"] == "part_invalid"
    reply = client.put(address, content=b"x" * (9 << 20))
    assert (reply.status_code, reply.json()["code"]) == (413, "too_large")


def test_parts_are_there_after_a_restart_and_old_ones_go(settings: Settings) -> None:
    uploads = PartialUploads(settings.data_dir, 1)
    kept, left = uploads.begin("一.txt", len(PAGE), None), uploads.begin("二.txt", 5, None)
    uploads.put(kept.id, 1, PAGE[PART : 2 * PART])
    long_ago = time.time() - parts.KEPT_SECONDS - 60
    os.utime(settings.data_dir / "parts" / left.id, (long_ago, long_ago))
    app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        assert client.get(f"/v1/uploads/{kept.id}").json()["received"] == [1]
        assert client.get(f"/v1/uploads/{left.id}").status_code == 404


def test_a_web_page_is_imported_and_other_addresses_refused(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("file:///etc/passwd", "http://127.0.0.1:9/x", "http://[::1]/", "石桥镇"):
        reply = client.post("/v1/articles/web", json={"url": url})
        assert reply.json()["code"] == "address_refused", url
        assert reply.status_code < 500

    def fetched(url: str, data_dir: Path) -> Path:
        file = data_dir / "web" / "abc" / "集市.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PAGE)
        return file

    monkeypatch.setattr("ui.api.uploads.fetch_to", fetched)
    body = {"url": "https://news.example/集市", "collection": "网页"}
    job = client.post("/v1/articles/web", json=body, params={"wait": 20}).json()
    assert job["files"][0]["status"] == "stored"
    (article,) = client.get("/v1/articles").json()
    assert article["collection"] == "网页"
    assert (settings.data_dir / "web" / "abc" / "集市.txt").exists()
