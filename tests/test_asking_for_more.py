"""`还有吗` again and again brings what has not been quoted yet, or says that there is no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pages import asking

from rag.data_model.answers import Answer, Question
from rag.pipeline import Pipeline

MARKET = """小满集市
小满集市卖竹篮，竹篮是山上的竹匠编的。
"""
OTHERS = {
    "fan": "小满集市的竹扇\n小满集市卖竹扇，竹扇是老人做的。\n",
    "tea": "小满集市的茶\n小满集市卖新茶，新茶是早上采的。\n",
    "shoe": "小满集市的布鞋\n小满集市卖布鞋，布鞋是纳了底的。\n",
    "fish": "小满集市的鱼\n小满集市卖河鱼，河鱼是夜里捕的。\n",
    "rice": "小满集市的米\n小满集市卖新米，新米是坡上种的。\n",
    "lamp": "小满集市的灯\n小满集市卖纸灯，纸灯是学生糊的。\n",
}
ASKED = "小满集市卖什么？"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with asking(tmp_path_factory.mktemp("more"), market=MARKET, **OTHERS) as made:
        yield made


def quotes(answer: Answer) -> set[str]:
    return {citation.quote for citation in answer.citations}


@pytest.mark.parametrize("more", ["还有吗", "继续"])
def test_nothing_is_quoted_twice(pipeline: Pipeline, more: str) -> None:
    history: list[str] = []
    told: set[str] = set()
    answered = 0
    for message in (ASKED, *[more] * 8):
        answer = pipeline.ask(Question(question=message, history=tuple(history)))
        assert not quotes(answer) & told
        told |= quotes(answer)
        history.append(message)
        answered += answer.answered
    assert 2 < answered < len(history)
