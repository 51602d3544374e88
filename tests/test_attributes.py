"""Age, phone, pay and the like answer only where they are told of the person who is asked about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pages import ask, asking

from rag.pipeline import Pipeline

GARDEN = """花圃调价
花圃门票自五月起调价，成人票二十元，七十岁以上的老人半价，今年起施行。园主任白露禾介绍，新票价比邻县低。

讲解员江小渔今年三十一岁，月薪五千元。她的电话是5550166。

白露禾说，花圃今年还要种十样花。江小渔的父亲今年六十四岁，老家在石桥。
"""
PROFILE = """花圃的守夜人
守夜人魏长庚在花圃守了九年。他的老家在柳沟。他今年五十七岁，年纪最大。园主任白露禾说，新来的花工二十六岁。

他的月薪是三千元。
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with asking(tmp_path_factory.mktemp("garden"), garden=GARDEN, guard=PROFILE) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "held"),
    [
        pytest.param("江小渔今年多大了？", "三十一岁", id="the name"),
        pytest.param("江小渔的电话是多少？", "5550166", id="a pronoun"),
        pytest.param("讲解员江小渔的月薪是多少？", "五千元", id="after a post"),
        pytest.param("魏长庚今年多大年纪？", "五十七岁", id="nearest before"),
        pytest.param("江小渔的父亲今年多大？", "六十四岁", id="a relative who is asked for"),
    ],
)
def test_what_is_told_of_the_person_answers(pipeline: Pipeline, question: str, held: str) -> None:
    answer = ask(pipeline, question)
    assert answer.answered
    assert held in "".join(citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    ("question", "of_others"),
    [
        pytest.param("白露禾今年多大了？", "七十岁", id="a limit of age is nobody's"),
        pytest.param("白露禾的电话是多少？", "5550166", id="another's phone"),
        pytest.param("白露禾的月薪是多少元？", "五千元", id="another's pay"),
        pytest.param("江小渔老家在哪里？", "石桥", id="her father's"),
        pytest.param("石小满今年多大？", "岁", id="nobody knows the name"),
    ],
)
def test_what_is_told_of_others_does_not(pipeline: Pipeline, question: str, of_others: str) -> None:
    quoted = "".join(citation.quote for citation in ask(pipeline, question).citations)
    assert of_others not in quoted


@pytest.mark.parametrize(
    ("question", "held"),
    [("花圃的门票今年是多少？", "二十元"), ("花圃今年还要种多少样花？", "十样花")],
)
def test_things_are_no_people(pipeline: Pipeline, question: str, held: str) -> None:
    answer = ask(pipeline, question)
    assert held in "".join(citation.quote for citation in answer.citations)
