"""What is asked by the name of a measure is found where only its unit stands before the thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import ask, asking, evidence_of

from rag.data_model.answers import Question
from rag.question.understanding import understand
from rag.rules.measured import as_measured


@pytest.mark.parametrize(
    ("question", "text", "asked", "written"),
    [
        (
            "柳镇的果园面积有多大？",
            "全镇3200亩果园今年收梨九百吨。",
            "柳镇的果园有多少亩",
            "亩果园",
        ),
        ("柳镇果园的总面积是多少亩？", "全镇三千亩的果园挂了果。", "柳镇果园有多少亩", "亩果园"),
        ("新厂房的面积是多少？", "8000平方米厂房已封顶。", "新厂房有多少平方米", "平方米厂房"),
        ("环湖绿道全长多少公里？", "12公里绿道已铺好。", "环湖绿道有多少公里", "公里绿道"),
    ],
)
def test_the_question_by_the_unit_that_stands_before_the_thing(
    question: str, text: str, asked: str, written: str
) -> None:
    candidate = evidence_of(text, "").candidate
    ((spelt, words, own),) = as_measured(understand(Question(question=question), 100), [candidate])
    assert spelt.searched == asked
    assert written in words
    assert own == [candidate]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        pytest.param("柳镇的果园面积有多大？", "全镇果园面积有3200亩。", id="told as asked"),
        pytest.param("柳镇的果园面积有多大？", "全镇有3200亩茶园。", id="another thing"),
        pytest.param("柳镇的果园面积有多大？", "全镇900吨果园梨。", id="another unit"),
        pytest.param("柳镇的果园有多大名气？", "全镇3200亩果园。", id="no measure"),
        pytest.param("面积有多大？", "全镇3200亩果园。", id="of nothing"),
    ],
)
def test_no_other_question(question: str, text: str) -> None:
    candidate = evidence_of(text, "").candidate
    assert list(as_measured(understand(Question(question=question), 100), [candidate])) == []


ORCHARDS = """柳镇果农忙收梨
全镇3200亩果园今年收梨九百吨。

去年冬天，柳镇推广滴灌，面积达到700亩。
"""


def test_another_things_area_is_not_taken_for_it(tmp_path: Path) -> None:
    with asking(tmp_path, orchards=ORCHARDS) as pipeline:
        answer = ask(pipeline, "柳镇的果园面积有多大？")
    assert answer.answered
    assert "3200亩" in answer.citations[0].quote
