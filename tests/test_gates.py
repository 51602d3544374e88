"""A run held against an earlier one: what got worse is caught, what is only noise is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fake_pipeline import FakePipeline, write_library
from fakes_eval import answer, refusal

from eval.comparison import compare
from eval.gates import LEVEL, USUAL, NoWorse, no_worse
from eval.judging import Judged, judge
from eval.measures.accuracy import ACCURACY
from eval.measures.catalogue import LOWER_IS_BETTER
from eval.measures.correct import CORRECT
from eval.measures.latency import LATENCIES
from eval.measures.paired import holm, mcnemar_p, paired
from eval.question_sets import EvalQuestion
from eval.runs import Run
from rag.data_model.answers import Answer
from rag.errors import UsageInvalid
from ui.cli import run

RIGHT, WRONG = "大桥全长五百米。", "河里有许多鱼。"
QUESTIONS = [
    *(
        EvalQuestion(f"a{n}", f"第{n}问？", (), True, (("五百米",),), (), (RIGHT,))
        for n in range(200)
    ),
    *(EvalQuestion(f"r{n}", f"第{n}缺？", (), False) for n in range(50)),
]
"""250 questions: four of five can be answered."""


def _said(n: int, question: EvalQuestion, *, right: bool) -> Answer:
    """What a run that is right, or wrong, says."""
    if question.answerable and right:
        return answer(question.question, RIGHT)
    refuses = n % 2 == 0 if question.answerable else right
    return refusal(question.question) if refuses else answer(question.question, WRONG)


SAID = [
    {right: _said(n, question, right=right) for right in (True, False)}
    for n, question in enumerate(QUESTIONS)
]


def recorded(verdicts: Sequence[bool], ms: Sequence[float] | None = None) -> Run:
    """A run that is right where the verdicts say so."""
    answers = {}
    for n, (question, right) in enumerate(zip(QUESTIONS, verdicts, strict=True)):
        timings = {"timings_ms": {"total": ms[n]}} if ms else {}
        answers[question.id] = SAID[n][right].model_copy(update=timings)
    return Run(Path("run.jsonl"), answers, {})


def verdicts_of(seed: int, chance: Sequence[float]) -> list[bool]:
    return [bool(one) for one in np.random.default_rng(seed).random(len(chance)) < chance]


def hard_and_easy() -> list[float]:
    """How likely each question is to be right: most nearly always, some now and then."""
    return [(0.98, 0.98, 0.98, 0.9, 0.5)[n % 5] for n in range(len(QUESTIONS))]


def held(before: Sequence[bool], now: Sequence[bool]) -> NoWorse:
    return no_worse(QUESTIONS, recorded(before), recorded(now))


def test_equal_runs_raise_hardly_an_alarm_and_the_same_run_none() -> None:
    chance = hard_and_easy()
    alarms = sum(
        bool(held(verdicts_of(seed, chance), verdicts_of(seed + 1000, chance)).failed)
        for seed in range(100)
    )
    assert alarms <= 5
    same = held(verdicts_of(1, chance), verdicts_of(1, chance))
    assert [one.p for one in same.held] == [1.0] * len(USUAL)


@pytest.mark.parametrize("seed", range(10))
def test_a_regression_of_ten_points_is_caught_at_250_questions(seed: int) -> None:
    before = verdicts_of(seed, hard_and_easy())
    spoilt = verdicts_of(seed + 500, [0.12] * len(QUESTIONS))
    now = [right and not broken for right, broken in zip(before, spoilt, strict=True)]
    caught = held(before, now)
    assert "correct" in {one.figure.name for one in caught.failed}
    assert not held(now, before).failed  # the other way round it is a gain
    said = str(caught.failed[0])
    assert "变差" in said
    assert json.dumps(caught.to_json())
    assert "变差" in caught.table()


def test_a_few_flips_are_no_regression() -> None:
    """Four losses in 250 have one chance in sixteen: the bootstrap alone would cry out."""
    before = [True] * len(QUESTIONS)
    now = [n not in {3, 57, 111, 199} for n in range(len(QUESTIONS))]
    (found,) = paired([CORRECT], *judged(before, now))
    assert found is not None
    assert found.interval[1] < 0
    assert found.p_worse == pytest.approx(1 / 16, abs=0.02)
    assert not held(before, now).failed


def judged(before: Sequence[bool], now: Sequence[bool]) -> tuple[list[Judged], list[Judged]]:
    runs = recorded(before), recorded(now)
    a, b = ([judge(q, run.answers[q.id]) for q in QUESTIONS] for run in runs)
    return a, b


def test_slower_is_worse_and_faster_is_not() -> None:
    right = [True] * len(QUESTIONS)
    quick = [10 + n % 7 for n in range(len(QUESTIONS))]
    slow = [ms * 1.5 for ms in quick]
    a, b = (recorded(right, ms) for ms in (quick, slow))
    assert [one.figure.name for one in no_worse(QUESTIONS, a, b, ["p50_ms"]).failed] == ["p50_ms"]
    assert not no_worse(QUESTIONS, b, a, ["p50_ms,correct"]).failed
    assert {figure.name for figure in LATENCIES} <= LOWER_IS_BETTER


def test_only_what_both_were_asked_is_compared() -> None:
    before = recorded([True] * len(QUESTIONS))
    for n in range(40):
        del before.answers[f"a{n}"]
    found = no_worse(QUESTIONS, before, recorded([True] * len(QUESTIONS)))
    assert (found.questions, found.left_out) == (210, 40)
    assert "另有 40 题" in found.table()
    with pytest.raises(UsageInvalid, match="没有问过"):
        no_worse(QUESTIONS, Run(Path("x"), {}, {}), before)


@pytest.mark.parametrize("name", ["refusal_rate", "recall@5", "quotes_verified", "nothing"])
def test_what_is_neither_better_nor_worse_cannot_be_asked(name: str) -> None:
    run = recorded([True] * len(QUESTIONS))
    with pytest.raises(UsageInvalid, match=name):
        no_worse(QUESTIONS, run, run, [name])


def test_what_was_asked_and_cannot_be_had_is_no_pass() -> None:
    questions = QUESTIONS[200:]  # nothing to answer: there is no accuracy
    run = recorded([True] * len(QUESTIONS))
    found = no_worse(questions, run, run, [ACCURACY.name])
    assert [one.figure for one in found.failed] == [ACCURACY]
    assert "无法比较" in found.table()
    assert ACCURACY not in {one.figure for one in no_worse(questions, run, run).held}


def test_a_set_that_says_nothing_of_what_is_right_is_no_pass() -> None:
    questions = [EvalQuestion(f"a{n}", f"第{n}问？") for n in range(20)]
    run = recorded([True] * len(QUESTIONS))
    with pytest.raises(UsageInvalid, match="没有一项指标可比"):
        no_worse(questions, run, run)


def test_a_usual_figure_that_the_new_run_lacks_is_no_pass() -> None:
    """Who refuses everything cites nothing: there is no precision to compare."""
    before = recorded([True] * len(QUESTIONS))
    silent = Run(Path("silent"), {q.id: refusal(q.question) for q in QUESTIONS[:200]}, {})
    found = no_worse(QUESTIONS[:200], before, silent)
    (lost,) = [one for one in found.failed if one.figure.name == "citation_precision"]
    assert (lost.before, lost.now) == (1.0, None)
    assert "citation_precision" in str(lost)
    assert "无法比较" in found.table()


def test_mcnemar_by_hand() -> None:
    assert mcnemar_p(0, 0) == 1.0
    assert mcnemar_p(5, 0) == mcnemar_p(0, 5) == 2 / 32
    assert mcnemar_p(1, 5) == pytest.approx(2 * (1 + 6) / 64)
    assert mcnemar_p(3, 3) == 1.0


def test_holm_by_hand() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == [pytest.approx(0.03), None, 0.06, 0.06]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_comparison_lists_wins_and_losses_and_whether_they_are_chance() -> None:
    before = [n >= 2 for n in range(len(QUESTIONS))]
    now = [n < 240 for n in range(len(QUESTIONS))]
    found = compare(recorded(before), recorded(now), QUESTIONS)
    assert (found.won, len(found.lost)) == (("a0", "a1"), 10)
    assert found.to_json()["mcnemar"] == {"won": 2, "lost": 10, "p": mcnemar_p(2, 10)}
    correct = next(d for d in found.differences if d.measure is CORRECT)
    assert correct.interval is not None
    assert correct.interval[0] < (correct.change or 0) < correct.interval[1]
    assert correct.corrected is not None
    assert correct.p is not None
    assert correct.corrected >= correct.p
    said = f"McNemar 检验：新答对与新答错一样多只是碰巧的概率 p = {mcnemar_p(2, 10):.3f}"
    assert said in found.table()
    assert LEVEL < mcnemar_p(2, 10) < 0.05


def test_the_command_passes_the_same_run_and_stops_a_worse_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, questions = tmp_path / "data", tmp_path / "题目.jsonl"
    write_library(data)
    monkeypatch.setattr("rag.assembly.open_pipeline", FakePipeline)
    records = (
        {"id": str(n), "question": f"灯塔岛风电场第{n}期有多少台风机？", "answers": [["38台"]]}
        for n in range(30)
    )
    questions.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
    command = ["evaluate", str(questions), "--data-dir", str(data)]
    assert run([*command, "--report", str(tmp_path / "before")]) == 0
    held_to = ["--no-worse-than", str(tmp_path / "before")]
    assert run([*command, *held_to]) == 0
    assert "与 before 比（30 题）" in capsys.readouterr().out
    worse = tmp_path / "worse.jsonl"
    wrong = (_said(1, EvalQuestion(str(n), f"{n}？"), right=False) for n in range(30))
    lines = (json.dumps(one.to_json() | {"id": str(n)}) for n, one in enumerate(wrong))
    worse.write_text("\n".join(lines), encoding="utf-8")
    assert run([*command, "--answers", str(worse), *held_to, "--measure", "correct"]) == 1
    assert "未过关：总正确率（correct）变差：原 100.0%，现 0.0%" in capsys.readouterr().err
    # held against the very folder that is written anew
    assert run([*command, "--report", str(tmp_path / "before"), *held_to, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["no_worse_than"]["measures"]
    assert not any(one["worse"] for one in told.values())
    for bad in (["--measure", "correct"], [*held_to, "--measure", "recall@5"]):
        assert run([*command, *bad]) == 2
        said = capsys.readouterr().err
        assert (said.startswith("错误："), said.count("\n")) == (True, 1)
