"""Reports over five questions whose figures can be counted by hand; comparisons; gates."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes_eval import answer, refusal

from eval.comparison import compare
from eval.html_report.page import html_of
from eval.judging import Found
from eval.question_sets import EvalQuestion, QuestionSet
from eval.report_writing import write_report
from eval.reports import FAULTS, Report, evaluate
from eval.runs import Run
from eval.tables import as_read, markdown_table, text_table, width
from rag.data_model.answers import Answer
from rag.errors import LibraryBusy, QuestionEmpty, QuestionTooLong, UsageInvalid, YoujuError

BRIDGE = "大桥全长五百米。"
QUESTIONS = [
    EvalQuestion("a", "长？", (), True, (("五百米",),), ("六百米",), (BRIDGE,), "how_many"),
    EvalQuestion("b", "塔？", (), True, (("单塔",),), (), ("大桥是单塔斜拉桥。",), "how_many"),
    EvalQuestion("c", "谁？", (), True, (("李工",),), (), ("李工画了图纸。",), "who"),
    EvalQuestion("d", "价？", (), False, type="none"),
    EvalQuestion("e", "色？", (), False, type="none"),
]
ANSWERS = {
    "a": answer("长？", BRIDGE, "河里有许多鱼。", ms=10),  # right; one citation of two is good
    "b": refusal("塔？", "河里有许多鱼。", "大桥是单塔斜拉桥。", ms=20),  # shows it second
    # c is not answered at all
    "d": refusal("价？", ms=30),
    "e": answer("色？", "河里有许多鱼。", ms=40),
}


def run_of(answers: dict[str, Answer], name: str = "run.jsonl") -> Run:
    return Run(Path(name), answers, {})


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(QUESTIONS, run_of(ANSWERS), verifier=lambda a: [] if a.answered else ["?"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("questions", 5),
        ("correct", 2 / 5),  # a and d
        ("accuracy", 1 / 3),  # a of a, b, c
        ("citation_precision", 1 / 3),  # of a's two and e's one
        ("quotes_verified", 2 / 4),  # a and e of the four that there are
        ("refusal_precision", 1 / 2),  # d of b, d
        ("refusal_recall", 1 / 2),  # d of d, e
        ("refusal_rate", 2 / 5),  # b and d
        ("balanced_accuracy", (1 / 3 + 1 / 2) / 2),  # a of a, b, c; d of d, e
        ("recall@1", 1 / 3),
        ("recall@5", 2 / 3),
        ("mrr@10", (1 / 1 + 1 / 2 + 0) / 3),
        ("mean_quoted_length", (8 + 7 + 7) / 2),
        ("p50_ms", 20),
        ("p95_ms", 40),
    ],
)
def test_figures(report: Report, name: str, value: float) -> None:
    assert report.metrics[name] == pytest.approx(value)


def test_types_are_figured_apart(report: Report) -> None:
    assert report.types["how_many"].metrics["accuracy"] == pytest.approx(1 / 2)
    assert report.types["none"].metrics["accuracy"] is None
    assert {name: group.metrics["questions"] for name, group in report.types.items()} == {
        "how_many": 2,
        "none": 2,
        "who": 1,
    }


def test_faults_name_what_is_wrong(report: Report) -> None:
    faults = {one.question.id: one.fault for one in report.judged}
    assert faults == {
        "a": "unsupported",
        "b": "refused",
        "c": "missing",
        "d": None,
        "e": "answered",
    }


def test_a_forbidden_text_spoils_a_right_answer() -> None:
    spoiled = answer("长？", BRIDGE, "另一处说大桥全长六百米。")
    report = evaluate(QUESTIONS[:1], run_of({"a": spoiled}))
    assert report.metrics["accuracy"] == 0
    assert report.judged[0].fault == "forbidden"


def test_unlabelled_questions_are_counted_but_not_judged() -> None:
    report = evaluate([EvalQuestion("x", "怎样？")], run_of({"x": answer("怎样？", BRIDGE)}))
    assert (report.metrics["accuracy"], report.metrics["citation_precision"]) == (None, None)
    assert (report.metrics["questions"], report.metrics["refusal_rate"]) == (1, 0)


def test_an_empty_run_is_all_wrong() -> None:
    report = evaluate(QUESTIONS, run_of({}))
    assert (report.metrics["correct"], report.metrics["balanced_accuracy"]) == (0, 0)
    assert report.metrics["p50_ms"] is None
    assert "未答 5" in report.table()


class Unwilling:
    """Refuses to search for what the set asks second."""

    def __init__(self, error: YoujuError) -> None:
        self.error = error

    def search(self, query: str, limit: int) -> list[Found]:
        del limit
        if query == "塔？":
            raise self.error
        return []


@pytest.mark.parametrize(
    "error", [QuestionTooLong(length=9, limit=2), LibraryBusy(path="库"), QuestionEmpty()]
)
@pytest.mark.parametrize("asked", [True, False])
def test_what_cannot_be_judged_is_one_failure(error: YoujuError, asked: bool) -> None:
    answers = {name: one for name, one in ANSWERS.items() if asked or name != "b"}
    made = evaluate(QUESTIONS, run_of(answers), searcher=Unwilling(error))
    assert (made.failed, len(made.judged)) == (1, 5)
    assert made.metrics["correct"] == 2 / 5
    failed = {one["id"]: one for one in made.failures()}["b"]
    assert (failed["fault"], failed["error"]["code"]) == ("missing", error.code)
    assert "出错 1" in made.headline()


def test_a_proof_that_the_library_cannot_give_is_one_failure() -> None:
    def prove(one: Answer) -> list[str]:
        if one.question == "价？":
            raise LibraryBusy(path="库")
        return []

    made = evaluate(QUESTIONS, run_of(ANSWERS), verifier=prove)
    assert (made.failed, made.metrics["correct"]) == (1, 1 / 5)


def test_gates(report: Report) -> None:
    assert report.check("accuracy=0.3,refusal_recall=0.5") == []
    (failed,) = report.check(["accuracy=0.4", "refusal_recall=0.5"])
    assert str(failed) == "accuracy 应不低于 0.4，实为 0.3333"
    (unknown,) = evaluate([], run_of({})).check("accuracy=0.1")
    assert unknown.value is None
    for gate in ("accuracy", "accuracy=", "accuracy=nan", "nothing=0.5", ""):
        with pytest.raises(UsageInvalid, match="门槛"):
            report.check(gate)


def test_what_is_written_can_be_read(report: Report, tmp_path: Path) -> None:
    write_report(report, tmp_path / "new")
    written = json.loads((tmp_path / "new" / "report.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(report.to_json()))
    assert written["settings"]["generation"] == [3]
    lines = (tmp_path / "new" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a", "b", "c", "e"]
    assert "该答而拒" in (tmp_path / "new" / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "share", "sign", "text"),
    [
        (15190.4, False, "", "15,190"),
        (-10100.0, False, "+", "-10,100"),
        (999.94, False, "", "999.9"),
        (0.01493, False, "", "0.01493"),
        (0.5, True, "+", "+50.0%"),
        (None, True, "", "—"),
    ],
)
def test_figures_are_read_without_exponents(
    value: float | None, share: bool, sign: str, text: str
) -> None:
    assert as_read(value, share=share, sign=sign) == text


def test_tables_line_up_over_double_width() -> None:
    first, rule, *rest = text_table([["指标", "值"], ["a", "1"], ["正确率", "12%"]]).splitlines()
    assert {width(line) for line in (first, rule, *rest)} == {6 + 2 + 3}
    assert markdown_table([["a"], ["x|y\nz"]]).endswith(r"| x\|y z |")


def test_comparison_names_won_lost_and_changed() -> None:
    better = ANSWERS | {
        "a": refusal("长？"),
        "b": answer("塔？", "大桥是单塔斜拉桥。"),
        "e": answer("色？", "桥下有船。"),
    }
    comparison = compare(run_of(ANSWERS, "A"), run_of(better, "B"), QUESTIONS)
    assert (comparison.won, comparison.lost, comparison.changed) == (("b",), ("a",), ("e",))
    by_name = {d.measure.name: d for d in comparison.differences}
    precision = by_name["citation_precision"]  # 1/3 before; b's one of b's and e's now
    assert precision.change == pytest.approx(1 / 2 - 1 / 3)
    assert by_name["accuracy"].p == 1.0  # one won, one lost
    assert not {"recall@1", "mrr@10", "quotes_verified"} & set(by_name)  # answers do not hold these
    assert json.dumps(comparison.to_json())
    assert "B 新答对 1 题：b" in comparison.table()


def test_a_report_names_its_set_and_its_day(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text("")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    questions = QuestionSet(tmp_path / "题目.csv", tuple(QUESTIONS), ())
    report = evaluate(questions, Run(file, ANSWERS, {}))
    day = f"{datetime.fromtimestamp(1_700_000_000, UTC).astimezone():%Y-%m-%d %H:%M}"
    assert report.title() == f"题目.csv · {day}"
    assert report.table().startswith(report.title())
    assert report.markdown().startswith(f"# 评测报告：{report.title()}\n")
    assert f"- 日期：{day}" in report.markdown()
    assert report.title() in html_of(report, FAULTS)
    assert evaluate(QUESTIONS, run_of(ANSWERS)).title() == "run.jsonl"
