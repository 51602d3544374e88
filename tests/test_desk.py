"""Lists and gists: replies that verify, within filters, after what was said before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_pages import FERRY, PAPER, REPORT, ask, desk_pipeline, titles
from pages import asking, ingest_into, pipeline_over

from rag.data_model.answers import Answer, Filters, Question
from rag.desk.gist import MOST
from rag.desk.suggestions import Suggestions
from rag.pipeline import Pipeline
from rag.proof.verification import verify


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with desk_pipeline(tmp_path_factory.mktemp("desk")) as made:
        yield made


def test_a_list_has_titles_by_newspaper_and_day_counted(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "库里有哪些文章")
    assert answer.overview
    assert answer.overview.total == 5
    groups = [(g.newspaper, g.date, g.count) for g in answer.overview.groups]
    assert groups == [
        ("沅江日报", "2025-03-18", 1),
        ("望川日报", "2024-05-20", 2),
        ("望川日报", "2024-05-13", 1),
        (None, None, 1),
    ]
    assert "“望川渡口换上电动船”" in answer.text
    assert "《望川日报》2024年5月20日（2篇）：" in answer.text
    quoted = [c.quote for c in answer.citations if c.title == "望川渡口换上电动船"]
    assert quoted == ["望川渡口换上电动船"]


@pytest.mark.parametrize(
    ("message", "listed"),
    [
        ("今天有什么新闻", {"老街怎样留住人"}),
        ("5月20日有哪些新闻", {"望川渡口换上电动船", "图书馆夜里十点才关门"}),
        ("2024年5月13日的报纸登了什么", {"高山茶园迎来采摘季"}),
        ("望川日报第2版有哪些文章", {"图书馆夜里十点才关门"}),
        ("望川日报头版登过什么", {"望川渡口换上电动船", "高山茶园迎来采摘季"}),
        ("有没有关于图书馆的文章", {"图书馆夜里十点才关门"}),
        ("哪些报道提到了茶农", {"高山茶园迎来采摘季"}),
        ("哪几篇提到了茶农", {"高山茶园迎来采摘季"}),
        ("跟渡船有关的有哪些", {"望川渡口换上电动船"}),
        ("有渡船的消息吗", {"望川渡口换上电动船"}),
        ("2024年有没有关于大桥的报道", set()),
        ("望川日报2023年登了什么", set()),
        ("有没有关于火山的文章", set()),
    ],
)
def test_a_list_has_what_the_message_names(
    pipeline: Pipeline, message: str, listed: set[str]
) -> None:
    answer = ask(pipeline, message)
    assert answer.question_type == "overview"
    assert {title.split("\n")[0] for title in titles(answer)} == listed
    assert answer.answered == bool(listed)
    assert re.search("没有.*文章。", answer.text) is None or not listed


def test_filters_hold_for_lists(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "有哪些文章", newspaper="望川日报", page="1")
    assert len(titles(answer)) == 2
    only = answer.citations[0].article_id
    assert len(titles(ask(pipeline, "有哪些文章", articles=[only]))) == 1
    assert not ask(pipeline, "有没有关于图书馆的文章", articles=[only]).answered


def test_this_page_is_the_one_that_was_quoted(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "这一版还有哪些文章", "闭馆时间推迟到几点？")
    assert titles(answer) == ["图书馆夜里十点才关门"]


def test_a_long_list_goes_on(tmp_path: Path) -> None:
    pages = {
        f"p{n}": PAPER.format(day=n % 9 + 1, page=n, title=f"第{n}号渡口通航", text=FERRY)
        for n in range(1, 26)
    }
    with asking(tmp_path, **pages) as pipeline:
        first = ask(pipeline, "库里有哪些文章")
        assert first.overview
        assert (first.overview.total, len(first.citations)) == (25, 20)
        assert "还有5篇没有列出" in first.text
        second = ask(pipeline, "继续", "库里有哪些文章")
        assert len(second.citations) == 5
        assert not set(titles(first)) & set(titles(second))
        assert not ask(pipeline, "继续", "库里有哪些文章", "继续").answered


def test_a_false_count_is_found(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "库里有哪些文章")
    assert answer.overview
    more = answer.overview.model_copy(update={"total": 6})
    forged = answer.model_copy(
        update={"overview": more, "text": answer.text.replace("共有5篇", "共有6篇")}
    )
    assert [f.message for f in verify(forged, pipeline.library)] == ["所说的篇数与文章库不符"]
    moved = answer.model_copy(update={"text": answer.text.replace("5月13日", "5月14日")})
    assert verify(moved, pipeline.library)


def test_a_topic_that_a_listed_article_lacks_is_found(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "有没有关于图书馆的文章")
    assert answer.overview
    other = answer.overview.model_copy(update={"topic": "渡船"})
    forged = answer.model_copy(
        update={"overview": other, "text": answer.text.replace("“图书馆”", "“渡船”", 1)}
    )
    assert any("没有写到" in finding.message for finding in verify(forged, pipeline.library))


def test_the_gist_of_the_article_that_is_named(pipeline: Pipeline) -> None:
    for message in ("《望川渡口换上电动船》讲了什么", "关于渡船的那篇文章主要讲了什么"):
        answer = ask(pipeline, message)
        assert answer.question_type == "gist"
        assert set(titles(answer)) == {"望川渡口换上电动船"}
        assert answer.quoted_length <= MOST
        assert answer.citations[0].quote.startswith("望川渡口五月起改用电动渡船")


def test_the_gist_of_the_article_that_was_quoted(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "这篇文章主要讲了什么", "渡船一次可以坐多少人？", "谢谢")
    assert set(titles(answer)) == {"望川渡口换上电动船"}
    only = answer.citations[0].article_id
    assert ask(pipeline, "总结一下", articles=[only]).question_type == "gist"


def test_which_article_is_asked_where_it_may_be_any(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "这篇文章主要讲了什么")
    assert answer.overview
    assert answer.overview.asks_which
    assert "请说明是哪一篇" in answer.text
    assert ask(pipeline, "主要内容是什么").overview is None


def test_every_guest_has_a_say(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "《老街怎样留住人》讲了什么")
    speakers = [citation.speaker for citation in answer.citations]
    assert {"陆深之", "倪青禾"} == set(speakers)
    assert answer.quoted_length <= MOST


def test_every_section_has_a_sentence_and_lists_are_whole(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "report.md").write_text(REPORT, encoding="utf-8")
    ingest_into(tmp_path / "data", tmp_path / "pages")
    pipeline = pipeline_over(tmp_path / "data")
    whole = ask(pipeline, "这份报告主要讲什么")
    assert {citation.section for citation in whole.citations} == {
        "一、现状",
        "二、问题",
        "三、建议",
    }
    assert whole.quoted_length <= MOST
    for items in (("加密班次", "装灯", "增招司机"), ("班次太少", "没有灯", "司机不够")):
        told = [item in whole.text for item in items]
        assert all(told) or not any(told)
    advice = ask(pipeline, "报告提出了哪些建议")
    assert {citation.section for citation in advice.citations} == {"三、建议"}
    assert all(item in advice.text for item in ("加密班次", "装灯", "增招司机"))
    assert ask(pipeline, "结论是什么").part is None
    pipeline.close()


@pytest.mark.parametrize(
    "message", ["何苇写了哪些稿子", "哪些文章是何苇写的", "记者何苇的报道", "有没有何苇写的文章"]
)
def test_what_somebody_wrote_is_listed(pipeline: Pipeline, message: str) -> None:
    answer = ask(pipeline, message)
    assert len(answer.citations) == 3
    assert all("何苇" in citation.authors for citation in answer.citations)
    assert answer.text.startswith("署名何苇的共有3篇文章")


def test_who_wrote_nothing_here_is_a_question(pipeline: Pipeline) -> None:
    assert ask(pipeline, "曹雪芹写了哪些文章").question_type != "overview"


@pytest.mark.parametrize("question", ["第一篇是谁写的", "第一篇的作者是谁", "第一篇的作者呢"])
def test_a_question_about_a_listed_article_is_asked_of_it_alone(
    pipeline: Pipeline, question: str
) -> None:
    before = "2024年5月20日有哪些新闻"
    shown = titles(ask(pipeline, before))[0]
    answer = ask(pipeline, question, before)
    assert (answer.question, answer.filters) == (question, Filters())
    assert "何苇" in answer.text
    assert set(titles(answer)) == {shown}


@pytest.mark.parametrize(
    "question",
    [
        "望川渡口第二条电动渡船可以坐多少人？",
        "第二个五年计划是哪一年开始的？",
        "劳动合同法第二条规定了什么？",
        "第三条跑道是哪一年建成的？",
        "第一篇和图书馆那篇哪个长？",
        "第一篇小说是谁写的？",
        "第一篇讲的和第二篇一样吗？",
    ],
)
def test_a_question_that_names_no_listed_article_is_asked_of_all(
    pipeline: Pipeline, question: str
) -> None:
    before = "库里有哪些文章"
    assert "这篇" not in ask(pipeline, question, before).searched_question


def test_the_list_is_forgotten_once_something_else_is_asked(pipeline: Pipeline) -> None:
    before = "2024年5月20日有哪些新闻", "茶园在哪里？"
    assert "这篇" not in ask(pipeline, "第一篇是谁写的", *before).searched_question
    chained = ask(pipeline, "第二篇是谁写的", before[0], "第一篇是谁写的")
    assert chained.searched_question == "这篇文章是谁写的"


def test_a_question_of_the_allowed_length_stays_one(pipeline: Pipeline) -> None:
    limit = pipeline.settings.answer.question_limit
    longest = "第一篇是" + "谁" * (limit - 4)
    assert ask(pipeline, longest, "库里有哪些文章").question == longest


def test_a_refusal_names_no_word_of_ours(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "第一篇是什么颜色的", "库里有哪些文章")
    assert answer.refusal
    assert not any("文章" in word for word in answer.refusal.missing_words)


def test_it_is_the_article_whose_gist_was_told(pipeline: Pipeline) -> None:
    listed = "库里有哪些文章"
    for place, title in (("第二篇呢", "望川渡口换上电动船"), ("第三篇呢", "图书馆夜里十点才关门")):
        for question in ("它是谁写的", "它讲了几个人"):
            answer = ask(pipeline, question, listed, place)
            assert answer.question == question
            assert set(titles(answer)) <= {title}
    assert "何苇" in ask(pipeline, "它是谁写的", listed, "第三篇呢").text
    assert not ask(pipeline, "它是谁写的", listed, "最后一篇呢").answered


@pytest.mark.parametrize("question", ["第三条措施是什么", "第四个呢", "第二个呢"])
@pytest.mark.parametrize("history", [(), ("渡口的旧船卖给了谁？",)])
def test_a_place_in_nothing_that_was_said_is_refused(
    pipeline: Pipeline, question: str, history: tuple[str, ...]
) -> None:
    answer = ask(pipeline, question, *history)
    assert (answer.answered, answer.question_type) == (False, "other")


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("2023年有没有何苇写的报道", 0),
        ("2024年5月13日有没有何苇写的报道", 1),
        ("何苇2024年5月20日写了哪些报道", 2),
        ("沅江日报有没有何苇写的报道", 0),
        ("有没有何苇写的关于图书馆的报道", 1),
        ("有哪些何苇写的文章", 3),
        ("有什么何苇写的报道", 3),
        ("何苇写的文章有哪些", 3),
    ],
)
def test_a_list_by_author_keeps_what_else_is_named(
    pipeline: Pipeline, message: str, count: int
) -> None:
    answer = ask(pipeline, message)
    assert answer.question_type == "overview"
    assert len(answer.citations) == count


def test_an_author_is_known_however_it_is_written(tmp_path: Path) -> None:
    page = PAPER.format(day=20, page=1, title="望川渡口换上电动船", text=FERRY)
    with asking(tmp_path, page=page.replace("何苇", "何葦")) as pipeline:
        assert titles(ask(pipeline, "何葦写了哪些稿子")) == ["望川渡口换上电动船"]
        assert titles(ask(pipeline, "何苇写了哪些稿子")) == ["望川渡口换上电动船"]


def test_other_questions_are_offered_each_time_and_none_is_asked_twice(pipeline: Pipeline) -> None:
    tried: list[str] = []

    def asked(question: Question) -> Answer:
        tried.append(question.question)
        return pipeline.ask(question)

    suggestions = Suggestions()
    generation = pipeline.library.generation
    first, second = (
        suggestions.answered(pipeline.library, generation, Filters(), asked, helped)
        for helped in (0, 1)
    )
    assert (len(first), len(second)) == (3, 2)
    assert not set(first) & set(second)
    assert len(tried) == len(set(tried))
    before = len(tried)
    assert suggestions.answered(pipeline.library, generation, Filters(), asked, 1) == second
    assert len(tried) == before
    assert ask(pipeline, "你能做什么", "你好").suggestions == second
