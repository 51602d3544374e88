"""Words that a refusal names as missing: nouns and names that nothing like stands for."""

from __future__ import annotations

import pytest

from rag.question.missing_words import missing_words

TEXT = "江州市的大桥去年通车,全市共有高等院校三所,耕地两万亩,货车百辆。"


def named(question: str, share: float = 0.0) -> tuple[str, ...]:
    return missing_words(question, [TEXT], lambda _: share)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("火星上有多少家咖啡馆", ("火星", "咖啡馆")),
        ("江州市的隧道谁设计的", ("隧道",)),
        ("江州市的火星车停哪里", ("火星车",)),
        ("iphone在江州市卖多少钱", ("iphone",)),
        ("火星火星有几座大桥", ("火星",)),
    ],
)
def test_nouns_and_names_that_nothing_holds_are_named(
    question: str, missing: tuple[str, ...]
) -> None:
    assert named(question) == missing


@pytest.mark.parametrize(
    "question",
    [
        "江州市有几所高校",  # 高等院校
        "江州市的田地有多少",  # 耕地
        "帮我看一下大桥几天能通车,有没有,怎么办,啥意思,多长时间",
        "大桥通车以后变得怎么样了呢",
        "how many mars rovers are on the bridge",
        "how many rovers are on the jiangzhou 桥",
    ],
)
def test_neighbours_and_filler_words_are_not(question: str) -> None:
    assert named(question) == ()


def test_a_name_is_no_neighbour() -> None:
    assert missing_words("火星有多大", ["记者顾南星报道"], lambda _: 0.0) == ("火星",)


def test_an_everyday_word_is_not_named() -> None:
    assert named("江州市的隧道谁设计的", share=0.02) == ()


def test_without_a_passage_all_nouns_are_missing() -> None:
    assert missing_words("火星有多少大桥", [], lambda _: 0.0) == ("火星", "大桥")
