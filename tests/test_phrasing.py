"""Keywords are read as the questions that they stand for."""

from __future__ import annotations

import pytest

from rag.data_model.answers import Question
from rag.question.keywords import as_question
from rag.question.question_types import QuestionType
from rag.question.understanding import understand


def test_an_age_is_asked_for_by_its_name() -> None:
    assert as_question("李老大今年多大?") == "李老大今年多大年纪?"
    for thing in ("渔港有多大?", "面积今年多大?", "台风今年多大了?"):
        assert as_question(thing) == thing


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("渔灯节的冠军", "渔灯节的冠军是谁?"),
        ("渔灯节开幕时间", "渔灯节开幕时间是什么时候?"),
        ("渔灯节的举办地?", "渔灯节的举办地是哪里?"),
        ("今年渔灯节的游客数量", "今年渔灯节的游客数量是多少?"),
        ("渔灯节的来历", "渔灯节的来历是什么?"),
        ("灯油的质量", "灯油的质量是什么?"),
    ],
)
def test_keywords_ask_what_their_last_word_is_about(query: str, asked: str) -> None:
    assert as_question(query) == asked


@pytest.mark.parametrize(
    "question",
    [
        "谁拿了渔灯节的冠军",
        "渔灯节开不开",
        "那渔船呢",
        "渔灯有多高",
        "介绍一下渔灯节",
        "渔灯好看吗",
    ],
)
def test_a_question_only_gets_its_mark(question: str) -> None:
    assert as_question(question) == as_question(f"{question}?") == f"{question}?"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("渔灯节的冠军", QuestionType.WHO),
        ("渔灯节开幕时间", QuestionType.WHEN),
        ("渔灯节的游客数量", QuestionType.HOW_MANY),
        ("渔灯节的举办地", QuestionType.WHERE),
        ("渔灯节", QuestionType.OTHER),
    ],
)
def test_keywords_have_the_type_of_their_question(query: str, kind: QuestionType) -> None:
    understood = understand(Question(question=query), 2000)
    assert (understood.type, understood.searched) == (kind, query)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("渔灯节几点开始？", QuestionType.WHEN),
        ("几点到几点停航？", QuestionType.WHEN),
        ("渔政员提醒了哪几点？", QuestionType.LIST),
        ("会上提出哪几点要求？", QuestionType.LIST),
        ("这种鼓又被称为什么？", QuestionType.OTHER),
        ("老渔市后来改名为什么？", QuestionType.OTHER),
        ("码头的名称为什么改了？", QuestionType.WHY),
        ("渔船因为什么停航？", QuestionType.WHY),
        ("灯塔建于几几年？", QuestionType.WHEN),
        ("停航的是哪些年？", QuestionType.WHEN),
        ("渔灯节办了几年？", QuestionType.HOW_MANY),
        ("渔港改名为什么引起争议？", QuestionType.WHY),
        ("今年的收成为什么下降？", QuestionType.WHY),
        ("哪些日本企业参加博览会？", QuestionType.LIST),
    ],
)
def test_words_that_look_alike_do_not_ask_alike(question: str, kind: QuestionType) -> None:
    assert understand(Question(question=question), 2000).type == kind
