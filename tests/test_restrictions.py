"""A source that a question names restricts the answer to it, and is told from a topic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import asking

from rag.data_model.answers import Filters, Question
from rag.pipeline import Pipeline
from rag.proof.verification import verify
from rag.question.source_filters import Restriction, restricted
from rag.question.understanding import ParsedQuestion, understand

MORNING = """柳镇晨报 2024年3月2日 星期六 第1版

# 古桥修缮今日动工

本报记者 石小满

柳镇古桥修缮工程今日动工，修缮费用为380万元，工期九个月。
"""
EVENING = """柳镇晚报 2024年5月6日 星期一 第2版

# 古桥修缮增加预算

□木青禾

柳镇古桥修缮工程的费用增加到460万元，工期延长三个月。茶楼的生意因此淡了两成。
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with asking(tmp_path_factory.mktemp("papers"), morning=MORNING, evening=EVENING) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "rest", "wanted"),
    [
        (
            "据《柳镇晨报》报道，古桥修缮费用是多少？",
            "古桥修缮费用是多少?",
            {"newspaper": "柳镇晨报"},
        ),
        (
            "柳镇晚报2024年5月6日说古桥修缮费用是多少？",
            "古桥修缮费用是多少?",
            {"newspaper": "柳镇晚报", "date_from": "2024-05-06", "date_to": "2024-05-06"},
        ),
        (
            "2024年2月的《柳镇晨报》里古桥修缮费用是多少？",
            "古桥修缮费用是多少?",
            {"newspaper": "柳镇晨报", "date_from": "2024-02-01", "date_to": "2024-02-29"},
        ),
        ("木青禾的文章里古桥修缮费用是多少？", "古桥修缮费用是多少?", {"author": "木青禾"}),
        ("木青禾写的那篇里古桥修缮费用是多少？", "古桥修缮费用是多少?", {"author": "木青禾"}),
        ("《柳镇晨报》是哪年创刊的？", None, {}),
        ("柳镇晚报社在哪里？", None, {}),
        ("《古桥修缮增加预算》的作者是谁？", None, {}),
        ("《柳镇晚报》第几版登了古桥？", None, {}),
        ("据《江畔日报》报道，古桥修缮费用是多少？", None, {}),
    ],
)
def test_what_a_question_is_restricted_to(
    pipeline: Pipeline, question: str, rest: str | None, wanted: dict[str, str]
) -> None:
    understood = understand(Question(question=question), 2000)
    read, restriction = restricted(understood, Filters(), pipeline.library.heads)
    assert (restriction.filters if restriction else Filters()) == Filters.model_validate(wanted)
    assert read.searched == (rest if rest is not None else understood.searched)


@pytest.mark.parametrize(
    ("source", "held"),
    [
        ("据《柳镇晨报》报道，", "380万元"),
        ("《柳镇晚报》2024年5月说，", "460万元"),
        ("《古桥修缮增加预算》一文里，", "460万元"),
        ("木青禾写的评论里，", "460万元"),
    ],
)
def test_the_answer_comes_from_there(pipeline: Pipeline, source: str, held: str) -> None:
    answer = pipeline.ask(Question(question=f"{source}柳镇古桥修缮工程的费用是多少？"))
    assert held in "".join(citation.quote for citation in answer.citations)
    assert len({citation.article_id for citation in answer.citations}) == 1
    assert source.strip("，") in answer.searched_question


def test_what_only_another_source_says_is_refused_with_that(pipeline: Pipeline) -> None:
    question = "2023年9月的《柳镇晨报》说柳镇古桥修缮工程的费用是多少？"
    answer = pipeline.ask(Question(question=question))
    assert answer.refusal is not None
    assert answer.refusal.mismatch is not None
    assert answer.refusal.mismatch.asked == "2023年9月的《柳镇晨报》说"
    assert "古桥修缮" in answer.refusal.nearest[0].quote
    assert verify(answer, pipeline.library) == []


def test_filters_that_are_set_stay(pipeline: Pipeline) -> None:
    filters = Filters(newspaper="柳镇晚报")
    question = Question(question="据《柳镇晨报》报道，古桥修缮费用是多少？", filters=filters)
    _, restriction = restricted(understand(question, 2000), filters, pipeline.library.heads)
    assert restriction is not None
    assert restriction.filters == filters


REPORT = """# 柳镇水利年报

## 一、堤防加固

全年加固堤防12公里，投入资金900万元。

## 文化

镇上办了文化节，来了游客三万人。

## 灌区改造

全年改造灌区8处，投入资金400万元。
"""


def limited(pipeline: Pipeline, question: str) -> tuple[ParsedQuestion, Restriction | None]:
    library = pipeline.library
    asked = understand(Question(question=question), 2000)
    return restricted(asked, Filters(), library.heads, library.sections)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("“灌区改造”一节里投入资金多少？", "400万元"),
        ("堤防加固部分，投入资金多少？", "900万元"),
    ],
)
def test_a_heading_that_is_named_restricts(tmp_path: Path, question: str, quoted: str) -> None:
    with asking(tmp_path, report=REPORT) as pipeline:
        read, restriction = limited(pipeline, question)
        assert restriction
        assert restriction.filters.section
        assert "一节" not in read.searched
        assert "部分" not in read.searched
        answer = pipeline.ask(Question(question=question))
    found = answer.citations or (answer.refusal.nearest if answer.refusal else ())
    assert found
    assert all(quoted in citation.quote for citation in found)


@pytest.mark.parametrize(
    "question", ["文化节来了多少游客？", "灌区改造部分工程投入多少？", "哪些部分投入资金多？"]
)
def test_a_word_that_only_ends_like_a_heading_does_not_restrict(
    tmp_path: Path, question: str
) -> None:
    with asking(tmp_path, report=REPORT) as pipeline:
        _, restriction = limited(pipeline, question)
    assert restriction is None
