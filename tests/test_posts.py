"""Who holds a post: in the rank and of the body that are asked, or nobody."""

from __future__ import annotations

import pytest
from pages import evidence_of

from rag.data_model.answers import Question
from rag.evidence.scorer import Assessment
from rag.question.understanding import understand
from rag.rules.posts import without_other_posts


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("县教育局局长是谁？", "县教育局副局长沈知秋说，秋季开学。", "副局长"),
        ("县教育局副局长是谁？", "县教育局局长沈知秋说，秋季开学。", "局长"),
        ("县教育局局长是谁？", "县教育局局长沈知秋说，秋季开学。", None),
        ("县教育局副局长是谁？", "县教育局常务副局长沈知秋说，秋季开学。", None),
        ("市教育局局长是谁？", "县教育局局长沈知秋说，秋季开学。", "县教育局"),
        ("教育局局长是谁？", "县教育局局长沈知秋说，秋季开学。", None),
        ("公司的董事长是谁？", "公司项目经理沈知秋说，工期三年。", "经理"),
        ("公司的掌门人是谁？", "公司董事长沈知秋说，工期三年。", None),
        ("谁修的路？", "县教育局副局长沈知秋说，路是村民修的。", None),
    ],
)
def test_another_rank_or_body_is_a_near_miss(question: str, text: str, told: str | None) -> None:
    asked = understand(Question(question=question), 100)
    _, miss = without_other_posts(asked, Assessment((evidence_of(text, "沈知秋"),), 0.9))
    assert (miss.told if miss else None) == told


def test_an_article_that_names_both_bodies_may_answer() -> None:
    text = "县教育局局长沈知秋陪同。\n市教育局的人也来了。"
    asked = understand(Question(question="市教育局局长是谁？"), 100)
    _, miss = without_other_posts(asked, Assessment((evidence_of(text, "沈知秋"),), 0.9))
    assert miss is None
