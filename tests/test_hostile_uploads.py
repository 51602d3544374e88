"""Uploads with hostile names, forms and sizes are stored tame or refused at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sent_files import PAGE, kept_files, sent

from rag.settings import Settings, load_settings
from ui.intake.uploads import (
    FOLDER,
    safe_name,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "data", server={"upload_limit_mb": 1, "uploads": 2})


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
def test_hostile_forms_are_refused(
    client: TestClient, settings: Settings, kind: str, body: bytes, status: int
) -> None:
    response = client.post("/v1/articles", content=body, headers={"content-type": kind})
    assert response.status_code == status, response.text
    assert set(response.json()) == {"code", "message_zh", "hint"}
    assert kept_files(settings) == []
