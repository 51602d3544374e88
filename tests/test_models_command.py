"""`youju models`: what is listed of each model, and what a trial finds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_models import save_answers, save_reranker, save_tokens

from rag.models.hub import CALIBRATION
from rag.proof.model_list import licence_of, needed
from rag.settings.model_sections import ReaderSettings
from ui.cli import run


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader and a reranker that the environment names."""
    save_tokens(tmp_path / "reader")
    save_reranker(tmp_path / "rank")
    monkeypatch.setenv("YOUJU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("YOUJU_READER__MODEL", str(tmp_path / "reader"))
    monkeypatch.setenv("YOUJU_RERANKER__MODEL", str(tmp_path / "rank" / "model"))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *options: str, code: int = 0) -> dict[str, Any]:
    assert run(["models", "--json", *options]) == code
    record = json.loads(capsys.readouterr().out)
    assert record["ok"] == (code == 0)
    return {one["role"]: one for one in record["models"]}


def test_what_is_set_is_listed_with_place_size_licence_and_room(
    chosen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = "---\nlanguage: zh\nlicense: mit\n---\n# license: gpl\n"
    (chosen / "reader" / "README.md").write_text(card, encoding="utf-8")
    found = told(capsys)
    assert (found["embedding"]["state"], found["embedding"]["licence"]) == ("bundled", "mit")
    reader = found["reader"]
    assert (reader["state"], reader["licence"], reader["fits"]) == ("chosen", "mit", True)
    assert reader["path"] == str(chosen / "reader")
    assert reader["bytes"] == sum(p.stat().st_size for p in (chosen / "reader").iterdir())
    assert "还没有校准" in reader["note"]
    assert found["reranker"]["licence"] is None
    assert "trial" not in reader
    assert run(["models"]) == 0
    text = capsys.readouterr().out
    assert "许可证 mit" in text
    assert "许可证 没有写明" in text
    assert "放得下" in text


def test_what_cannot_be_used_is_told_and_the_rest_is_listed(
    chosen: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (chosen / "reader" / CALIBRATION).write_text("[]", encoding="utf-8")
    monkeypatch.setenv("YOUJU_RERANKER__MODEL", "/no/such/folder")
    found = told(capsys, code=1)
    assert found["reader"]["error"]["code"] == "calibration_invalid"
    assert found["reranker"]["error"]["code"] == "named_model_missing"
    assert found["embedding"]["error"] is None


@pytest.mark.parametrize("role", ["embedding", "reader", "reranker"])
def test_a_folder_that_is_no_model_is_told(
    role: str,
    chosen: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(f"YOUJU_{role.upper()}__MODEL", str(tmp_path))
    assert "config.json" in told(capsys, code=1)[role]["error"]["message_zh"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_files_that_cannot_be_read_are_told(
    chosen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (chosen / "rank" / "model" / "more.bin").symlink_to("/proc/self/mem")
    found = told(capsys, code=1)
    assert found["reranker"]["error"]["code"] == "named_model_unusable"
    assert "读不了" in found["reranker"]["error"]["message_zh"]
    assert found["reader"]["error"] is None
    assert run(["models"]) == 1
    assert "读不了它的文件" in capsys.readouterr().out


def test_what_is_not_used_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YOUJU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("YOUJU_ANSWER__SCORER", "features")
    found = told(capsys)
    assert [found[role]["state"] for role in ("reader", "reranker")] == ["off", "off"]


@pytest.mark.model
def test_a_trial_loads_each_and_shows_it_three_sentences(
    chosen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (chosen / "rank" / "model" / "model.safetensors").write_bytes(b"nothing")
    found = told(capsys, "--try", code=1)
    embedder = found["embedding"]["trial"]
    assert (embedder["error"], embedder["best"], embedder["right"]) == (None, 2, True)
    reader = found["reader"]["trial"]
    assert reader["error"] is None
    assert reader["best"] in {1, 2, 3}
    assert reader["load_s"] > 0
    assert found["reranker"]["trial"]["error"]["code"] == "named_model_unusable"
    assert run(["models", "--try"]) == 1
    text = capsys.readouterr().out
    assert "试用：载入" in text
    assert "试用失败" in text


def test_the_memory_needed_follows_the_weights_and_the_dtype(tmp_path: Path) -> None:
    folder = save_answers(tmp_path)
    whole = needed(folder, ReaderSettings(), "cpu")
    half = needed(folder, ReaderSettings(dtype="float16"), "cpu")
    assert whole is not None
    assert half is not None
    assert whole == pytest.approx(2 * half, abs=2)
    stored = (folder / "model.safetensors").stat().st_size
    assert whole == pytest.approx(stored * 1.3, rel=0.3)
    (folder / "model.safetensors").write_bytes(b"\x08")
    assert needed(folder, ReaderSettings(), "cpu") is None


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: apache-2.0\n---\n", "apache-2.0"),
        ("---\nlicense: other\nlicense_name: qwen-research\n---\n", "qwen-research"),
        ("# a card\nlicense: mit\n", None),
        ("", None),
    ],
)
def test_a_licence_is_what_the_cards_head_says(
    card: str, licence: str | None, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert licence_of(tmp_path) == licence
