"""An evaluation that is killed at any question goes on, and its report is the same in the end."""

from __future__ import annotations

import json
import random
import re
import signal
from pathlib import Path

import pytest
from fake_pipeline import write_library
from killed_evaluations import acknowledged, start

from eval.run_stamps import read_stamps
from eval.runs import read_run

TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\+00:00)?")
COMPARED = (
    "report.json",
    "report.md",
    "report.html",
    "failures.jsonl",
    "questions.csv",
    "junit.xml",
    "run.txt",
    "qrels.txt",
    "answers.jsonl",
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    write_library(tmp_path / "data")
    records = [
        {"id": f"q{n}", "question": f"灯塔岛风电场第{n}期有多少台风机？", "answers": [["38台"]]}
        if n % 3
        else {"id": f"q{n}", "question": f"第{n}个发明电话机的是谁？", "answerable": False}
        for n in range(40)
    ]
    path = tmp_path / "题目.jsonl"
    lines = (json.dumps(one, ensure_ascii=False) for one in records)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def evaluated(questions: Path, report: Path) -> int:
    """Run to the end; how many questions were asked."""
    child = start(questions.parent / "data", questions, report)
    asked = acknowledged(child, 1000)
    _, said = child.communicate(timeout=120)
    assert child.returncode == 0, said
    return asked


def timeless(report: Path) -> dict[str, str]:
    return {name: TIME.sub("–", (report / name).read_text(encoding="utf-8")) for name in COMPARED}


def test_ten_interruptions_at_random_questions_leave_the_same_report(
    questions: Path, tmp_path: Path
) -> None:
    whole, broken = tmp_path / "whole" / "run", tmp_path / "broken" / "run"
    assert evaluated(questions, whole) == 40
    luck = random.Random(22)
    for n in range(10):
        child = start(questions.parent / "data", questions, broken)
        acknowledged(child, luck.randint(1, 4))
        child.send_signal(signal.SIGINT if n % 3 == 0 else signal.SIGKILL)
        child.communicate(timeout=120)
        assert child.returncode in {130, -signal.SIGINT, -signal.SIGKILL}
        assert not (broken / "report.json").exists()
    before = len(read_run_so_far(broken))
    assert 0 < before < 40
    assert evaluated(questions, broken) == 40 - before
    assert timeless(broken) == timeless(whole)
    stamps = read_stamps(broken / "answers.jsonl")
    assert stamps is not None
    assert len(stamps.sessions) == 11
    assert stamps.finished >= stamps.sessions[-1].began >= stamps.started
    settings = json.loads((broken / "report.json").read_text(encoding="utf-8"))["settings"]
    assert settings["started"] == stamps.started
    assert settings["finished"] == stamps.finished
    assert "核" in settings["machine"][0]
    assert (settings["set"], settings["run"]) == ("题目.jsonl", "run")


def read_run_so_far(report: Path) -> list[str]:
    """The ids of the whole lines."""
    lines = (report / "answers.jsonl").read_bytes().split(b"\n")[:-1]
    return [json.loads(line)["id"] for line in lines]


def test_other_questions_articles_or_a_finished_run_are_asked_afresh(
    questions: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    assert evaluated(questions, report) == 40
    assert evaluated(questions, report) == 40  # who evaluates again wants new figures
    child = start(questions.parent / "data", questions, report)
    acknowledged(child, 5)
    child.kill()
    child.communicate(timeout=120)
    write_library(questions.parent / "data", body="灯塔岛另有一座灯塔。\n", title="灯塔")
    assert evaluated(questions, report) == 40
    generations = {
        one.receipt.generation for one in read_run(report / "answers.jsonl").answers.values()
    }
    assert len(generations) == 1
