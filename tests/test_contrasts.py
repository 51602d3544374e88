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
