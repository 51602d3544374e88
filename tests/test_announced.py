"""A list is answered by what its document announces by the very word that is asked for."""

from __future__ import annotations

import pytest
from cases import assessed, parsed, talk, texts, weights_of

from rag.evidence.scorer import Assessment
from rag.library.records import StoredArticle
from rag.question.question_types import QuestionType
from rag.rules.announced import announced_first

CANAL = talk(
    "柳镇修渠有问题，也有做法可学。",
    "# 三、存在问题",
    "一是渠岸漏水。",
    "二是路面太窄。",
    "# 四、主要做法",
    "一是清淤。二是拓路。",
    title="柳镇修渠",
)


def put(
    question: str,
    *held: StoredArticle,
    best: str = "可学",
    kind: QuestionType = QuestionType.LIST,
) -> tuple[Assessment, Assessment]:
    """The assessment before and after."""
    asked = parsed(question, kind)
    before = assessed(*held, likely={best: 0.7}, answerable=0.6)
    return before, announced_first(asked, before, weights_of(asked))


@pytest.mark.parametrize(
    ("question", "first"),
    [("柳镇修渠有哪些问题？", "一是渠岸漏水。"), ("柳镇修渠有哪些做法？", "一是清淤。")],
)
def test_the_first_item_under_that_word_leads_and_makes_it_no_surer(
    question: str, first: str
) -> None:
    before, after = put(question, CANAL)
    assert after.evidence[0].text == first
    assert after.evidence[0].probability == before.evidence[0].probability
    assert after.answerable == before.answerable
    assert texts(after.evidence[1:]) == [t for t in texts(before.evidence) if t != first]


def test_a_sentence_announces_as_a_heading_does() -> None:
    held = talk("柳镇修渠的做法有两个。", "一是清淤。", "二是拓路。", "渠很长。", title="柳镇修渠")
    _, after = put("柳镇修渠有哪些做法？", held, best="很长")
    assert after.evidence[0].text == "一是清淤。"


@pytest.mark.parametrize(
    ("question", "best"),
    [
        pytest.param("柳镇修渠有哪些问题？", "路面太窄", id="an item is best already"),
        pytest.param("柳镇修渠有哪些经验？", "可学", id="announced by another word"),
        pytest.param("白露乡灯塔重建存在哪些问题？", "可学", id="a document of something else"),
        pytest.param("柳镇怎么修渠？", "可学", id="no word for what is listed"),
    ],
)
def test_the_very_same_is_left(question: str, best: str) -> None:
    before, after = put(question, CANAL, best=best)
    assert after is before


def test_only_lists_are_led_by_items_and_nothing_by_nothing() -> None:
    before, after = put("柳镇修渠有哪些问题？", CANAL, kind=QuestionType.HOW)
    assert after is before
    before, after = put("柳镇修渠有哪些问题？")
    assert after is before
