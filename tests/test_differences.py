"""One quantity with two values is shown twice; a plan's figure is another quantity."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import asking

from rag.data_model.answers import Question

BOATS = "渡口的船工\n全镇持证的船工只有2100人，按规划的目标还缺500人。"


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        pytest.param("全镇持证的船工约2300人。", "difference", id="another value"),
        pytest.param("到明年，全镇持证的船工将达到2300人。", "how_many", id="a plan"),
        pytest.param("全镇持证的船工有2100人。", "how_many", id="the same value"),
    ],
)
def test_values_are_set_side_by_side(tmp_path: Path, other: str, kind: str) -> None:
    with asking(tmp_path, boats=BOATS, report=f"水运报告\n{other}") as pipeline:
        answer = pipeline.ask(Question(question="全镇持证的船工有多少人？"))
    assert answer.question_type == kind
    assert "2100人" in "".join(citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        pytest.param("据统计，第8号渡口去年运客2300人次。", "how_many", id="another number"),
        pytest.param("据统计，第七号渡口去年运客2300人次。", "difference", id="the same number"),
        pytest.param("十二号公布：第7号渡口去年运客2300人次。", "difference", id="a date beside"),
    ],
)
def test_things_of_one_kind_are_told_apart_by_their_numbers(
    tmp_path: Path, other: str, kind: str
) -> None:
    first = "渡口的客流\n第7号渡口去年运客2100人次，比前年多了一成。"
    with asking(tmp_path, ferry=first, report=f"水运报告\n{other}") as pipeline:
        answer = pipeline.ask(Question(question="第7号渡口去年运客多少人次？"))
    assert answer.question_type == kind


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        pytest.param("据统计，杭州实际管辖渔港5个。", "how_many", id="another place"),
        pytest.param("据统计，宁波实际管辖渔港5个。", "difference", id="the same place"),
    ],
)
def test_another_place_is_no_other_value(tmp_path: Path, other: str, kind: str) -> None:
    first = "渔港\n宁波实际管辖渔港8个，渔民两万多人。"
    with asking(tmp_path, first=first, report=f"水产报告\n{other}") as pipeline:
        answer = pipeline.ask(Question(question="宁波实际管辖多少个渔港？"))
    assert answer.question_type == kind
