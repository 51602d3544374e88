"""No short answer is named that a sentence tells of another member, or that is no difference."""

from __future__ import annotations

import pytest
from pages import evidence_of

from rag.data_model.answers import Question
from rag.evidence.scorer import Assessment
from rag.question.understanding import understand
from rag.rules.contrasts import without_others_answers


@pytest.mark.parametrize(
    ("question", "text", "short", "named"),
    [
        pytest.param(
            "五车间有机床多少台？",
            "四车间有机床九台，五车间有工人三十名。",
            "九台",
            False,
            id="another",
        ),
        pytest.param(
            "四车间有机床多少台？",
            "四车间有机床九台，五车间有工人三十名。",
            "九台",
            True,
            id="its own",
        ),
        pytest.param(
            "四车间有机床多少台？",
            "四车间占地三亩，有机床九台，五车间在建。",
            "九台",
            True,
            id="goes on",
        ),
        pytest.param(
            "下半年修路多少公里？",
            "上半年修路六公里，下半年架桥两座。",
            "六公里",
            False,
            id="a half",
        ),
        pytest.param(
            "2022年修路多少公里？",
            "2021年修路六公里，2022年架桥两座。",
            "六公里",
            False,
            id="a year",
        ),
        pytest.param(
            "四车间比五车间多多少名工人？",
            "四车间有工人六名，五车间有工人三名。",
            "六名",
            False,
            id="apart",
        ),
        pytest.param(
            "四车间比五车间多多少名工人？", "四车间工人比五车间多三名。", "三名", True, id="stated"
        ),
    ],
)
def test_whose_short_answer_it_is(question: str, text: str, short: str, named: bool) -> None:
    assessment = Assessment((evidence_of(text, short),), 0.9)
    understood = understand(Question(question=question), 100)
    (evidence,) = without_others_answers(understood, assessment).evidence
    assert (evidence.short == short) is named


BEDS = "每千人的床位，东坡区为38张，西桥区为36张，南港县为25张，北岭县只有19张。"


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("北岭县每千人的床位是多少张？", "19张"),
        ("西桥区每千人的床位是多少张？", "36张"),
        ("东坡区每千人的床位是多少张？", "38张"),
        ("云顶镇每千人的床位是多少张？", "38张"),
    ],
)
def test_of_several_places_each_has_its_own_value(question: str, short: str) -> None:
    assessment = Assessment((evidence_of(BEDS, "38张"),), 0.9)
    understood = understand(Question(question=question), 100)
    (evidence,) = without_others_answers(understood, assessment).evidence
    assert evidence.short == short


@pytest.mark.parametrize(
    ("asks", "named"), [("护理员现在增加到多少名？", False), ("护理员增加到多少名？", True)]
)
def test_what_is_planned_is_not_how_it_is_now(asks: str, *, named: bool) -> None:
    text = "全镇有护理员四十名，力争明年增加到六十名。"
    assessment = Assessment((evidence_of(text, "六十名"),), 0.9)
    (evidence,) = without_others_answers(
        understand(Question(question=asks), 100), assessment
    ).evidence
    assert (evidence.short == "六十名") is named
