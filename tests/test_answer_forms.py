"""Questions for times and numbers are answered by sentences that have them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pages import asking

from rag.data_model.answers import Question
from rag.evidence.forms import has_form
from rag.evidence.units import asked_unit
from rag.pipeline import Pipeline
from rag.question.understanding import understand

WELLS = """石门乡清点古井
什么是古井？县文物所的工作人员解释，古井是指全乡开凿于百年以前、至今仍有水的石砌水井。全乡登记的古井有47处，都挂了牌。

护井的经费由县里出，今年一共安排12万元，其中三成用于清淤。古井的牌子挂上以后，乡亲们议论很多。牌子是去年秋天挂的。

破了的井圈总得有人修补。修补井圈的是石匠魏长根。今年井水涨得快，因为春雨多。
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with asking(tmp_path_factory.mktemp("wells"), wells=WELLS) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("全市有多少处古井？", "处"),
        ("共有几所学校参加？", "所"),
        ("清淤用了多少钱？", "元"),
        ("有多大比例的居民赞成？", "%"),
        ("赞成的占几成？", "%"),
        ("哪几个部门负责？", None),
        ("他第几次参赛？", None),
        ("总额是多少？", None),
        ("为什么要清淤？", None),
    ],
)
def test_the_unit_that_is_asked_for(question: str, unit: str | None) -> None:
    assert asked_unit(understand(Question(question=question), 2000)) == unit


@pytest.mark.parametrize("text", ["逢周一闭馆。", "自批准的次月起发放。", "星期三开讲。"])
def test_days_of_the_week_and_of_the_next_month_are_times(text: str) -> None:
    assert has_form(understand(Question(question="什么时候开始？"), 2000), text)


def test_the_sentence_that_counts_is_quoted_first(pipeline: Pipeline) -> None:
    assert first_quote(pipeline, "全乡的石砌古井有多少处？") == "全乡登记的古井有47处，都挂了牌。"


def first_quote(pipeline: Pipeline, question: str) -> str:
    return pipeline.ask(Question(question=question)).citations[0].quote
