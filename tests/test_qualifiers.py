"""A year, a phase or a number that is not the one asked for makes evidence a near miss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import asking

from rag.answers import Mismatch, Question
from rag.pipeline import Pipeline
from rag.qualifiers import qualifiers_in
from rag.text import fold
from rag.verification import verify

SPORTS = """镇体育中心一期投用
2024年3月2日 柳镇报 第1版

柳镇体育中心一期投资9000万元，2021年动工。一号馆可坐三千人，二号馆可坐八百人。

2023年，体育中心接待市民21万人次。游泳课有64个班。

2019年成立的柳镇长跑协会有会员430人。

今年全镇栽树8000棵，比去年增加两成。

去年，柳镇举办了第三届长跑比赛，参赛选手1200人。
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with asking(tmp_path_factory.mktemp("sports"), sports=SPORTS) as made:
        yield made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021年至2023年", [("年", {2021, 2022, 2023})]),
        ("2024-2026年", [("年", {2024, 2025, 2026})]),
        ("去年的投资", [("年", {-1})]),
        ("二期和第三期", [("期", {2}), ("期", {3})]),
        ("首期规模", [("期", {1})]),
        ("第12届", [("届", {12})]),
        ("三号码头", [("号", {3})]),
        ("第一季度", [("季度", {1})]),
        ("2022 年 3 月", [("年", {2022})]),
        ("2021年长跑冠军石小满退赛", []),
        ("2021年长跑冠军是石小满", [("年", {2021})]),
        ("2023年长跑冠军有多少人", [("年", {2023})]),
        ("2024年秋季军训", [("年", {2024})]),
        ("5月12号下午，一批货，三十名，今年轻人多", []),
    ],
)
def test_what_a_text_names(text: str, expected: list[tuple[str, set[int]]]) -> None:
    assert [(q.kind, set(q.values)) for q in qualifiers_in(fold(text))] == expected


@pytest.mark.parametrize(
    ("question", "asked", "told"),
    [
        ("体育中心二期投资多少？", "二期", "一期"),
        ("体育中心二期什么时候动工？", "二期", "一期"),
        ("体育中心三号馆可坐多少人？", "三号", "一号"),
        ("2022年体育中心接待市民多少人次？", "2022年", "2023年"),
        ("2022年的游泳课有多少个班？", "2022年", "2023年"),
        ("第四届长跑比赛有多少参赛选手？", "第四届", "第三届"),
        ("去年全镇栽了多少棵树？", "去年", "今年"),
    ],
)
def test_a_near_miss_is_refused_and_says_which(
    pipeline: Pipeline, question: str, asked: str, told: str
) -> None:
    answer = pipeline.ask(Question(question=question))
    assert answer.refusal is not None
    assert answer.refusal.mismatch == Mismatch(asked=asked, told=told)
    assert asked in answer.text
    assert told in answer.text
    assert told in answer.refusal.nearest[0].quote or "班" in answer.refusal.nearest[0].quote
    assert verify(answer, pipeline.library) == []


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("体育中心一期投资多少？", "9000万元"),
        ("体育中心第一期投资多少？", "9000万元"),
        ("体育中心的2号馆可坐多少人？", "八百人"),
        ("2023年体育中心接待市民多少人次？", "21万人次"),
        ("2019年成立的柳镇长跑协会有多少会员？", "430人"),
        ("2023年柳镇举办的长跑比赛有多少参赛选手？", "1200人"),
    ],
)
def test_what_is_asked_for_is_answered(pipeline: Pipeline, question: str, held: str) -> None:
    answer = pipeline.ask(Question(question=question))
    assert answer.answered
    assert held in answer.citations[0].quote


UNDATED = """青溪竹筏漂流
今年6月，2022青溪竹筏漂流节将在白鹭滩举行，有竹筏80条。

2003年出生的筏工阿木，今年第一次领漂。
"""


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("2022年的青溪竹筏漂流节在哪里举行？", "白鹭滩"),
        ("2022年青溪第一次领漂的筏工是谁？", "阿木"),
    ],
)
def test_this_year_of_an_undated_article_may_be_any(
    tmp_path: Path, question: str, held: str
) -> None:
    with asking(tmp_path, rafts=UNDATED) as pipeline:
        answer = pipeline.ask(Question(question=question))
    assert held in "".join(citation.quote for citation in answer.citations)


@pytest.mark.parametrize("date", ["昨天", "初春", "第3期"])
def test_a_date_that_is_none_tells_no_year(tmp_path: Path, date: str) -> None:
    page = f"标题：青溪竹筏\n日期：{date}\n\n青溪镇去年造竹筏80条，今年要造120条。"
    with asking(tmp_path, rafts=page) as pipeline:
        (stored,) = pipeline.library.articles()
        assert stored.article.date == date
        answer = pipeline.ask(Question(question="青溪镇2022年造竹筏多少条？"))
    assert answer.refusal is None or answer.refusal.mismatch is None, "any year may be meant"
