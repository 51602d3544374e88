"""No short answer is named that a sentence tells of another member, or that is no difference."""

from __future__ import annotations

import numpy as np
import pytest
from pages import article

from rag.answers import Question
from rag.contrasts import without_others_answers
from rag.documents import Passage, Span
from rag.evidence import Assessment, Evidence
from rag.features import Candidate
from rag.question import understand
from rag.records import StoredArticle
from rag.retrieval import Hit
from rag.text import numbered_sentences


def evidence_of(text: str, short: str) -> Evidence:
    """A sentence that is an article of its own, and the short answer that was read in it."""
    made = article(text)
    sentences = numbered_sentences(made.text, made.paragraph_starts)
    passage = Passage(made.article_id, 0, len(text), text, sentences)
    stored = StoredArticle(1, made, "a.txt", "/a.txt", "0" * 64, 1)
    hit = Hit(1, stored, passage, 1.0, None, None, "")
    at = text.rfind(short)
    vectors = np.zeros((2, 4), dtype=np.float32)
    return Evidence(Candidate(hit, vectors), 0, 0.9, short, Span(at, at + len(short)))


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
