"""`youju config …`: on the command line and in processes of their own, over real files."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.settings.catalogue import catalogue
from ui.cli import run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory, not made yet; nothing is set."""
    for name in [name for name in os.environ if name.startswith("YOUJU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".youju"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command that must succeed; what it printed."""

    def run_it(*arguments: str) -> str:
        capsys.readouterr()
        assert run(["config", *arguments]) == 0
        return capsys.readouterr().out

    return run_it


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command that must fail; its one line."""

    def run_it(*arguments: str) -> str:
        capsys.readouterr()
        assert run(["config", *arguments]) == 2
        told = capsys.readouterr()
        assert not told.out
        assert told.err.count("\n") == 1
        return told.err

    return run_it


def test_the_file_and_the_order_of_sources_are_told(
    said: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = said("path")
    assert f"设置文件：{home / 'youju.toml'}（没有）" in text
    assert "config set" in text
    said("set", "answer.read", "3")
    monkeypatch.setenv("YOUJU_ANSWER__SURE", "0.7")
    text = said("path")
    assert f"{home / 'youju.toml'}（有）" in text
    order = ["命令行选项", "YOUJU_ANSWER__SURE", f"3. {home}", f"4. {home.parent}", "5. 默认值"]
    assert sorted(order, key=text.index) == order
    told = json.loads(said("path", "--json"))
    assert told["file"] == str(home / "youju.toml")
    assert told["exists"] is True
    assert [one["exists"] for one in told["files"]] == [True, False]
    assert told["environment"] == ["YOUJU_ANSWER__SURE"]


def test_all_is_shown_with_its_source(
    said: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said("set", "answer.read", "3")
    said("set", "server.token", "geheim")
    monkeypatch.setenv("YOUJU_ANSWER__SURE", "0.7")
    text = said("show")
    assert all(key in text for key in catalogue())
    assert "geheim" not in text
    lines = {line.split()[0]: line.split()[1:] for line in text.splitlines() if "." in line}
    assert lines["answer.read"] == ["3", "文件", str(home / "youju.toml")]
    assert lines["answer.sure"] == ["0.7", "环境变量", "YOUJU_ANSWER__SURE"]
    assert lines["answer.threshold"] == ["0.2", "默认值"]
    changed = said("show", "--changed")
    assert "answer.read" in changed
    assert "answer.threshold" not in changed
    told = json.loads(said("show", "--json"))
    assert [one["key"] for one in told["settings"]] == list(catalogue())
    assert "geheim" not in json.dumps(told)
    assert said("get", "answer.read") == "3\n"
    assert json.loads(said("get", "answer.sure", "--json"))["value"] == 0.7
    assert "geheim" not in said("get", "server.token")
    assert said("get", "embedding.cache_dir") == "\n"


def test_a_setting_is_explained(said: Any) -> None:
    text = said("explain", "answer.threshold")
    for part in ("拒答", "0.2", "0 到 1 的数", "下一个问题起", "YOUJU_ANSWER__THRESHOLD", "默认值"):
        assert part in text
    assert json.loads(said("explain", "server.token", "--json"))["environment"] == [
        "YOUJU_TOKEN",
        "YOUJU_SERVER__TOKEN",
    ]


def test_a_bad_setting_is_explained_and_mended(said: Any, refused: Any, home: Path) -> None:
    home.mkdir()
    (home / "youju.toml").write_text("[answer]\nread = 99\nnope = 1\n", encoding="utf-8")
    assert str(home / "youju.toml") in refused("show")
    assert "99 不行" in said("explain", "answer.read")
    said("path")
    said("set", "answer.read", "5")
    said("unset", "answer.nope")
    assert said("get", "answer.read") == "5\n"


def test_a_value_is_set_and_taken_out(said: Any, home: Path) -> None:
    text = said("set", "answer.threshold", "0.3")
    assert str(home / "youju.toml") in text
    assert "重新启动" in text
    assert said("get", "answer.threshold") == "0.3\n"
    said("set", "server.allowed_hosts", "a.example, b.example")
    assert said("get", "server.allowed_hosts") == "a.example, b.example\n"
    said("unset", "answer.threshold")
    assert said("get", "answer.threshold") == "0.2\n"


def test_the_file_here_is_written_where_it_is_asked_for(
    said: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said("set", "answer.read", "2", "--here")
    assert "read = 2" in (tmp_path / "youju.toml").read_text(encoding="utf-8")
    said("set", "answer.read", "3")
    assert run(["config", "set", "answer.read", "4", "--here"]) == 0
    assert f"{tmp_path / '.youju' / 'youju.toml'} 也写了这一项" in capsys.readouterr().err
    assert said("get", "answer.read") == "3\n"
    said("unset", "answer.read")
    assert said("get", "answer.read") == "4\n"


def test_a_secret_is_read_from_standard_input(
    said: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("geheim\n"))
    assert "geheim" not in said("set", "server.token", "-", "--json")
    assert 'token = "geheim"' in (home / "youju.toml").read_text(encoding="utf-8")
    assert (home / "youju.toml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("get", "threshold"), "是不是 answer.threshold、"),
        (("get", "answer"), "这是一组设置"),
        (("explain", "nonsense"), "youju config show"),
        (("set", "answer.treshold", "0.3"), "answer.threshold"),
        (("set", "answer.threshold", "7"), "7 不行，应是 0 到 1 的数"),
        (("set", "answer.threshold", "nan"), "nan 不行"),
        (("set", "data_dir", "/data"), "YOUJU_DATA_DIR"),
        (("set", "server.allowed_origins", "*"), "口令"),
        (("unset", "answer.threshold"), "没有写这一项"),
        (("unset", "nonsense"), "setting_unknown"),
    ],
)
def test_what_cannot_be_is_one_line_and_writes_nothing(
    refused: Any, home: Path, arguments: tuple[str, ...], words: str
) -> None:
    assert words in refused(*arguments)
    assert not home.exists()


@pytest.mark.slow
def test_a_process_says_which_variable_wins(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "YOUJU_ANSWER__THRESHOLD": "0.5"}

    def youju(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ui", "config", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    done = youju("set", "answer.threshold", "0.3")
    assert done.returncode == 0
    assert "YOUJU_ANSWER__THRESHOLD 也写了这一项，以它为准" in done.stderr
    assert youju("get", "answer.threshold").stdout == "0.5\n"
    environment["YOUJU_ANSWER__THRESHOLD"] = "5"
    done = youju("show")
    assert done.returncode == 2
    assert "5 不行，应是 0 到 1 的数（来自环境变量 YOUJU_ANSWER__THRESHOLD）" in done.stderr
    assert "Traceback" not in done.stderr
