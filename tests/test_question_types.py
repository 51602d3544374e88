"""The learnt type of a question: its file, its bound, and the patterns that decide before it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.run_training import Example
from eval.type_training import bound_of, fit
from rag.language.run_model import RunModel
from rag.question.question_types import (
    WEIGHTS,
    QuestionType,
    deciding_pattern,
    question_type,
    type_by,
)

PLAIN = [
    ("大桥由谁设计", QuestionType.WHO),
    ("体育馆在哪里", QuestionType.WHERE),
    ("图书馆几点开门", QuestionType.WHEN),
    ("什么是预应力", QuestionType.DEFINITION),
    ("大桥有多长", QuestionType.HOW_MANY),
    ("为什么停航", QuestionType.WHY),
    ("怎么修", QuestionType.HOW),
    ("存在哪些问题", QuestionType.LIST),
    ("大桥通车了吗", QuestionType.YES_NO),
    ("两种模式有什么区别", QuestionType.COMPARISON),
    ("船长怎么看低空经济", QuestionType.OPINION),
    ("大桥", QuestionType.OTHER),
    ("when does the ferry leave", QuestionType.WHEN),
    ("ferry", QuestionType.OTHER),
]


@pytest.mark.parametrize(("bare", "kind"), PLAIN)
def test_plain_questions_have_their_type(bare: str, kind: QuestionType) -> None:
    assert question_type(bare) is kind


def test_below_the_bound_a_type_is_the_generic_one() -> None:
    model = RunModel.read(WEIGHTS)
    for bare, kind in PLAIN[:1] + PLAIN[6:8]:
        assert type_by(model, bare) is kind
        unsure = replace(model, bound=model.labelled(bare).confidence + 1e-9)
        assert type_by(unsure, bare) is QuestionType.OTHER


def test_it_is_small_and_the_same_after_writing(tmp_path: Path) -> None:
    model = RunModel.read(WEIGHTS)
    model.write(tmp_path / "again.npz")
    again = RunModel.read(tmp_path / "again.npz")
    assert WEIGHTS.stat().st_size <= 300_000
    assert set(model.labels) == set(QuestionType)
    for bare, _ in PLAIN:
        assert again.labelled(bare) == model.labelled(bare)
        assert model.probabilities(bare).sum() == pytest.approx(1)


@pytest.mark.parametrize("bare", ["", "\ud800桥", "𠀀" * 2000, "?"])
def test_any_text_has_a_type(bare: str) -> None:
    assert question_type(bare) in QuestionType


def test_no_run_that_is_known_tells_nothing() -> None:
    model = RunModel.read(WEIGHTS)
    empty = replace(model, runs=model.runs[:0], weights=model.weights[:0])
    assert empty.probabilities("大桥有多长") == pytest.approx(empty.probabilities("为什么"))


def test_a_pattern_decides_before_what_was_learnt() -> None:
    decided = deciding_pattern("老渔市后来改名为什么", "types")
    assert decided is not None
    assert decided.type is QuestionType.OTHER
    assert RunModel.read(WEIGHTS).labelled("老渔市后来改名为什么").label == QuestionType.WHY


def test_it_learns_where_a_question_asks() -> None:
    names = ["桥", "路", "船", "港", "灯", "塔", "网", "鱼"]
    train = [Example(f"{name}在哪", QuestionType.WHERE) for name in names]
    train += [Example(f"{name}多长", QuestionType.HOW_MANY) for name in names]
    train += [Example(f"说{name}", QuestionType.OTHER) for name in names]
    held_out = [*train, *(Example(f"{n}在哪", QuestionType.WHO) for n in names)]
    model = fit(train, held_out)
    assert model.labelled("新的山在哪").label == QuestionType.WHERE
    assert model.labelled("新的山多长").label == QuestionType.HOW_MANY
    assert 0 < bound_of(model, held_out) < 1
    assert np.array_equal(model.runs, np.sort(model.runs))
