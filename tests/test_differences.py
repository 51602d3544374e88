"""One quantity with two values is shown twice; a plan's figure is another quantity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cases import assessed, news, parsed, texts, weights_of
from pages import asking

from rag.data_model.answers import Question
from rag.evidence.scorer import Assessment, Evidence
from rag.question.question_types import QuestionType
from rag.rules.differences import as_figure_question, different_figures

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


def differing(
    question: str, *pages: str, kind: QuestionType = QuestionType.HOW_MANY
) -> tuple[Evidence, ...]:
    """What differs among the sentences of some pages, the first of them the likeliest."""
    asked = parsed(question, kind)
    made = assessed(*(news(text, key=key) for key, text in enumerate(pages, start=1)))
    ordered = [replace(e, probability=0.9 / at) for at, e in enumerate(made.evidence, start=1)]
    return different_figures(asked, Assessment(tuple(ordered), 0.9), weights_of(asked))


SCHOOLS = "柳镇有多少所学校？"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("柳镇有学校23所。", id="digits"),
        pytest.param("柳镇有学校二十三所。", id="Han numerals"),
        pytest.param("柳鎮有學校23所。", id="Traditional"),
        pytest.param("灯塔修好了。柳镇有学校23所，渔船9艘。", id="beside other figures"),
    ],
)
def test_another_value_is_set_beside_the_best_as_likely_as_that(other: str) -> None:
    best, second = differing(SCHOOLS, "柳镇有学校21所。", other)
    assert best.text == "柳镇有学校21所。"
    assert second.text in other
    assert second.probability == best.probability == 0.9


@pytest.mark.parametrize(
    ("first", "other"),
    [
        pytest.param("21所", "二十一所", id="the same value"),
        pytest.param("21所", "40所", id="a part and its whole"),
        pytest.param("21所", "23家", id="another unit"),
        pytest.param("21所", "0所", id="none at all"),
        pytest.param("许多所", "23所", id="no figure in the best"),
    ],
)
def test_what_is_no_other_value_of_the_same_is_left_alone(first: str, other: str) -> None:
    assert differing(SCHOOLS, f"柳镇有学校{first}。", f"柳镇有学校{other}。") == ()


@pytest.mark.parametrize(
    ("first", "other", "differ"),
    [
        ("", "2031年，", True),
        ("2030年，", "2030年，", True),
        ("2030年，", "2031年，", False),
        ("计划到2031年，", "", False),
        ("计划到2031年，", "计划到2031年，", True),
        pytest.param("原计划只建几所，已经累计", "", True, id="a plan that is done"),
    ],
)
def test_figures_of_other_years_and_of_plans_are_others(
    first: str, other: str, *, differ: bool
) -> None:
    pages = f"{first}柳镇有学校21所。", f"{other}柳镇有学校23所。"
    assert bool(differing(SCHOOLS, *pages)) is differ


@pytest.mark.parametrize(
    ("first", "other", "differ"),
    [("3号", "4号", False), ("3号", "三号", True), ("", "4号", True)],
)
def test_figures_of_other_members_of_a_series_are_others(
    first: str, other: str, *, differ: bool
) -> None:
    pages = f"柳镇水库{first}闸门重21吨。", f"柳镇水库{other}闸门重23吨。"
    assert bool(differing("柳镇水库闸门有多重？", *pages)) is differ


def test_one_paragraph_and_one_list_do_not_contradict_themselves() -> None:
    told = "柳镇有学校21所。", "柳镇有学校23所。"
    assert differing(SCHOOLS, "".join(told)) == ()
    assert differing(SCHOOLS, f"一是{told[0]}\n二是{told[1]}") == ()
    assert texts(differing(SCHOOLS, "\n".join(told))) == list(told)


def test_only_how_many_is_compared_and_nothing_with_nothing() -> None:
    told = "柳镇有学校21所。", "柳镇有学校23所。"
    assert differing(SCHOOLS, *told, kind=QuestionType.LIST) == ()
    assert differing(SCHOOLS) == ()


def test_the_figure_that_is_asked_for_is_the_one_compared() -> None:
    pages = "柳镇有学校21所，渔船30艘。", "柳镇有学校21所，渔船35艘。"
    assert differing(SCHOOLS, *pages) == ()
    assert len(differing("柳镇有多少艘渔船？", *pages)) == 2
    paid = "修渠的投资里有21处闸门，投资花了30万元。", "修渠的投资花了33万元。"
    assert len(differing("修渠的投资是多少？", *paid)) == 2, "money has a unit of its own"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("柳镇的学校数字一致吗？", "柳镇的学校是多少"),
        ("柳镇的学校数据是否前后矛盾？", "柳镇的学校是多少"),
        ("柳镇的学校数量，两处报道分别是多少？", "柳镇的学校数量是多少"),
        ("柳镇有多少学校，两篇报道有什么出入？", "柳镇有多少学校是多少"),
        ("在晚报报道里，柳镇的学校数字是否一致？", "柳镇的学校是多少"),
        ("柳镇学校的数字有什么出入？", "柳镇学校是多少"),
    ],
)
def test_whether_figures_agree_is_asked_as_the_figure_itself(question: str, asked: str) -> None:
    put = as_figure_question(parsed(question))
    assert put.searched == asked
    assert put.type is QuestionType.HOW_MANY
    assert "学校" in put.terms
    assert not {"一致", "矛盾", "出入"} & set(put.terms)


@pytest.mark.parametrize(
    "question",
    [
        "柳镇有几所学校？",
        "一致吗？",
        "柳镇的学校为什么一致停课？",
        "两个人的意见一致吗？",
    ],
)
def test_another_question_stays_the_very_same(question: str) -> None:
    asked = parsed(question)
    assert as_figure_question(asked) is asked


@pytest.mark.parametrize(
    ("first", "other", "differ"),
    [
        pytest.param("三年来，", "2030年，", False, id="three years and one"),
        pytest.param("2028年至2030年，", "2030年，", False, id="a span and its last year"),
        pytest.param("2030年，", "2028年至2030年，分别修了", True, id="of each of some years"),
        pytest.param("三年来，", "三年来，", True, id="the same time"),
    ],
)
def test_figures_of_longer_and_shorter_times_are_no_contradiction(
    first: str, other: str, *, differ: bool
) -> None:
    pages = f"{first}柳镇有学校21所。", f"{other}柳镇有学校23所。"
    assert bool(differing(SCHOOLS, *pages)) is differ
