"""A report's folder belongs to one question set, and an empty library is not evaluated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_pipeline import FakePipeline, write_library

from eval.report_folders import FILES
from eval.runs import ANSWERS
from rag.library.library import Library
from ui.cli import run


@pytest.fixture(autouse=True)
def _fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.assembly.open_pipeline", FakePipeline)


@pytest.fixture
def data(tmp_path: Path) -> str:
    write_library(tmp_path / "data")
    return str(tmp_path / "data")


def write_set(path: Path, *asked: str) -> str:
    records = [
        {"id": f"q{n}", "question": question, "answers": [["38台"]]}
        for n, question in enumerate(asked)
    ]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture
def windmills(tmp_path: Path) -> str:
    return write_set(tmp_path / "风机.jsonl", "灯塔岛风电场有多少台风机？")


@pytest.fixture
def other(tmp_path: Path) -> str:
    return write_set(tmp_path / "另一套.jsonl", "灯塔岛有多大？")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("left", ["all", "interrupted", "report_only", "older_run"])
def test_another_sets_run_is_not_written_over(
    left: str,
    windmills: str,
    other: str,
    data: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "报告"
    given = ["--data-dir", data, "--report", str(folder)]
    assert run(["evaluate", windmills, *given]) == 0
    kept = {
        "interrupted": ("answers.jsonl", "answers.jsonl.about.json"),
        "report_only": ("report.json",),
        "older_run": ("answers.jsonl",),
    }.get(left, tuple(contents(folder)))
    for name in contents(folder).keys() - set(kept):
        (folder / name).unlink()
    before = contents(folder)
    capsys.readouterr()
    for answers in ([], ["--answers", str(Path(other).with_name("answers.jsonl"))]):
        Path(other).with_name("answers.jsonl").write_text("", encoding="utf-8")
        assert run(["evaluate", other, *answers, *given]) == 2
        said = capsys.readouterr()
        assert "report_taken" in said.err
        assert "另一套.jsonl" in said.err
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert contents(folder) == before
    assert run(["evaluate", windmills, *given]) == 0


def test_a_set_whose_lines_were_mended_may_be_run_again(data: str, tmp_path: Path) -> None:
    given = ["--data-dir", data, "--report", str(tmp_path / "报告")]
    kept = "灯塔岛在哪里？"
    windmills = write_set(tmp_path / "风机.jsonl", kept, "灯塔岛风电场有多少台风机？")
    assert run(["evaluate", windmills, *given]) == 0
    write_set(Path(windmills), kept, "灯塔岛的风电场里，风机有多少台？")
    assert run(["evaluate", windmills, *given]) == 0
    answers = (tmp_path / "报告" / "answers.jsonl").read_text(encoding="utf-8")
    assert "风机有多少台" in answers


def test_two_sets_of_one_name_are_two_sets(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "报告"
    given = ["--data-dir", data, "--report", str(folder)]
    first = write_set(tmp_path / "甲" / "questions.jsonl", "灯塔岛风电场有多少台风机？")
    second = write_set(tmp_path / "乙" / "questions.jsonl", "灯塔岛有多大？")
    assert run(["evaluate", first, *given]) == 0
    before = contents(folder)
    assert run(["evaluate", second, *given]) == 2
    said = capsys.readouterr().err
    assert "report_taken" in said
    assert "questions.jsonl，没有一题相同" in said
    assert contents(folder) == before
    assert run(["evaluate", first, *given]) == 0


@pytest.mark.parametrize("recorded", [True, False])
def test_an_empty_library_is_no_perfect_score(
    recorded: bool, windmills: str, data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, empty = tmp_path / "a.jsonl", tmp_path / "empty"
    assert run(["answer", windmills, "-o", str(answers), "--data-dir", data]) == 0
    Library.open(empty, write=True).close()
    capsys.readouterr()
    given = ["--answers", str(answers)] if recorded else []
    report = tmp_path / "报告"
    asked = ["evaluate", windmills, *given, "--data-dir", str(empty), "--report", str(report)]
    assert run([*asked, "--json"]) == 2
    said = capsys.readouterr()
    assert "nothing_to_evaluate" in said.err
    assert "youju ingest" in said.err
    assert (said.out, report.exists()) == ("", False)


@pytest.mark.parametrize("name", ["report.html", "questions.csv", "report.json"])
def test_a_file_that_no_report_wrote_is_not_replaced_unasked(
    name: str, windmills: str, data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "报告"
    folder.mkdir()
    (folder / name).write_text("[]", encoding="utf-8")
    asked = ["evaluate", windmills, "--data-dir", data, "--report", str(folder)]
    assert run(asked) == 2
    told = capsys.readouterr().err
    assert "file_taken" in told
    assert "--overwrite" in told
    assert contents(folder) == {name: b"[]"}
    assert run([*asked, "--overwrite"]) == 0
    assert (folder / name).read_text(encoding="utf-8") != "[]"
    assert set(FILES) == {one for one in contents(folder) if not one.startswith(ANSWERS)}
    assert run(asked) == 0  # what was written is its own
