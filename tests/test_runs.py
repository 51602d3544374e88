"""A run is one line a question, survives interruption, and never destroys another file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes_eval import ScriptedAsker

from eval.question_sets import EvalQuestion
from eval.runs import answer_all, read_run
from rag.errors import DataFileMissing, DataLineInvalid, StorageFull

QUESTIONS = [
    EvalQuestion(id="a", question="一？"),
    EvalQuestion(id="b", question="二？", history=("一？",)),
    EvalQuestion(id="c", question="太长了" * 10),
    EvalQuestion(id="d", question="四？"),
]
SCRIPT = {"一？": ["甲。"], "四？": ["丁。"]}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "run.jsonl"


def test_every_question_gets_a_line_with_its_id(out: Path) -> None:
    asker = ScriptedAsker(SCRIPT)
    run = answer_all(asker, QUESTIONS, out)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["a", "b", "c", "d"]
    assert (lines[0]["schema"], lines[0]["status"], lines[1]["status"]) == (
        1,
        "answered",
        "refused",
    )
    assert lines[2]["error"]["code"] == "question_too_long"
    assert asker.asked[1].history == ("一？",)
    assert list(run.answers) == ["a", "b", "d"]
    assert list(run.failures) == ["c"]
    assert read_run(out) == run


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
def test_an_interrupted_run_goes_on_where_it_stopped(out: Path, stop: int) -> None:
    whole = answer_all(ScriptedAsker(SCRIPT), QUESTIONS, out.with_name("whole"))
    with pytest.raises(KeyboardInterrupt):
        answer_all(ScriptedAsker(SCRIPT, interrupt_at=stop), QUESTIONS, out)
    asker = ScriptedAsker(SCRIPT)
    seen: list[tuple[int, int]] = []
    run = answer_all(asker, QUESTIONS, out, lambda done, total: seen.append((done, total)))
    assert len(asker.asked) == 4 - (stop - 1)
    assert (run.answers, run.failures) == (whole.answers, whole.failures)
    assert seen == [(done, 4) for done in range(stop - 1, 5)]


def test_any_half_line_is_dropped(out: Path) -> None:
    whole = answer_all(ScriptedAsker(SCRIPT), QUESTIONS, out)
    data = out.read_bytes()
    for cut in range(0, len(data), 7):
        out.write_bytes(data[:cut])
        assert answer_all(ScriptedAsker(SCRIPT), QUESTIONS, out) == whole
        assert out.read_bytes() == data


def test_a_question_that_changed_is_asked_again_and_the_later_line_counts(out: Path) -> None:
    answer_all(ScriptedAsker({}), QUESTIONS[:1], out)
    changed = [EvalQuestion(id="a", question="四？")]
    run = answer_all(ScriptedAsker(SCRIPT), changed, out)
    assert run.answers["a"].citations[0].quote == "丁。"


def test_starting_afresh_forgets_the_earlier_answers(out: Path) -> None:
    answer_all(ScriptedAsker({}), QUESTIONS, out)
    run = answer_all(ScriptedAsker(SCRIPT), QUESTIONS, out, resume=False)
    assert run.answers["a"].answered


@pytest.mark.parametrize(
    "content", ['{"question": "一？"}\n', "notes\n", "notes", '{"schema": 1}\n']
)
def test_a_file_that_is_not_a_run_is_left_alone(out: Path, content: str) -> None:
    out.parent.mkdir()
    out.write_text(content, encoding="utf-8")
    with pytest.raises(DataLineInvalid):
        answer_all(ScriptedAsker(SCRIPT), QUESTIONS, out)
    assert out.read_text(encoding="utf-8") == content
    with pytest.raises(DataLineInvalid, match="run"):
        read_run(out)


def test_a_place_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFileMissing, match="file"):
        answer_all(ScriptedAsker(SCRIPT), QUESTIONS, tmp_path / "file" / "run.jsonl")
    with pytest.raises(StorageFull):
        answer_all(ScriptedAsker(SCRIPT), QUESTIONS, Path("/dev/full"), resume=False)
