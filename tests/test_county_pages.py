"""What rules decide on a county's pages: reports, interviews, figures, rules of conduct.

The pages stand in `tests/data/county_pages`, with questions that `youju evaluate` takes; many of
them ask about people and things of the pages, but for a year, a phase or a place that these do
not tell. Here the fake embedder and a scorer of shared words answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import ask, asking_files

from eval.question_sets import load_questions
from rag.data_model.answers import Answer
from rag.pipeline import Pipeline

PAGES = Path(__file__).parent / "data" / "county_pages"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    files = sorted((*PAGES.glob("*.txt"), *PAGES.glob("*.md")))
    with asking_files(tmp_path_factory.mktemp("pages"), *files) as made:
        yield made


def quoted(answer: Answer) -> str:
    return "\n".join(citation.quote for citation in answer.citations)


def test_the_questions_are_sound(pipeline: Pipeline) -> None:
    questions = load_questions(PAGES / "questions.jsonl")
    assert questions.problems == ()
    unanswerable = [q for q in questions if not q.answerable]
    assert len(unanswerable) >= 0.29 * len(questions)
    sources = "".join(pipeline.library.source_of(s.key).text for s in pipeline.library.articles())
    for question in questions:
        assert all(evidence in sources for evidence in question.evidence)


def test_a_list_is_found_by_its_heading(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "养老服务有哪些主要做法？")
    told = [citation.quote for citation in answer.citations]
    assert told == ["一是建网络。", "二是育队伍。", "三是强监管。", "四是引资本。"]


def test_articles_of_a_law_are_no_list(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "物业服务人应当履行哪些职责？")
    assert [citation.quote[:3] for citation in answer.citations] == ["第六条"]


def test_a_stand_is_quoted_with_what_it_is_taken_on(pipeline: Pipeline) -> None:
    assert quoted(ask(pipeline, "闻人杰怎么看整体出租？")).startswith("我不赞成。整体出租")


@pytest.mark.parametrize("question", ["闻人杰怎么看夜间公交？", "苏晚晴怎么看修旧如旧？"])
def test_what_others_speak_of_is_nobody_elses_view(pipeline: Pipeline, question: str) -> None:
    assert not ask(pipeline, question).answered


@pytest.mark.parametrize(
    "question", ["老街的商户该怎么转型？", "老街的出路在哪里？", "请哪两位专家谈谈看法？"]
)
def test_questions_and_invitations_are_not_quoted(pipeline: Pipeline, question: str) -> None:
    answer = ask(pipeline, question)
    told = quoted(answer)
    assert "谈谈看法" not in told
    assert "？" not in told


def test_a_second_quote_brings_something(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "青石区2023年一般公共预算收入是多少？")
    assert [c.quote[:7] for c in answer.citations] == ["2023年，青"]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("县图书馆馆长是谁？", "梁书言"),
        ("谁是公交公司的经理？", "卓一鸣"),
        ("青石区财政局局长是谁？", "仇一帆"),
        ("港务公司总经理叫什么名字？", "骆海生"),
    ],
)
def test_who_holds_a_post_is_told_from_the_text(
    pipeline: Pipeline, question: str, name: str
) -> None:
    assert ask(pipeline, question).short_answer == name


@pytest.mark.parametrize("question", ["县农业农村局局长是谁？", "市图书馆馆长是谁？"])
def test_a_deputy_or_another_house_is_not_meant(pipeline: Pipeline, question: str) -> None:
    assert ask(pipeline, question).short_answer is None
