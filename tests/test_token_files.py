"""A token in a file: who reads it, over what it wins, and that no command line shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import load_settings


def test_a_token_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("口令-z\n", encoding="utf-8")
    assert load_settings(tmp_path, server={"token_file": file}).server.token == "口令-z"
    monkeypatch.setenv("YOUJU_TOKEN_FILE", str(file))
    assert load_settings(tmp_path).server.token == "口令-z"
    assert load_settings(tmp_path, server={"token": "x"}).server.token == "x"
    file.write_text(" \n", encoding="utf-8")
    with pytest.raises(SettingsError, match="空"):
        load_settings(tmp_path)
    file.unlink()
    with pytest.raises(SettingsError, match="token"):
        load_settings(tmp_path)


def test_a_file_that_is_named_later_wins_over_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def token(**server: object) -> str:
        return load_settings(tmp_path, server=server).server.token

    files = [tmp_path / name for name in "abc"]
    for file in files:
        file.write_text(file.name, encoding="utf-8")
    settings = tmp_path / "youju.toml"
    settings.write_text('[server]\ntoken = "toml"\nport = 81\n', encoding="utf-8")
    assert token() == "toml"
    assert token(token_file=files[0]) == "a"
    monkeypatch.setenv("YOUJU_TOKEN_FILE", "")
    assert token() == "toml"
    monkeypatch.setenv("YOUJU_TOKEN_FILE", str(files[1]))
    assert token() == "b"
    assert load_settings(tmp_path).server.port == 81
    monkeypatch.setenv("YOUJU_TOKEN", "environment")
    assert token() == "environment"
    assert token(token_file=files[2]) == "c"
    assert token(token_file=files[2], token="flag") == "flag"
    settings.write_text(f'[server]\ntoken_file = "{files[0]}"\n', encoding="utf-8")
    monkeypatch.delenv("YOUJU_TOKEN_FILE")
    assert token() == "environment"
