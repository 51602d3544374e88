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
