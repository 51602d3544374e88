"""Questions on pages of wholly different subjects: people, bylines, lists, views, follow-ups.

The pages stand in `tests/data/other_pages`, with questions that `youju evaluate` takes. Here the
fake embedder and a scorer of shared words answer, so only what rules decide is asserted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import ask, asking_files, write

from rag.data_model.answers import Answer, Filters, Question
from rag.pipeline import Pipeline
from rag.proof.replay import replay
from rag.proof.verification import verify

PAGES = Path(__file__).parent / "data" / "other_pages"
QUESTIONS = [
    json.loads(line) for line in (PAGES / "questions.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    files = sorted(PAGES.glob("*.txt"))
    with asking_files(tmp_path_factory.mktemp("pages"), *files) as made:
        yield made


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


@pytest.mark.parametrize(
    ("question", "expected", "short"),
    [
        ("《校园足球别只盯着奖杯》的作者是谁？", ["任远帆"], "任远帆"),
        ("任远帆的单位是什么？", ["（作者单位：河湾师范学院体育系）"], None),
        ("杜若溪是谁？", ["杜若溪 南川农业大学园艺学院副教授"], "南川农业大学园艺学院副教授"),
        ("谁是主持人？", ["孟听雨 本报编辑"], "孟听雨"),
        (
            "对话有哪些嘉宾？",
            [
                "段长庚 河湾县农业技术推广中心主任、高级农艺师",
                "杜若溪 南川农业大学园艺学院副教授",
                "金满仓 石门乡红果合作社理事长",
            ],
            None,
        ),
        (
            "新门诊楼启用的报道刊登在哪一天的报纸上？",
            ["河湾晚报 2025年3月18日 星期二 第3版 城事"],
            "2025年3月18日",
        ),
        ("新门诊楼启用的报道登在第几版？", ["河湾晚报 2025年3月18日 星期二 第3版 城事"], "第3版"),
        ("谁是南川农业大学园艺学院副教授？", ["杜若溪 南川农业大学园艺学院副教授"], "杜若溪"),
    ],
)
def test_what_the_page_says_of_articles_and_people(
    pipeline: Pipeline, question: str, expected: list[str], short: str | None
) -> None:
    answer = ask(pipeline, question)
    assert quotes(answer) == expected
    assert answer.short_answer == short


def test_a_box_of_explanations_is_told_note_by_note(pipeline: Pipeline) -> None:
    told = quotes(ask(pipeline, "名词解释里解释了哪些概念？"))
    assert [quote[:4] for quote in told] == ["高接换种", "水肥一体", "疏花疏果"]
    assert all(quote.endswith("。") for quote in told)


def test_authors_of_books_that_no_page_speaks_of_are_not_made_up(pipeline: Pipeline) -> None:
    assert not ask(pipeline, "《红楼梦》的作者是谁？").answered


@pytest.mark.parametrize(
    ("question", "name", "held"),
    [
        ("段长庚认为老果园为什么非改不可？", "段长庚", ["品种老化", "人工太贵", "销路变窄"]),
        ("杜若溪对卖果子提了哪些建议？", "杜若溪", ["错开上市时间", "深加工", "产地标识"]),
        ("金满仓说果园面临哪些挑战？", "金满仓", ["冷库不够"]),
        ("杜若溪怎么看换种？", "杜若溪", ["慢慢来"]),
    ],
)
def test_a_view_is_told_in_that_persons_words_only(
    pipeline: Pipeline, question: str, name: str, held: list[str]
) -> None:
    answer = ask(pipeline, question)
    assert {citation.speaker for citation in answer.citations} == {name}
    assert all(text in "".join(quotes(answer)) for text in held)
    assert name in answer.text


@pytest.mark.parametrize(
    "question", ["金满仓怎么看校园足球？", "韩素秋对夜间法庭有什么看法？", "王大力怎么看贷款改造？"]
)
def test_who_says_nothing_on_a_topic_is_not_made_to(pipeline: Pipeline, question: str) -> None:
    assert not ask(pipeline, question).answered


def test_who_is_unknown_is_named_and_the_nearest_passages_are_shown(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "陆远舟怎么看贷款改造？")
    assert answer.refusal is not None
    assert answer.refusal.reason == "nothing_relevant"
    assert answer.refusal.missing_words == ("陆远舟",)
    assert answer.refusal.nearest
    assert "陆远舟" in answer.text
    assert "导入" not in answer.text


def test_a_selection_without_articles_is_no_empty_library(pipeline: Pipeline) -> None:
    none = Filters(newspaper="无此报")
    answer = pipeline.ask(Question(question="贷款改造花多少钱？", filters=none))
    assert verify(answer, pipeline.library) == []
    assert "范围" in answer.text
    assert "导入" not in answer.text


def test_two_people_are_set_side_by_side(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "在贷款的问题上，段长庚和杜若溪的看法有什么不同？")
    assert [citation.speaker for citation in answer.citations] == ["段长庚", "杜若溪"]


def test_what_else_somebody_says_is_something_else(pipeline: Pipeline) -> None:
    before = "段长庚认为老果园为什么非改不可？"
    first, more = ask(pipeline, before), ask(pipeline, "他还说了什么？", before)
    assert {citation.speaker for citation in more.citations} == {"段长庚"}
    assert not set(quotes(first)) & set(quotes(more))


def test_a_person_named_by_the_answer_before_is_meant(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "他是哪个单位的？", "《校园足球别只盯着奖杯》的作者是谁？")
    assert answer.searched_question == "任远帆是哪个单位的"
    assert quotes(answer) == ["（作者单位：河湾师范学院体育系）"]


def test_every_citation_says_why_it_was_chosen(pipeline: Pipeline) -> None:
    for row in QUESTIONS[::4]:
        answer = ask(pipeline, row["question"], *row["history"])
        near = answer.refusal.nearest if answer.refusal else ()
        assert all(citation.why is not None for citation in (*answer.citations, *near))


@pytest.mark.parametrize("row", QUESTIONS[::6], ids=lambda row: row["id"])
def test_a_recorded_answer_comes_again(pipeline: Pipeline, row: dict[str, object]) -> None:
    question = Question.model_validate(row)
    recorded = Answer.model_validate_json(pipeline.ask(question).model_dump_json(by_alias=True))
    replayed = replay(recorded, pipeline, pipeline.library)
    assert replayed.same
    assert not replayed.causes


def test_a_replay_says_what_changed_and_why(pipeline: Pipeline) -> None:
    recorded = ask(pipeline, "杜若溪是谁？")
    source = recorded.citations[0].source.model_copy(update={"sha256": "0" * 64})
    citation = recorded.citations[0].model_copy(update={"quote": "另一句", "source": source})
    receipt = recorded.receipt.model_copy(update={"model": "another"})
    changed = recorded.model_copy(update={"citations": (citation,), "receipt": receipt})
    replayed = replay(changed, pipeline, pipeline.library)
    assert any("另一句" in change for change in replayed.changes)
    assert any("another" in cause for cause in replayed.causes)
    assert any(citation.source.file in cause for cause in replayed.causes)


def test_who_says_nothing_does_not_empty_the_library(tmp_path: Path) -> None:
    page = "水渠圆桌\n主持人\n顾明川 本报编辑\n嘉宾\n沈知秋 水利站站长\n\n"
    page += "顾明川：水渠该怎么修？\n沈知秋：水渠要先清淤。\n"
    with asking_files(tmp_path, write(tmp_path / "pages", talk=page)) as made:
        answer = ask(made, "顾明川怎么看水渠？")
    assert not answer.answered
    assert "还没有收入" not in answer.text
    assert answer.refusal is not None
    assert answer.refusal.nearest


@pytest.mark.parametrize("asked", ["任远帆的单位是什么？", "任远帆现在担任什么职务？"])
def test_a_byline_alone_tells_nothing_of_somebodys_work(tmp_path: Path, asked: str) -> None:
    page = "标题：校园足球\n作者：任远帆\n\n校园足球办得好，孩子们跑得欢。\n"
    with asking_files(tmp_path, write(tmp_path / "pages", ball=page)) as made:
        assert all("作者：" not in citation.quote for citation in ask(made, asked).citations)
