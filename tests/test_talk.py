"""Talk and tasks: replies in our own words, which no later question leans on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_pages import ask, desk_pipeline
from pages import ingest_into, pipeline_over, write

from rag.language.text import fold
from rag.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with desk_pipeline(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.mark.parametrize(
    "greeting",
    [
        "你好",
        "谢谢",
        "哦",
        "哈哈哈",
        "你真厉害",
        "我不明白",
        "不对吧，你确定吗？",
        "你答错了",
        "你是谁？",
        "你能做什么",
        "继续",
    ],
)
def test_talk_gets_our_own_words_and_questions_that_are_answered(
    pipeline: Pipeline, greeting: str
) -> None:
    answer = ask(pipeline, greeting)
    assert answer.answered
    assert (answer.question_type, answer.citations, answer.statements) == ("help", (), ())
    assert answer.text.startswith(
        ("您好", "不客气", "还想问", "我只引", "我是", "我可以", "没有可以接着")
    )
    assert 1 <= len(answer.suggestions) <= 3
    for suggestion in answer.suggestions:
        assert suggestion in answer.text
        assert ask(pipeline, suggestion).citations


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    write(tmp_path / "nothing")
    ingest_into(tmp_path / "data", tmp_path / "nothing")
    pipeline = pipeline_over(tmp_path / "data")
    answer = ask(pipeline, "你好")
    assert "还没有收入任何文章" in answer.text
    assert not answer.suggestions
    assert not ask(pipeline, "库里有哪些文章").answered
    pipeline.close()


@pytest.mark.parametrize(
    ("task", "what"),
    [
        ("写一首诗", "写作"),
        ("写一首赞美大桥的诗", "写作"),
        ("写一段介绍茶园的短文", "写作"),
        ("3加5等于几", "计算"),
        ("今天天气怎么样", "天气"),
        ("讲个笑话", "聊天"),
    ],
)
def test_a_task_is_turned_down_in_a_line(pipeline: Pipeline, task: str, what: str) -> None:
    answer = ask(pipeline, task)
    assert answer.refusal
    assert answer.refusal.reason == "out_of_scope"
    assert what in answer.text
    assert "\n" not in answer.text
    assert not answer.refusal.nearest


def test_talk_does_not_enter_what_is_asked_next(pipeline: Pipeline) -> None:
    plain = ask(pipeline, "那旧船呢？", "渡船一次可以坐多少人？")
    polite = ask(pipeline, "那旧船呢？", "渡船一次可以坐多少人？", "谢谢", "库里有哪些文章")
    assert polite.searched_question == plain.searched_question
    assert fold("谢谢") not in polite.searched_question


def test_going_on_after_a_question_asks_for_more(pipeline: Pipeline) -> None:
    more = ask(pipeline, "还有吗", "渡船一次可以坐多少人？")
    on = ask(pipeline, "继续", "渡船一次可以坐多少人？")
    assert (on.question, on.searched_question) == ("继续", more.searched_question)
    assert [c.quote for c in on.citations] == [c.quote for c in more.citations]
