"""A token in a file: who reads it, over what it wins, and that no command line shows it."""

from __future__ import annotations

import socket
import threading
import webbrowser
from contextlib import nullcontext
from pathlib import Path

import pytest
from fake_pipeline import FakePipeline
from fastapi.testclient import TestClient

from rag.errors import SettingsError
from rag.settings import load_settings, with_token
from ui import server as ui_server
from ui.cli import run
from ui.server import create_app


def token(data_dir: Path, **server: object) -> str:
    return with_token(load_settings(data_dir, server=server)).server.token


def test_a_token_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("口令-z\n", encoding="utf-8")
    assert token(tmp_path, token_file=file) == "口令-z"
    monkeypatch.setenv("YOUJU_TOKEN_FILE", str(file))
    assert token(tmp_path) == "口令-z"
    assert token(tmp_path, token="x") == "x"
    file.write_text(" \n", encoding="utf-8")
    with pytest.raises(SettingsError, match="空"):
        token(tmp_path)
    file.unlink()
    with pytest.raises(SettingsError, match="token"):
        token(tmp_path)


def test_only_what_serves_reads_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "token"
    monkeypatch.setenv("YOUJU_TOKEN_FILE", str(file))
    assert run(["articles", "list", "--data-dir", str(tmp_path)]) == 0
    settings = load_settings(tmp_path)
    with pytest.raises(SettingsError):
        create_app(settings, FakePipeline, chat=False)  # never open for want of its token
    for command in ("serve", "chat"):
        capsys.readouterr()
        assert run([command, "--data-dir", str(tmp_path)]) != 0
        assert "读不了口令文件" in capsys.readouterr().err
    file.write_text("口令-z", encoding="utf-8")
    app = create_app(settings, FakePipeline, chat=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/v1/models").status_code == 401
        right = {b"authorization": "Bearer 口令-z".encode()}
        assert client.get("/v1/models", headers=right).status_code == 200


def test_a_file_that_is_named_later_wins_over_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / name for name in "abc"]
    for file in files:
        file.write_text(file.name, encoding="utf-8")
    settings = tmp_path / "youju.toml"
    settings.write_text('[server]\ntoken = "toml"\nport = 81\n', encoding="utf-8")
    assert token(tmp_path) == "toml"
    assert token(tmp_path, token_file=files[0]) == "a"
    monkeypatch.setenv("YOUJU_TOKEN_FILE", "")
    assert token(tmp_path) == "toml"
    monkeypatch.setenv("YOUJU_TOKEN_FILE", str(files[1]))
    assert token(tmp_path) == "b"
    assert load_settings(tmp_path).server.port == 81
    monkeypatch.setenv("YOUJU_TOKEN", "environment")
    assert token(tmp_path) == "environment"
    assert token(tmp_path, token_file=files[2]) == "c"
    assert token(tmp_path, token_file=files[2], token="flag") == "flag"
    settings.write_text(f'[server]\ntoken_file = "{files[0]}"\n', encoding="utf-8")
    monkeypatch.delenv("YOUJU_TOKEN_FILE")
    assert token(tmp_path) == "environment"


@pytest.mark.parametrize("way", ["file", "environment", "settings", "flag"])
def test_the_browsers_command_line_shows_no_token_that_ours_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    opened: list[str] = []
    done = threading.Event()

    def browse(url: str) -> None:
        opened.append(url)
        done.set()

    def serving(_: object, bound: socket.socket, *_more: object, **_named: object) -> None:
        done.wait(20)
        bound.close()

    file = tmp_path / "token"
    file.write_text("secret", encoding="utf-8")
    if way == "environment":
        monkeypatch.setenv("YOUJU_TOKEN", "secret")
    if way == "settings":
        (tmp_path / "youju.toml").write_text('[server]\ntoken = "secret"\n', encoding="utf-8")
    flags = {"file": ["--token-file", str(file)], "flag": ["--token", "secret"]}.get(way, [])
    monkeypatch.setattr(webbrowser, "get", lambda: None)
    monkeypatch.setattr(webbrowser, "open", browse)
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: nullcontext())
    monkeypatch.setattr(ui_server, "serve", serving)
    assert run(["chat", "--port", "0", "--data-dir", str(tmp_path), *flags]) == 0
    (url,) = opened
    assert url.startswith("http://127.0.0.1:")
    assert ("secret" in url) is (way == "flag")
