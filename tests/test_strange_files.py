"""Pipes, devices and links: named, they are refused at once; in folders, passed over by name."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_pipeline import FakePipeline, write_library

from ingest.files.loading import discover, load
from rag.errors import FileUnreadable
from rag.files.regular import opened
from rag.library.backup import back_up
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from ui.cli import run

SECOND = 20


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What waits for a pipe ends as a failure; the fake embedder and ask flow."""

    def late(*_: object) -> None:
        pytest.fail("it waits")

    monkeypatch.setattr("rag.models.opening.open_embedder", lambda *_: HashingEmbedder())
    monkeypatch.setattr("rag.assembly.open_pipeline", FakePipeline)
    monkeypatch.chdir(tmp_path)
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECOND)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def listening(path: Path) -> Path:
    held = socket.socket(socket.AF_UNIX)
    held.bind(str(path))
    held.close()
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a stranger: one text, and links and files of other kinds beside it."""
    outside = tmp_path / "别处"
    outside.mkdir()
    (outside / "私.txt").write_text("私人的字。", encoding="utf-8")
    (outside / "metadata.csv").write_text("file,title\n甲.txt,私人的题\n", encoding="utf-8")
    made = tmp_path / "来的"
    (made / "里").mkdir(parents=True)
    (made / "甲.txt").write_text("石桥镇逢五有集市。", encoding="utf-8")
    (made / "里" / "乙.txt").symlink_to(made / "甲.txt")
    (made / "丙.txt").symlink_to(outside / "私.txt")
    (made / "丁.pdf").symlink_to("../别处/私.txt")
    (made / "戊.txt").symlink_to("/dev/zero")
    (made / "己.txt").symlink_to(made / "没有.txt")
    (made / "庚").symlink_to(outside, target_is_directory=True)
    (made / "metadata.csv").symlink_to(outside / "metadata.csv")
    pipe(made / "管.txt")
    monkeypatch.chdir(made)
    listening(Path("口"))
    monkeypatch.chdir(tmp_path)
    return made


def test_what_leads_out_of_a_folder_is_passed_over_and_told(folder: Path) -> None:
    passed: list[str] = []
    assert [file.name for file in discover([folder], passed.append)] == ["甲.txt"]
    assert Counter(passed) == {
        ".txt（指到文件夹外的链接）": 2,
        ".pdf（指到文件夹外的链接）": 1,
        ".csv（指到文件夹外的链接）": 1,
        ".txt（断了的链接）": 1,
        "指到文件夹的链接": 1,
        ".txt（不是普通文件）": 1,
        "没有扩展名的（不是普通文件）": 1,
    }


def test_nothing_outside_a_folder_is_stored(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    assert run(["ingest", str(folder), "--data-dir", str(data)]) == 0
    told = capsys.readouterr().out
    assert "略过 8 个文件" in told
    assert "指到文件夹外的链接" in told
    with Library.open(data) as library:
        (stored,) = library.articles()
    assert "私人" not in stored.article.title + stored.article.text


def test_a_folder_that_is_a_link_itself_and_a_link_that_is_named_are_meant(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "另名").symlink_to(folder, target_is_directory=True)
    assert [file.name for file in discover([tmp_path / "另名"])] == ["甲.txt"]
    (named,) = discover([folder / "丙.txt"])
    (loaded,) = load(named)
    assert loaded.source.text == "私人的字。"
    with pytest.raises(FileUnreadable, match="不是普通文件"):
        list(load(folder / "戊.txt"))


@pytest.mark.parametrize("name", ["管.txt", "/dev/zero", "口.txt", "连.txt"])
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe(tmp_path / "管.txt")
    listening(Path("口.txt"))
    (tmp_path / "连.txt").symlink_to(tmp_path / "管.txt")
    data = ["--data-dir", str(tmp_path / "data")]
    write_library(tmp_path / "data")
    good = tmp_path / "q.jsonl"
    good.write_text(json.dumps({"id": "a", "question": "谁？"}), encoding="utf-8")
    for command, code in (
        (["ingest", name], "file_unreadable"),
        (["evaluate", name], "data_file_missing"),
        (["evaluate", str(good), "--answers", name], "data_file_missing"),
        (["questions", "check", name], "data_file_missing"),
        (["questions", "check", str(good), "--articles", name], "data_file_missing"),
        (["answer", name, "-o", "a.jsonl"], "data_file_missing"),
        (["verify", name], "data_file_missing"),
        (["replay", name], "data_file_missing"),
        (["compare", name, name], "data_file_missing"),
        (["calibrate", name], "data_file_missing"),
        (["restore", name], "backup_invalid"),
        (["backup", name], "backup_refused"),
    ):
        refused = 1 if command[0] == "ingest" else 2  # some of its inputs failed
        assert run([*command, *data]) == refused, command
        told = capsys.readouterr().err
        assert f"（{code}）" in told, command
        assert "不是普通文件" in told or command[0] == "backup", told


def test_answers_are_not_written_into_a_pipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_library(tmp_path / "data")
    (tmp_path / "q.jsonl").write_text(json.dumps({"id": "a", "question": "谁？"}))
    out = pipe(tmp_path / "管.jsonl")
    command = ["answer", "q.jsonl", "-o", str(out), "--data-dir", str(tmp_path / "data")]
    assert run(command) == 2
    assert "不是普通文件" in capsys.readouterr().err


def test_a_pipe_is_no_earlier_backup(tmp_path: Path) -> None:
    write_library(tmp_path / "data")
    made = back_up(tmp_path / "data", tmp_path / "b.zip")
    assert back_up(tmp_path / "data", made.file).file == made.file


def test_a_folder_and_a_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        opened(tmp_path)
    (tmp_path / "a").write_bytes(b"ab")
    with opened(tmp_path / "a") as file:
        assert file.read() == b"ab"
