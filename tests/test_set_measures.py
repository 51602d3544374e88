"""Measures over a whole set, each against arithmetic that a reader can check by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from fakes_eval import answer, refusal

from eval.judging import Judged, judge
from eval.measures.calibration_error import CALIBRATION_ERROR
from eval.measures.catalogue import BY_TYPE, FIGURES
from eval.measures.character_f1 import CHARACTER_F1
from eval.measures.citation_precision import CITATION_PRECISION
from eval.measures.citation_recall import CITATION_RECALL
from eval.measures.exact_match import EXACT_MATCH
from eval.measures.latency import LATENCIES, percentile
from eval.measures.quoted_evidence import EVIDENCE_F1
from eval.measures.refusal import REFUSAL_F1, REFUSAL_PRECISION, REFUSAL_RECALL
from eval.measures.risk_area import RISK_AREA
from eval.measures.rouge_l import ROUGE_L, common_subsequence, rouge_l
from eval.measures.significance import DRAWS, intervals
from eval.measures.statement_support import statement_precision, statement_recall
from eval.measures.statistic import Figure
from eval.question_sets import EvalQuestion
from rag.data_model.answers import Answer, Statement, Why

LONG = "大桥全长五百米。"


def asked(
    name: str, *golds: str, evidence: tuple[str, ...] = (), answerable: bool = True
) -> EvalQuestion:
    groups = (golds,) if golds else ()
    return EvalQuestion(name, "多长？", answerable=answerable, answers=groups, evidence=evidence)


def sure(confidence: float, *, right: bool) -> Judged:
    """An answer with this confidence."""
    said = answer("多长？", LONG if right else "河里有鱼。").model_copy(
        update={"confidence": confidence}
    )
    return judge(asked("q", "五百米"), said)


def test_short_answers_are_matched_and_unanswered_ones_are_zero() -> None:
    judged = [
        judge(asked("a", "五百米", "500米"), answer("多长？", LONG, short="500米")),
        judge(asked("b", "五百米"), answer("多长？", LONG, short="全长五百米")),
        judge(asked("c", "五百米"), refusal("多长？")),
        judge(asked("d", "五百米"), None),
        judge(asked("e", answerable=False), refusal("多长？")),  # nothing to match
    ]
    assert EXACT_MATCH.value(judged) == 1 / 4
    assert CHARACTER_F1.value(judged) == pytest.approx((1 + 2 * 3 / (5 + 3) + 0 + 0) / 4)
    assert ROUGE_L.value(judged) == pytest.approx((1 + 2 * 3 / (5 + 3) + 0 + 0) / 4)


def test_a_list_has_no_one_span_but_a_common_subsequence() -> None:
    question = EvalQuestion("q", "哪些？", answerable=True, answers=(("甲",), ("乙丙", "丙")))
    one = judge(question, answer("哪些？", "甲和丙。"))
    assert EXACT_MATCH.value([one]) is None
    assert CHARACTER_F1.value([one]) is None
    assert ROUGE_L.value([one]) == pytest.approx(2 * 2 / (4 + 3))  # 甲…丙 of 甲和丙。 and 甲乙丙


@pytest.mark.parametrize(
    ("left", "right", "length"), [("", "甲", 0), ("甲乙丙", "丙甲乙", 2), ("甲甲", "甲", 1)]
)
def test_common_subsequences(left: str, right: str, length: int) -> None:
    assert common_subsequence(left, right) == common_subsequence(right, left) == length


def test_common_subsequences_are_those_of_the_textbook() -> None:
    chance = np.random.default_rng(7)
    for _ in range(60):
        a, b = ("".join(chance.choice(list("甲乙丙"), n)) for n in chance.integers(0, 9, 2))
        subsequences = [
            {"".join(s) for n in range(len(t) + 1) for s in itertools.combinations(t, n)}
            for t in (a, b)
        ]
        longest = max(map(len, subsequences[0] & subsequences[1]))
        assert common_subsequence(a, b) == longest


def test_rouge_takes_the_best_gold_and_ignores_width() -> None:
    assert rouge_l("５００ 米", ["六百米", "500米"]) == 1.0
    assert rouge_l("甲", []) == 0.0


def test_evidence_that_quotes_hold() -> None:
    other = "桥塔高九十米。"
    judged = [
        judge(asked("a", evidence=(LONG, other)), answer("多长？", LONG)),  # 1 of 2
        judge(asked("b", evidence=(LONG,)), None),  # 0 of 1
        judge(asked("c", answerable=False), answer("多长？", LONG)),
    ]
    assert CITATION_RECALL.value(judged) == 1 / 3
    # a: best of 8 shared of 8 and 8 (LONG alone); b: nothing quoted. In percent.
    assert EVIDENCE_F1.value(judged) == pytest.approx((100 + 0) / 2)


def listed(*quotes: str, items: int) -> Answer:
    """An answer whose last `items` quotes are items of a list."""
    made = answer("哪些？", *quotes)
    first = len(quotes) - items
    return made.model_copy(
        update={
            "citations": tuple(
                c.model_copy(update={"why": Why(chosen="list_item" if n >= first else "evidence")})
                for n, c in enumerate(made.citations)
            )
        }
    )


def test_what_leads_in_a_list_is_no_unsupported_citation() -> None:
    evidence = ("（一）修路；", "（二）架桥。")
    question = EvalQuestion("q", "哪些？", answerable=True, evidence=evidence)
    for said in (
        answer("哪些？", "要办两件事：", *evidence),
        listed("今年要办两件实事。", *evidence, items=2),
        listed("今年要办两件实事。", *evidence, items=3),
    ):
        assert CITATION_PRECISION.value([judge(question, said)]) == 1.0
    for said in (
        answer("哪些？", "今年要办两件实事。", *evidence),
        listed(*evidence, "还有别的。", items=3),
        answer("哪些？", *evidence, "另外："),
    ):
        assert CITATION_PRECISION.value([judge(question, said)]) == pytest.approx(2 / 3)


def test_statements_are_supported_by_what_holds_them() -> None:
    made = answer("多长？", "大桥全长", "五百米。", "河里有鱼。")
    two = Statement(text=LONG, citations=(1, 2))  # both are needed
    idle = Statement(text="五百米。", citations=(2, 3))  # 3 is not needed
    bare = Statement(text="桥很美。", citations=())
    false = Statement(text="桥很美。", citations=(3,))
    said = made.model_copy(update={"statements": (two, idle, bare, false)})
    assert statement_recall(said) == 2 / 4
    assert statement_precision(said) == 3 / 5  # 1, 2, 2 of 1, 2, 2, 3, 3


def test_refusal_f1_is_the_harmonic_mean() -> None:
    judged = [
        judge(asked("a", answerable=False), refusal("？")),
        judge(asked("b", answerable=False), answer("？", LONG)),
        judge(asked("c", "x"), refusal("？")),
        judge(asked("d", "x"), refusal("？")),
    ]
    p, r = REFUSAL_PRECISION.value(judged), REFUSAL_RECALL.value(judged)
    assert (p, r) == (1 / 3, 1 / 2)
    assert REFUSAL_F1.value(judged) == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))


def test_risk_area_by_hand() -> None:
    # By confidence: right, wrong, right; then the refused one, last and wrong.
    judged = [sure(0.9, right=True), sure(0.7, right=True), sure(0.8, right=False)]
    judged.append(judge(asked("r", "五百米"), refusal("多长？")))
    assert RISK_AREA.value(judged) == pytest.approx((0 / 1 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


def test_equally_sure_answers_have_one_risk_in_any_order() -> None:
    tied = [sure(0.8, right=True), sure(0.8, right=False)]
    assert RISK_AREA.value(tied) == RISK_AREA.value(tied[::-1]) == pytest.approx(1 / 2)
    assert RISK_AREA.value([judge(EvalQuestion("u", "？"), None)]) is None


def test_calibration_error_by_hand() -> None:
    # .91 and .95 in one bin, one of them right: |1.86 - 1|; .42 alone, wrong: |.42 - 0|
    judged = [sure(0.91, right=True), sure(0.95, right=False), sure(0.42, right=False)]
    judged.append(judge(asked("r", "五百米"), None))  # said nothing of itself
    assert CALIBRATION_ERROR.value(judged) == pytest.approx((0.86 + 0.42) / 3)
    assert CALIBRATION_ERROR.value(judged[3:]) is None
    # 1.0 is in the last bin, with .91: |1.91 - 1|; .85 alone, right: |.85 - 1|
    edge = [sure(1.0, right=True), sure(0.91, right=False), sure(0.85, right=True)]
    assert CALIBRATION_ERROR.value(edge) == pytest.approx((0.91 + 0.15) / 3)


def test_latencies_are_nearest_ranks_and_leave_out_what_was_not_timed() -> None:
    taken = [float(n) for n in range(1, 21)]
    judged = [judge(asked("q"), answer("？", LONG, ms=ms)) for ms in taken]
    judged.append(judge(asked("q"), None))
    for figure, share in zip(LATENCIES, (0.5, 0.95, 0.99), strict=True):
        assert figure.value(judged) == percentile(taken, share)
        assert figure.value(judged[20:]) is None


def test_every_figure_has_an_interval_around_it_that_repeats() -> None:
    judged = [sure(n / 50, right=n % 3 > 0) for n in range(1, 49)]
    judged += [judge(asked("r", answerable=False), refusal("？")) for _ in range(12)]
    found = intervals(FIGURES, judged)
    assert found == intervals(FIGURES, judged)
    for figure in FIGURES:
        value = figure.value(judged)
        assert (figure.name in found) is (value is not None), figure.name
        if value is not None:
            low, high = found[figure.name]
            assert low - 1e-9 <= value <= high + 1e-9, figure.name
    assert intervals(FIGURES, []) == {}


def test_draws_of_one_question_are_that_question() -> None:
    counts = np.full((DRAWS, 1), 1.0)
    figures: list[Figure] = [*BY_TYPE, RISK_AREA]
    for figure in figures:
        value = figure.value([sure(0.7, right=True)])
        drawn = figure.resampled([sure(0.7, right=True)])(counts)
        assert np.isnan(drawn).all() if value is None else (drawn == value).all()
