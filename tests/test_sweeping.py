"""A matrix over settings: every run named after its settings, resumable, with its Pareto front."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pages import ingest_into, word_scorer, write

from eval.question_sets import load_questions
from eval.reports import Report
from eval.runs import read_run
from eval.sweeping import Combination, Sweep, Tried, combinations, sweep
from rag.assembly import open_pipeline
from rag.data_model.answers import Answer, Question
from rag.errors import SettingInvalid, SettingUnknown, UsageInvalid
from rag.evidence.scorer import FeatureScorer
from rag.models.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.settings import Loaded, Settings, load
from ui.cli import run

PAGE = "江口大桥全长2360米，主塔高180米。\n青湾茶厂去年产茶5000斤。\n"
QUESTIONS = (
    {"id": "1", "question": "江口大桥全长多少米？", "answers": [["2360米"]]},
    {"id": "2", "question": "青湾茶厂去年产茶多少斤？", "answers": [["5000斤"]]},
    {"id": "3", "question": "西山水库谁来管？", "answerable": False},
)
SET = ["answer.threshold=0.05,0.999", "retrieval.systems=both,lexical"]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    ingest_into(tmp_path / "data", write(tmp_path / "pages", page=PAGE))
    path = tmp_path / "题目.jsonl"
    lines = (json.dumps(one, ensure_ascii=False) for one in QUESTIONS)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def loaded(tmp_path: Path, questions: Path) -> Loaded:
    return load(tmp_path / "data")


class Counting:
    """Opens pipelines, and counts what is opened and asked."""

    def __init__(self, stop_at: int = 0, scorer: FeatureScorer | None = None) -> None:
        self.opened = self.asked = 0
        self.stop_at = stop_at
        self.scorer = scorer or word_scorer()

    def __call__(self, settings: Settings) -> Pipeline:
        self.opened += 1
        counting = self

        class Counted(Pipeline):
            def ask(self, question: Question, on_stage: object = None) -> Answer:
                counting.asked += 1
                if counting.asked == counting.stop_at:
                    raise KeyboardInterrupt
                return super().ask(question)

        pipeline = open_pipeline(settings, HashingEmbedder(), self.scorer)
        pipeline.__class__ = Counted
        return pipeline


def test_every_combination_is_a_run_named_after_its_settings(
    tmp_path: Path, questions: Path, loaded: Loaded
) -> None:
    opener = Counting()
    out = tmp_path / "out"
    found = sweep(load_questions(questions), combinations(SET), loaded, out, opener)
    names = [
        f"answer.threshold={threshold},retrieval.systems={systems}"
        for threshold in (0.05, 0.999)
        for systems in ("both", "lexical")
    ]
    assert [one.combination.name for one in found.tried] == names
    assert (opener.opened, opener.asked) == (1, 12)  # models and indexes are loaded once
    for name in names:
        assert {"answers.jsonl", "report.html", "junit.xml"} <= {
            path.name for path in (out / name).iterdir()
        }
    by_name = {one.combination.name: one.report.metrics for one in found.tried}
    assert by_name[names[0]]["accuracy"] == 1.0
    assert by_name[names[3]]["accuracy"] == 0.0  # nothing is that sure
    receipts = {
        answer.receipt.settings
        for name in names
        for answer in read_run(out / name / "answers.jsonl").answers.values()
    }
    assert len(receipts) == 4
    told = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert [one["settings"] for one in told["runs"]][1] == {
        "answer.threshold": 0.05,
        "retrieval.systems": "lexical",
    }
    assert names[2] in (out / "sweep.md").read_text(encoding="utf-8")
    assert (out / "sweep.csv").read_text(encoding="utf-8").count("\n") == 5


@pytest.mark.parametrize("stop", [2, 5, 11])
def test_an_interrupted_sweep_goes_on_where_it_stopped(
    tmp_path: Path, questions: Path, loaded: Loaded, stop: int
) -> None:
    asked = load_questions(questions)
    with pytest.raises(KeyboardInterrupt):
        sweep(asked, combinations(SET), loaded, tmp_path / "out", Counting(stop))
    rest, again = Counting(), Counting()
    sweep(asked, combinations(SET), loaded, tmp_path / "out", rest)
    assert rest.asked == 12 - (stop - 1)
    sweep(asked, combinations(SET), loaded, tmp_path / "out", again)
    assert again.asked == 0
    ingest_into(tmp_path / "data", write(tmp_path / "more", more="南塘小学有学生320名。\n"))
    sweep(asked, combinations(SET), loaded, tmp_path / "out", again)
    assert again.asked == 12  # of other articles nothing is kept


def test_nothing_is_kept_of_another_library_or_another_reader(
    tmp_path: Path, questions: Path, loaded: Loaded
) -> None:
    """Two libraries may be at the same generation, and a refit changes no version."""
    asked, tried, out = load_questions(questions), combinations(SET[:1]), tmp_path / "out"
    sweep(asked, tried, loaded, out, Counting())
    ingest_into(tmp_path / "other", write(tmp_path / "pages2", page="南塘小学有学生320名。\n"))
    other, refitted, same = Counting(), Counting(scorer=word_scorer("refitted")), Counting()
    found = sweep(asked, tried, load(tmp_path / "other"), out, other)
    assert other.asked == 6
    assert found.tried[0].report.metrics["accuracy"] == 0.0  # it says nothing of the bridge
    for opener in (refitted, same):
        sweep(asked, tried, loaded, out, opener)
        assert opener.asked == 6


def tried(name: str, accuracy: float, refusals: float | None, length: float, ms: float) -> Tried:
    figures = {
        "accuracy": accuracy,
        "refusal_f1": refusals,
        "mean_quoted_length": length,
        "p50_ms": ms,
    }
    report = Report((), figures, {}, {}, {}, {}, 0, ())
    return Tried(Combination({"answer.enough": name}), report)


def test_the_front_is_what_no_other_beats() -> None:
    best = tried("best", 0.9, 0.8, 60, 100)
    short = tried("short", 0.8, 0.8, 40, 100)
    quick = tried("quick", 0.8, 0.8, 60, 50)
    beaten = tried("beaten", 0.85, 0.8, 60, 102)  # 2 ms are no other speed
    same = tried("same", 0.9, 0.8, 60, 97)
    found = Sweep(9, (best, short, quick, beaten, same))
    assert found.front == [best, short, quick, same]
    assert "前沿（4 种）" in found.table()
    without = Sweep(9, (tried("a", 0.9, None, 60, 100), tried("b", 0.8, None, 60, 100)))
    assert [one.combination.values["answer.enough"] for one in without.front] == ["a"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ([], UsageInvalid),
        (["answer.threshold"], UsageInvalid),
        (["answer.threshold="], UsageInvalid),
        (["answer.threshold=0.3", "answer.threshold=0.5"], UsageInvalid),
        (["answer.treshold=0.3"], SettingUnknown),
        (["answer.threshold=0.3,much"], SettingInvalid),
        (["retrieval.systems=all"], SettingInvalid),
        (["passages.size=100,200"], UsageInvalid),
        (["server.port=1,2"], UsageInvalid),
        (["data_dir=a,b"], UsageInvalid),
        (["retrieval.candidates=" + ",".join(map(str, range(1, 202)))], UsageInvalid),
    ],
)
def test_what_cannot_be_swept_is_told(given: list[str], error: type[Exception]) -> None:
    with pytest.raises(error):
        combinations(given)


def test_a_name_is_one_folder_whatever_is_in_it() -> None:
    hostile = Combination({"reader.model": "../../etc/x\n"})
    assert "/" not in hostile.name
    assert hostile.name != Combination({"reader.model": "../../etc/x_"}).name
    assert len(Combination({"reader.model": "长" * 900}).name.encode()) < 500


def test_the_command_says_what_is_wrong_in_one_line(
    questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["sweep", str(questions), "--data-dir", str(tmp_path / "data")]
    assert run([*command, "--set", "passages.size=100"]) == 2
    said = capsys.readouterr().err
    assert "重新导入" in said
    assert said.count("\n") == 1


def test_the_command_prints_the_table(
    questions: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("rag.assembly.open_pipeline", Counting())
    command = ["sweep", str(questions), "--set", SET[0], "--data-dir", str(tmp_path / "data")]
    assert run(command) == 0
    said = capsys.readouterr().out
    assert "answer.threshold" in said
    assert "前沿" in said
    assert (tmp_path / "data" / "evaluations" / "sweeps").is_dir()
