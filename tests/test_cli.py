"""The command line: usage, exit codes, one Chinese line for every failure."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_pipeline import PAGE, FakePipeline, write_library
from pages import ingest_into

from rag.data_model.answers import Answer
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from ui.cli import run


@pytest.fixture(autouse=True)
def quick_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The fake embedder and ask flow; no settings but those of the test."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("YOUJU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("rag.models.opening.open_embedder", lambda *_: HashingEmbedder())
    monkeypatch.setattr("rag.assembly.open_pipeline", FakePipeline)


@pytest.fixture
def data(tmp_path: Path) -> str:
    write_library(tmp_path / "data")
    return str(tmp_path / "data")


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith("错误：")
    return captured.err


VERBS = [
    *("ingest", "ask", "chat", "serve", "answer", "evaluate", "compare", "benchmark", "calibrate"),
    *("verify", "replay", "doctor", "models", "articles"),
]


def test_the_version_needs_no_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("youju ")


@pytest.mark.parametrize("module", ["ui", "ui.cli"])
def test_either_module_is_the_command(module: str) -> None:
    told = subprocess.run(
        [sys.executable, "-P", "-m", module, "nosuch"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, "没有这个命令" in told.stderr) == (2, True)


def test_help_is_chinese_and_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    page = capsys.readouterr().out
    assert all(verb in page for verb in VERBS)
    assert "用法：" in page
    assert "Usage" not in page
    assert "Show this" not in page


@pytest.mark.parametrize("verb", [*VERBS, "articles list", "articles show", "articles remove"])
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*verb.split(), "--help"]) == 0
    assert "用法：" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nope"], "nope"),
        (["--nope"], "--nope"),
        (["ask"], "问题"),
        (["ask", "问", "--nope"], "--nope"),
        (["ask", "问", "多余"], "多余"),
        (["ask", "问", "--history"], "--history"),
        (["ask", "问", "--json=1"], "--json"),
        (["serve", "--port", "abc"], "--port 的取值不对：应为整数"),
        (["serve", "--port", "70000"], "--port 的取值不对：不能大于 65535"),
        (["ask", "问", "--jsn"], "是不是 --json？"),
        (["serv"], "是不是 serve？"),
        (["articles", "lst"], "是不是 list？"),
        (["articles", "nope"], "nope"),
        (["benchmark", "nope"], "nope"),
        (["--data-dir"], "--data-dir"),
        (["answer", "q.jsonl"], "-o"),
    ],
)
def test_bad_usage_is_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    line = one_line(capsys)
    assert told in line
    assert "usage_invalid" in line
    assert "--help" in line


@pytest.mark.parametrize("before", [True, False])
def test_global_options_stand_before_or_after_the_verb(
    before: bool, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data-dir", data, "--json"]
    question = ["ask", "灯塔岛风电场有多少台风机？"]
    assert run([*options, *question] if before else [*question, *options]) == 0
    answer = Answer.model_validate_json(capsys.readouterr().out)
    assert answer.answered


def test_an_answer_is_printed_with_its_references(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "灯塔岛风电场有多少台风机？", "--data-dir", data]) == 0
    out = capsys.readouterr().out
    assert "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。" in out
    assert "[1]" in out
    assert "〔1〕《江州日报》 2024-03-05 第6版 《灯塔岛的风电》 第4段" in out


def test_a_quote_is_printed_once(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "灯塔岛风电场有多少台风机？", "--data-dir", data]) == 0
    assert capsys.readouterr().out.count("灯塔岛风电场共有38台风机") == 1


def test_a_refusal_shows_the_nearest_passages(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "谁发明了电话机？", "--data-dir", data]) == 0
    assert "最接近的段落" in capsys.readouterr().out


def test_history_is_handed_on(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "ask",
        "那去年发电多少？",
        "--history",
        "灯塔岛风电场",
        "--data-dir",
        data,
        "--json",
    ]
    assert run(arguments) == 0
    searched = json.loads(capsys.readouterr().out)["searched_question"]
    assert searched == "灯塔岛风电场去年发电多少？"


def test_articles_are_listed_shown_and_removed(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["articles", "list", "--data-dir", data, "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed["title"] == "灯塔岛的风电"
    assert run(["articles", "show", listed["article_id"], "--data-dir", data, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    first = shown["paragraphs"][0]
    assert first == {
        "n": 1,
        "text": PAGE.split("\n")[0],
        "section": None,
        "speaker": None,
        "spans": [[0, len(PAGE.split("\n")[0])]],
        "cells": [],
    }
    assert run(["articles", "show", listed["article_id"], "--data-dir", data]) == 0
    assert "[4] 灯塔岛风电场共有38台风机" in capsys.readouterr().out
    assert run(["articles", "remove", listed["article_id"], "--data-dir", data]) == 0
    capsys.readouterr()
    assert run(["articles", "list", "--data-dir", data, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_no_article_has_is_shown_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, data = tmp_path / "a.txt", str(tmp_path / "library")
    page.write_text(PAGE, encoding="utf-8")
    ingest_into(tmp_path / "library", page)
    assert run(["articles", "list", "--data-dir", data, "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert run(["articles", "show", listed["article_id"], "--data-dir", data]) == 0
    shown = capsys.readouterr().out
    assert "报头、版次：江州日报 2024年3月5日 第6版" in shown
    assert "作者行：□本报记者 何苇" in shown
    assert run(["articles", "show", listed["article_id"], "--data-dir", data, "--json"]) == 0
    left_out = json.loads(capsys.readouterr().out)["left_out"]
    assert {"reason": "作者行", "text": "□本报记者 何苇"} in left_out


@pytest.mark.parametrize("verb", ["show", "remove"])
def test_a_missing_article_is_told(
    verb: str, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["articles", verb, "nope", "--data-dir", data]) == 2
    assert "article_missing" in one_line(capsys)


def test_one_bad_file_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "good.txt").write_text(PAGE, encoding="utf-8")
    (pages / "empty.txt").write_bytes(b"")
    (pages / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    data = str(tmp_path / "new")
    assert run(["ingest", str(pages), str(tmp_path / "gone.txt"), "--data-dir", data]) == 1
    captured = capsys.readouterr()
    for name in ("empty.txt", "picture.txt", "gone.txt"):
        assert name in captured.err
    assert "good.txt" in captured.out
    with Library.open(Path(data)) as library:
        assert library.counts().files == 1
    assert run(["ingest", str(pages / "good.txt"), "--data-dir", data, "--json"]) == 0
    (outcome,) = json.loads(capsys.readouterr().out)["files"]
    assert outcome["status"] == "unchanged"


def test_files_are_counted_before_they_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("甲.txt", "乙.txt"):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    (tmp_path / "丙.exe").write_bytes(b"MZ")
    arguments = ["ingest", str(tmp_path), "--data-dir", str(tmp_path / "new")]
    assert run(arguments) == 0
    assert capsys.readouterr().out.splitlines()[0] == "找到 2 个能读的文件。"
    assert run([*arguments, "--json"]) == 0
    json.loads(capsys.readouterr().out)


QUESTIONS = """\
{"id": "a", "question": "灯塔岛风电场有多少台风机？", "answerable": true, "answers": [["38台"]], \
"evidence": ["灯塔岛风电场共有38台风机"]}
{"id": "b", "question": "谁发明了电话机？", "answerable": false}
"""


def test_a_question_set_is_answered_verified_and_judged(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    questions.write_text(QUESTIONS, encoding="utf-8")
    common = ["--data-dir", data, "--json"]
    assert run(["answer", str(questions), "-o", str(answers), *common]) == 0
    assert len(answers.read_text(encoding="utf-8").splitlines()) == 2
    assert run(["verify", str(answers), *common]) == 0
    capsys.readouterr()
    gate = ["--fail-under", "accuracy=0.99"]
    assert run(["evaluate", str(questions), "--report", str(tmp_path / "r"), *gate, *common]) == 0
    assert json.loads(capsys.readouterr().out)["metrics"]["accuracy"] == 1.0
    assert (tmp_path / "r" / "report.json").exists()
    assert run(["compare", str(answers), str(answers), *common]) == 0


def test_a_threshold_is_chosen_and_written(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text(QUESTIONS, encoding="utf-8")
    common = ["calibrate", str(questions), "--data-dir", data]
    figure = tmp_path / "f.svg"
    assert run([*common, "--json", "--figure", str(figure)]) == 0
    chosen = json.loads(capsys.readouterr().out)["chosen"]
    assert chosen["balanced_accuracy"] == 1.0
    assert "阈值" in figure.read_text(encoding="utf-8")
    assert run([*common, "--write"]) == 0
    written = (Path(data) / "youju.toml").read_text(encoding="utf-8")
    assert f"threshold = {chosen['threshold']}" in written


def test_a_changed_quote_does_not_verify(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "灯塔岛风电场有多少台风机？", "--data-dir", data, "--json"]) == 0
    changed = capsys.readouterr().out.replace("38台", "39台")
    (tmp_path / "a.jsonl").write_text(changed, encoding="utf-8")
    assert run(["verify", str(tmp_path / "a.jsonl"), "--data-dir", data]) == 1
    assert "不符" in capsys.readouterr().out


def test_a_replay_tells_what_changed(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "a.jsonl"
    assert run(["ask", "灯塔岛风电场有多少台风机？", "--data-dir", data, "--json"]) == 0
    recorded = capsys.readouterr().out
    answers.write_text(recorded, encoding="utf-8")
    assert run(["replay", str(answers), "--data-dir", data]) == 0
    assert "全都一样" in capsys.readouterr().out
    answers.write_text(recorded.replace("38台", "39台"), encoding="utf-8")
    assert run(["replay", str(answers), "--data-dir", data]) == 1
    assert "不再引用" in capsys.readouterr().out


def test_a_gate_that_fails_gives_exit_code_1(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text(QUESTIONS.replace("38台", "41台"), encoding="utf-8")
    common = ["evaluate", str(questions), "--data-dir", data, "--fail-under"]
    assert run([*common, "accuracy=0.9"]) == 1
    assert "未过关" in capsys.readouterr().err
    assert run([*common, "nonsense=0.9"]) == 2
    assert run([*common, "accuracy"]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["answer", "gone.jsonl", "-o", "a.jsonl"],
        ["evaluate", "gone.jsonl"],
        ["compare", "gone.jsonl", "gone.jsonl"],
        ["verify", "gone.jsonl"],
        ["replay", "gone.jsonl"],
    ],
)
def test_missing_data_files_are_told(
    arguments: list[str], data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--data-dir", data]) == 2
    assert "gone.jsonl" in one_line(capsys)


def test_bad_settings_are_told(
    monkeypatch: pytest.MonkeyPatch, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YOUJU_ANSWER__THRESHOLD", "7")
    assert run(["ask", "问", "--data-dir", data]) == 2
    assert "settings_invalid" in one_line(capsys)


@pytest.mark.parametrize("verb", ["serve", "chat"])
def test_other_machines_are_served_only_with_a_token(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([verb, "--host", "0.0.0.0"]) == 2
    assert "口令" in one_line(capsys)


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert run(["serve", "--data-dir", data, "--port", port]) == 2
    line = one_line(capsys)
    assert "address_unusable" in line
    assert f"127.0.0.1:{port}：已有程序在用" in line


def test_a_damaged_library_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "library.sqlite3").write_bytes(b"garbage" * 1000)
    for arguments in (["articles", "list"], ["ask", "问"], ["ingest", "x.txt"]):
        assert run([*arguments, "--data-dir", str(tmp_path / "data")]) == 2
        assert "index_corrupt" in one_line(capsys)


def test_an_interruption_is_one_line() -> None:
    """Ctrl-C while the server runs: it stops, in words and without a traceback."""
    command = [sys.executable, "-m", "ui", "serve", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert "正在启动" in process.stderr.readline()
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=30)[1]
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    assert len(rest.splitlines()) == 1
