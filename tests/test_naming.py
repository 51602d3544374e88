"""An article that is named by a part of its title or by what it is about, and what follows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import asking

from rag.conversation import Context
from rag.data_model.answers import Answer, Filters, Question
from rag.desk.naming import Name, Namer
from rag.desk.talked import Said
from rag.library.records import Version
from rag.pipeline import Pipeline
from rag.proof.verification import verify
from rag.recall import Recall

PAPER = """{paper} 2027年4月{day}日 第{page}版

{title}

□本报记者 何苇

{text}
"""
DYKE = "白鹭河堤今年加固了六公里。堤顶铺成了骑行道，晚上有路灯。出钱的是水利局。"
SEED = "乡里的种子站把老稻种存进冷库。站长柳观山说，冷库里存了三百个品种。钥匙由两个人分开拿。"
REPORT = """桑田县夜校办学评估报告

一、基本情况

全县有夜校三十一所，学员四千人，教师多是兼职。

二、评估结论

夜校已经从扫盲转到学手艺，但一半学员中途退学。

三、对策建议

第一，把课排在农闲。第二，给兼职教师发课时费。第三，让学员自己选课。
"""
TALK = """桑田晚报 2027-04-08 第3版

圆桌｜夜校怎样留住学员

主持人：顾听雪（本报编辑）
嘉宾：
陆深之（夜校木工教师）
倪青禾（夜校学员代表）

顾听雪：为什么有人学到一半就走？

陆深之：课排在农忙，谁都坐不住。木工课要连着上，缺一次就跟不上。

顾听雪：有什么办法？

倪青禾：我盼着课能自己选，错过了还能补。
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    pages = {
        "dyke": PAPER.format(
            paper="桑田日报", day=7, page=1, title="白鹭河堤加固完工 堤顶可以骑行", text=DYKE
        ),
        "seed": PAPER.format(paper="桑田晚报", day=8, page=2, title="守着冷库的人", text=SEED),
        "talk": TALK,
        "report": REPORT,
    }
    with asking(tmp_path_factory.mktemp("naming"), **pages) as made:
        yield made


def ask(pipeline: Pipeline, question: str, *history: str) -> Answer:
    answer = pipeline.ask(Question(question=question, history=history))
    assert verify(answer, pipeline.library) == []
    return answer


def titles(answer: Answer) -> set[str]:
    return {citation.title for citation in answer.citations}


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("守着冷库的人讲了什么", "守着冷库的人"),
        ("总结一下河堤加固那篇报道", "白鹭河堤加固完工 堤顶可以骑行"),
        ("关于冷库的那篇讲了什么", "守着冷库的人"),
        ("冷库的人那篇主要说了啥", "守着冷库的人"),
        ("河堤加固是怎么回事", "白鹭河堤加固完工 堤顶可以骑行"),
        ("夜校怎样留住学员讲了什么", "圆桌｜夜校怎样留住学员"),
    ],
)
def test_the_gist_of_what_is_named(pipeline: Pipeline, message: str, title: str) -> None:
    answer = ask(pipeline, message)
    assert answer.question_type == "gist"
    assert titles(answer) == {title}


@pytest.mark.parametrize("message", ["柳观山讲了什么", "白龙山隧道那篇讲了什么", "水利局说了什么"])
def test_what_names_no_article_is_a_question(pipeline: Pipeline, message: str) -> None:
    assert ask(pipeline, message).question_type not in {"gist", "overview"}


def test_the_parts_of_a_report_stand_under_lines_of_their_own(pipeline: Pipeline) -> None:
    concluded = ask(pipeline, "评估报告的结论是什么")
    assert (concluded.part, "中途退学" in concluded.text) == ("conclusion", True)
    assert "课时费" not in concluded.text
    advised = ask(pipeline, "评估报告提了哪些建议")
    assert advised.part == "advice"
    assert all(item in advised.text for item in ("农闲", "课时费", "自己选课"))


def test_the_same_of_another_newspaper(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "那晚报呢", "桑田日报登了哪些文章")
    assert titles(answer) == {"守着冷库的人", "圆桌｜夜校怎样留住学员"}


def test_of_many_titles_with_the_words_none_is_taken_for_the_only_one(tmp_path: Path) -> None:
    titles = ["河堤加固开工", *(f"加固第{n}段河堤" for n in range(50)), "河堤加固完工"]
    pages = {
        f"page{n:02}": PAPER.format(paper="桑田日报", day=7, page=1, title=title, text=DYKE)
        for n, title in enumerate(titles)
    }
    with asking(tmp_path, **pages) as made:
        namer = Namer(made.library, made._serving.current(), made.embedder)
        assert namer.meant(Name(("河堤加固",), plain=False), Filters()) is None
        assert namer.meant(Name(("河堤加固完工",), plain=False), Filters()) is not None


@pytest.mark.parametrize(
    ("message", "quotes", "short"),
    [
        ("谁主持了夜校圆桌", ["主持人：顾听雪（本报编辑）"], "顾听雪"),
        ("圆桌的主持人是谁", ["主持人：顾听雪（本报编辑）"], "顾听雪"),
        (
            "夜校圆桌有几位嘉宾",
            ["陆深之（夜校木工教师）", "倪青禾（夜校学员代表）"],
            None,
        ),
    ],
)
def test_host_and_guests_by_their_lines(
    pipeline: Pipeline, message: str, quotes: list[str], short: str | None
) -> None:
    answer = ask(pipeline, message)
    assert [citation.quote for citation in answer.citations] == quotes
    assert answer.short_answer == short


def test_what_leans_on_a_host_asks_nothing_of_hosts(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "他们对选课的看法是什么", "谁主持了夜校圆桌")
    assert "主持人：" not in answer.text


def test_an_article_that_was_shown_is_what_the_next_question_is_about(pipeline: Pipeline) -> None:
    shown = ask(pipeline, "由谁出钱？", "总结一下河堤加固那篇报道")
    assert shown.searched_question.startswith("白鹭河堤加固完工")
    listed = ask(pipeline, "有多少个品种？", "有没有讲冷库的文章")
    assert listed.searched_question.startswith("守着冷库的人")


def test_what_was_refused_does_not_enter_what_is_asked_next(pipeline: Pipeline) -> None:
    asked, refused = "白鹭河堤加固了多少公里？", "由谁监理？"
    outcomes = {asked: ask(pipeline, asked), refused: ask(pipeline, "写一首诗")}
    now = Question(question="什么时候完工？", history=(asked, refused))
    context = Context((Said(0, asked), Said(1, refused)))
    read = context.read(now, lambda question: outcomes[question.question])
    assert read.completed
    assert read.completed.text == "白鹭河堤加固了多少公里 什么时候完工"
    readings = read.otherwise(now, lambda question: outcomes[question.question], stale=False)
    within, alone = (one for one, _ in readings)
    assert within.within == (outcomes[asked].citations[0].article_id,)
    assert within.completed == read.completed
    assert alone.completed is None


def test_the_same_asked_of_something_else_is_not_answered_with_what_was_told_before(
    pipeline: Pipeline,
) -> None:
    asked = "白鹭河堤加固了多少公里？"
    before = ask(pipeline, asked)
    assert before.citations

    def read(text: str) -> tuple[Context, Question]:
        now = Question(question=text, history=(asked,))
        return Context((Said(0, asked),)).read(now, lambda _: before), now

    other, now = read("青石河堤呢？")
    assert other.completed
    assert not other.completed.appended
    assert other.repeats(before, now, lambda _: before)
    assert other.is_stale(before, now, lambda _: before)
    both, now = read("白鹭河呢？")
    assert not both.is_stale(before, now, lambda _: before)
    added, now = read("什么时候完工？")
    assert added.completed
    assert added.completed.appended
    assert not added.repeats(before, now, lambda _: before)


def test_an_answer_is_recalled_for_its_generation(pipeline: Pipeline) -> None:
    recall, version = Recall(), Version(1, "a")
    answer = ask(pipeline, "白鹭河堤加固了多少公里？")
    question = Question(question=answer.question, id="one")
    recall.keep(question, version, answer)
    assert recall.of(question.model_copy(update={"id": "two"}), version) is answer
    assert recall.of(question, Version(2, "a")) is None
    used = question.model_copy(update={"exact": True})
    recall.keep(used, version, answer)
    for n in range(600):
        recall.keep(Question(question=str(n)), version, answer)
        assert recall.of(used, version) is answer
    assert recall.of(question, version) is None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every message that is asked in full, earlier ones too."""
    full: list[str] = []
    inner = Pipeline._asked

    def counted(made: Pipeline, question: Question, *rest: Any) -> Answer:
        full.append(question.question)
        return inner(made, question, *rest)

    monkeypatch.setattr(Pipeline, "_asked", counted)
    return full


def test_of_a_long_conversation_of_which_the_end_is_sent_nothing_is_asked_anew(
    pipeline: Pipeline, asked: list[str]
) -> None:
    said = [f"白鹭河堤{n}月加固了多少公里？" if n % 2 else "由谁出钱？" for n in range(1, 31)]
    pipeline = pipeline.under(pipeline.settings)
    for n, message in enumerate(said):
        pipeline.ask(Question(question=message, history=tuple(said[max(0, n - 20) : n])))
    assert asked == said


@pytest.mark.parametrize("said", ["由谁出钱？", "这篇文章讲了什么"])
def test_a_long_conversation_that_is_new_costs_few_questions(
    pipeline: Pipeline, asked: list[str], said: str
) -> None:
    history = tuple(f"{n}号{said}" if n % 2 else said for n in range(100))
    answer = pipeline.under(pipeline.settings).ask(Question(question="多少公里？", history=history))
    assert answer.history == history
    assert len(asked) <= 17


@pytest.mark.parametrize("said", ["总结一下河堤加固那篇报道", "这篇文章讲了什么", "那路灯呢"])
def test_a_long_conversation_is_read_back_a_little(pipeline: Pipeline, said: str) -> None:
    answer = ask(pipeline, "由谁出钱？", *[said] * 100)
    assert len(answer.history) == 100
    assert "由谁出钱" in answer.searched_question
