"""What is seldom told: learnt from the wording alone, whatever names and numbers it has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.run_training import fit
from eval.tellable_training import examples, figures
from eval.written import Place, WrittenQuestion
from rag.data_model.answers import Question
from rag.data_model.documents import Span
from rag.evidence.decision import (
    QUESTION_READINGS,
    Decision,
    Measurements,
    question_row,
    sentence_rows,
)
from rag.evidence.features import QUESTION_FEATURES, SENTENCE_FEATURES, Measured
from rag.models.reader import Reading
from rag.question.tellable import TOLD, as_kind, told_odds
from rag.question.understanding import bare_question, understand

TOLD_OF_IT = ("青石湾大桥是哪天通车的", "修这座大桥有什么好处", "什么是生物质能")
SELDOM = ("大桥的设计师叫什么名字", "居民怎么评价这座大桥", "门票多少钱")


@pytest.mark.parametrize(
    "bare", [*TOLD_OF_IT, *SELDOM, "how long is the bridge", "", "？", "\U0001f309"]
)
def test_odds_are_finite_and_the_same_each_time(bare: str) -> None:
    odds = told_odds(bare)
    assert np.isfinite(odds)
    assert told_odds(bare) == odds


def test_what_is_seldom_told_is_less_likely_told() -> None:
    assert max(map(told_odds, SELDOM)) < min(map(told_odds, TOLD_OF_IT))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2019年投产的车间有多少工人", "2024年投产的车间有多少工人"),
        ("北京市今年有哪些展览", "上海市今年有哪些展览"),
    ],
)
def test_neither_name_nor_number_says_whether_it_is_told(one: str, other: str) -> None:
    assert as_kind(one) == as_kind(other)
    assert told_odds(one) == told_odds(other)


def test_what_is_asked_stays_when_names_and_numbers_go() -> None:
    assert as_kind("北京市花了1,200.5元修什么").endswith("修什么")
    assert not any(c.isdigit() for c in as_kind("7号线3.5公里要修几年"))


def row_of(question: str) -> dict[str, float]:
    reading = Reading(0.9, Span(0, 3), 0.8, (0.5,), (0,), margin=2.0, presence=3.0)
    measured = Measured(((0, 0),), np.zeros((1, len(SENTENCE_FEATURES))), (0.0,))
    rows = sentence_rows([reading], [0], measured, np.zeros(1))
    alone = Measurements(np.zeros(len(QUESTION_FEATURES)), 0.0)
    row = question_row(
        understand(Question(question=question), 200), [reading], rows, np.zeros(1), alone
    )
    return dict(zip(QUESTION_READINGS, row.tolist(), strict=True))


def test_a_question_row_has_it_for_the_question_as_it_was_searched() -> None:
    for question in (*TOLD_OF_IT, *SELDOM):
        asked = f"{question}？"
        assert row_of(asked)["told"] == told_odds(bare_question(asked))


def test_the_bundled_decision_believes_less_where_it_is_seldom_told() -> None:
    weights = Decision.open().questions
    assert weights.coefficients[weights.names.index("told")] > 0


def written(question: str, *, answerable: bool, history: tuple[str, ...] = ()) -> WrittenQuestion:
    return WrittenQuestion(
        id="x",
        split="train",
        articles=("a",),
        question=question,
        style="formal",
        kind="what",
        answers=(),
        evidence=(Place("a", Span(0, 3)),) if answerable else (),
        history=history,
    )


def test_it_is_learnt_from_questions_that_stand_alone(tmp_path: Path) -> None:
    rows = [written(f"第{n}座桥全长多少米？", answerable=True) for n in range(12)]
    rows += [written(f"第{n}座桥的设计师是谁？", answerable=False) for n in range(12)]
    rows += [written("那座呢？", answerable=True, history=("第一座桥多长？",))]
    learnt = examples(rows)
    assert len(learnt) == 24
    model = fit(learnt, seen=2, strength=2.0)
    assert figures(model, learnt) == {"questions": 24, "told": 12, "auc": 1.0}
    model.write(tmp_path / "tellable.npz")
    assert model.labelled(as_kind(bare_question("青石湾大桥全长多少米？"))).label == TOLD
