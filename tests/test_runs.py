"""A run is one line a question, survives interruption, and never destroys another file."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from fakes_eval import ScriptedAsker, refusal

from eval.question_sets import EvalQuestion
from eval.run_stamps import read_stamps
from eval.runs import answer_all, read_run
from rag.data_model.answers import Answer, Question
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


class Uneven:
    """Answers later questions sooner, from several threads."""

    def __init__(self) -> None:
        self.most = self.now = 0
        self._guard = threading.Lock()

    def ask(self, question: Question) -> Answer:
        with self._guard:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.02 if int(question.id or 0) % 2 else 0.001)
        with self._guard:
            self.now -= 1
        return refusal(question.question)


def test_questions_asked_side_by_side_are_written_in_their_order(tmp_path: Path) -> None:
    questions = [EvalQuestion(id=str(n), question=f"{n}？") for n in range(20)]
    asker = Uneven()
    answer_all(asker, questions, tmp_path / "many.jsonl", at_once=3)
    answer_all(Uneven(), questions, tmp_path / "one.jsonl")
    assert asker.most > 1
    assert (tmp_path / "many.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_what_stops_a_run_stops_the_others_under_way(tmp_path: Path) -> None:
    def stop(done: int, _: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    questions = [EvalQuestion(id=str(n), question=f"{n}？") for n in range(50)]
    asker, out = Uneven(), tmp_path / "run.jsonl"
    with pytest.raises(KeyboardInterrupt):
        answer_all(asker, questions, out, stop, at_once=2)
    assert asker.now == 0
    assert list(read_run(out).answers) == ["0", "1", "2", "3"]
    stamps = read_stamps(out)
    assert stamps is not None
    assert not stamps.finished
    assert len(answer_all(Uneven(), questions, out, at_once=2).answers) == 50
    stamps = read_stamps(out)
    assert stamps is not None
    assert len(stamps.sessions) == 2
    assert stamps.finished
