"""Measures of rankings, by hand and against ir-measures, the field's own tool."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from fakes_eval import answer, refusal

from eval.judging import Judged, Ranked, judge
from eval.measures.average_precision import MAP
from eval.measures.hit import HIT
from eval.measures.ndcg import NDCG
from eval.measures.precision import PRECISION
from eval.measures.ratio import Measure
from eval.measures.recall import RECALL
from eval.measures.reciprocal_rank import MRR
from eval.question_formats.trec import qrels_text, run_text
from eval.question_sets import EvalQuestion


def ranked(*grades: int, unfound: tuple[int, ...] = (), name: str = "q") -> Judged:
    """A question whose ranking has these grades in order."""
    return Judged(
        question=EvalQuestion(name, "谁？", answerable=True, evidence=("有人。",)),
        answer=None,
        contained=None,
        citations=0,
        supported=0,
        ranking=tuple(Ranked(f"d{n}", grade) for n, grade in enumerate(grades)),
        unfound=tuple(Ranked(f"u{n}", grade) for n, grade in enumerate(unfound)),
        findings=None,
    )


ONE = ranked(0, 2, 0, 1, unfound=(3,))
"""Relevant at ranks 2 and 4, with grades 2 and 1; a third one of grade 3 was not found."""


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (RECALL @ 1, 0 / 3),
        (RECALL @ 3, 1 / 3),
        (RECALL @ 10, 2 / 3),
        (PRECISION @ 2, 1 / 2),
        (PRECISION @ 5, 2 / 5),  # an empty fifth place counts
        (HIT @ 1, 0),
        (HIT @ 2, 1),
        (MRR @ 10, 1 / 2),
        (MRR @ 1, 0),
        (MAP @ 10, (1 / 2 + 2 / 4) / 3),
        (
            NDCG @ 10,
            (2 / math.log2(3) + 1 / math.log2(5))
            / (3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)),
        ),
        (NDCG @ 2, (2 / math.log2(3)) / (3 / math.log2(2) + 2 / math.log2(3))),
    ],
    ids=lambda value: value.name if isinstance(value, Measure) else "",
)
def test_by_hand(measure: Measure, value: float) -> None:
    assert measure.value([ONE]) == pytest.approx(value)


def test_a_measure_at_a_cutoff_is_a_named_value() -> None:
    assert (NDCG @ 10).name == "ndcg@10"
    assert (RECALL @ 5).label == "前5召回率"


def test_what_was_not_ranked_counts_as_zero_and_what_has_no_gold_not_at_all() -> None:
    silent = judge(EvalQuestion("s", "谁？", answerable=True, evidence=("有人。",)), None)
    unknown = judge(EvalQuestion("u", "谁？"), answer("谁？", "有人。"))
    refused = judge(EvalQuestion("r", "谁？", answerable=False), refusal("谁？"))
    for family in (RECALL, PRECISION, HIT, MRR, MAP, NDCG):
        assert (family @ 10).value([silent]) == 0
        assert (family @ 10).value([unknown, refused]) is None


def test_evidence_that_nothing_found_holds_is_relevant_and_unfound() -> None:
    evidence = ("大桥全长五百米。", "桥塔高九十米。")
    question = EvalQuestion("q", "多长？多高？", answerable=True, evidence=evidence)
    one = judge(question, answer(question.question, "河里有鱼。", "大桥全长五百米。"))
    assert [found.grade for found in one.ranking] == [0, 1]
    assert (RECALL @ 10).value([one]) == 1 / 2
    assert one.rank == 2


def test_articles_are_ranked_once_each_where_the_set_judges_articles() -> None:
    question = EvalQuestion("q", "谁？", answerable=True, relevant={"A": 2, "B": 1})
    one = judge(question, answer("谁？", "甲。", "乙。"))  # both quotes are of article A
    assert one.ranking == (Ranked("A", 2),)
    assert one.unfound == (Ranked("B", 1),)
    assert (NDCG @ 10).value([one]) == pytest.approx(2 / (2 + 1 / math.log2(3)))


def made_up(seed: int) -> list[Judged]:
    """Forty questions with random grades, rankings of random length, some of them empty."""
    chance = random.Random(seed)
    return [
        ranked(
            *(chance.choice((0, 0, 0, 1, 2, 3)) for _ in range(chance.randrange(11))),
            unfound=tuple(chance.choice((1, 2, 3)) for _ in range(chance.randrange(4))),
            name=f"q {n}",
        )
        for n in range(40)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_ir_measures_gives_the_same_to_a_millionth(seed: int) -> None:
    ir: Any = pytest.importorskip("ir_measures")
    judged = [one for one in made_up(seed) if one.relevant]
    qrels = qrels_text({o.question.id: {r.id: r.grade for r in o.relevant} for o in judged})
    run = run_text({o.question.id: [r.id for r in o.ranking] for o in judged}, "youju")
    pairs = {
        "R": RECALL,
        "P": PRECISION,
        "Success": HIT,
        "AP": MAP,
        "nDCG": NDCG,
        "RR": MRR,
    }
    theirs = {getattr(ir, name) @ k: family @ k for name, family in pairs.items() for k in (5, 10)}
    values = ir.calc_aggregate(theirs, list(ir.read_trec_qrels(qrels)), list(ir.read_trec_run(run)))
    for measure, ours in theirs.items():
        assert ours.value(judged) == pytest.approx(values[measure], abs=1e-6), measure
