"""A figure of a fall is no short answer where a rise is asked."""

from __future__ import annotations

import pytest

from rag.question.directions import is_of_other_direction

BOTH = "电机业增长11.8%，纺织业下降2.5%。"


@pytest.mark.parametrize(
    ("question", "text", "figure", "other"),
    [
        ("纺织业增长了多少", BOTH, "2.5", True),
        ("纺织业下降了多少", BOTH, "2.5", False),
        ("电机业增长了多少", BOTH, "11.8", False),
        ("出口减少了多少", "出口同比增加2.5%。", "2.5", True),
        ("产量升了还是下降了", "产量下降2.5%。", "2.5", False),
        ("纺织业产值是多少", "纺织业产值下降2.5%。", "2.5", False),
        ("客流上升了多少", "下降较多的一周之后客流为2.5万。", "2.5", False),
    ],
)
def test_the_direction_before_the_figure_counts(
    question: str, text: str, figure: str, *, other: bool
) -> None:
    assert is_of_other_direction(question, text, text.index(figure)) is other
