"""`第二篇讲了什么` means the second of the articles that were just listed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pages import asking

from rag.data_model.answers import Answer, Question
from rag.desk.nth import nth_in
from rag.pipeline import Pipeline
from rag.proof.replay import replay
from rag.proof.verification import verify

PAPER = "望川日报 2024年5月{day}日 第{day}版\n\n{title}\n\n□本报记者 何苇\n\n{text}\n"
PAGES = {
    "mill": (3, "第一水厂的旧厂房", "旧厂房改成了展厅。展厅里摆着老水泵，周末免费开放。"),
    "yard": (4, "院子里的电梯", "老楼装上了电梯。住在六楼的老人说，下楼买菜容易多了。"),
    "tree": (5, "老楼前的银杏", "老楼前的银杏有三百岁。园林局给它围上了栏杆。"),
}
LIST = "望川日报登了哪些文章"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    texts = {
        name: PAPER.format(day=day, title=title, text=text)
        for name, (day, title, text) in PAGES.items()
    }
    with asking(tmp_path_factory.mktemp("nth"), **texts) as made:
        yield made


def ask(pipeline: Pipeline, question: str, *history: str) -> Answer:
    answer = pipeline.ask(Question(question=question, history=history))
    assert verify(answer, pipeline.library) == []
    assert replay(answer, pipeline, pipeline.library).same
    return answer


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("第一篇讲了什么", 0),
        ("总结一下第二篇", 1),
        ("第三篇呢？", 2),
        ("第2条说了什么", 1),
        ("最后一篇讲了什么", -1),
        ("倒数第二篇文章讲了什么？", -2),
        ("第一篇", 0),
        ("那第三篇报道主要讲了什么", 2),
    ],
)
def test_the_place_is_one_of_the_list_just_shown(
    pipeline: Pipeline, message: str, place: int
) -> None:
    listed = ask(pipeline, LIST)
    answer = ask(pipeline, message, LIST)
    assert answer.question_type == "gist"
    assert {c.article_id for c in answer.citations} == {listed.citations[place].article_id}
    assert answer.overview is None


def test_the_list_stays_while_its_articles_are_talked_about(pipeline: Pipeline) -> None:
    second = ask(pipeline, "第二篇呢", LIST, "第一篇讲了什么", "谢谢")
    assert {c.article_id for c in second.citations} == {ask(pipeline, LIST).citations[1].article_id}
    newest = ask(pipeline, "第一篇讲了什么", LIST, "有哪些关于水泵的文章")
    assert {c.title for c in newest.citations} == {"第一水厂的旧厂房"}


@pytest.mark.parametrize(
    ("message", "history"),
    [
        ("第一篇讲了什么", ()),
        ("第二篇呢", ("展厅里摆着什么？",)),
        ("第九篇讲了什么", (LIST,)),
        ("第一篇讲了什么", ("有没有关于火山的文章",)),
    ],
)
def test_where_no_list_has_the_place_it_is_asked_which(
    pipeline: Pipeline, message: str, history: tuple[str, ...]
) -> None:
    answer = ask(pipeline, message, *history)
    assert answer.overview
    assert answer.overview.asks_which
    assert "请说明是哪一篇" in answer.text


def test_the_choice_is_a_list_too(pipeline: Pipeline) -> None:
    choice = ask(pipeline, "第一篇讲了什么")
    chosen = ask(pipeline, "第二篇", "第一篇讲了什么")
    assert {c.article_id for c in chosen.citations} == {choice.citations[1].article_id}


@pytest.mark.parametrize("message", ["第二条讲了什么", "第三个呢", "第一水厂讲了什么", "第零篇"])
def test_a_place_in_something_else_is_none(message: str) -> None:
    assert nth_in(message, listed=False) is None
