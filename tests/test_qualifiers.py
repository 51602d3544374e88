"""A year, a phase or a number that is not the one asked for makes evidence a near miss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import asking, evidence_of

from rag.data_model.answers import Mismatch, Question
from rag.evidence.scorer import Assessment
from rag.language.naming import qualifiers_in
from rag.language.text import fold
from rag.pipeline import Pipeline
from rag.proof.verification import verify
from rag.question.understanding import understand
from rag.rules.qualifiers import without_near_misses

SPORTS = """镇体育中心一期投用
2024年3月2日 柳镇报 第1版

柳镇体育中心一期投资9000万元，2021年动工。一号馆可坐三千人，二号馆可坐八百人。

2023年，体育中心接待市民21万人次。游泳课有64个班。

2019年成立的柳镇长跑协会有会员430人。

今年全镇栽树8000棵，比去年增加两成。

去年，柳镇举办了第三届长跑比赛，参赛选手1200人。
"""


def days(first: int, last: int) -> set[int]:
    """The days of a year from `first` to `last`: 312 is the 12th of March."""
    return {day for day in range(first, last + 1) if 1 <= day % 100 <= 31}


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
        ("第一季度", [("日期", days(101, 331))]),
        ("2022 年 3 月", [("年", {2022})]),
        ("2021年长跑冠军石小满退赛", []),
        ("2021年长跑冠军是石小满", [("年", {2021})]),
        ("2023年长跑冠军有多少人", [("年", {2023})]),
        ("2024年秋季军训", [("年", {2024}), ("季/春", {2})]),
        ("一批货，三十名，今年轻人多", []),
        ("5月12号下午", [("日期", {512}), ("时段", {4})]),
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


WORKS = """青砂镇机械厂一年账
二车间有钳工五十六名。九连守坝七十天。第三组领到手套四十双。
初二年级栽了杨树三百棵。周二浴室开放到九点。二期厂房造价八百万元。
5号楼住着职工六十家。
甲班织布七百米。北岸堆场存煤五百吨。A座停车九十辆。

上半年出口齿轮三万件。

7月发电八千度。

去年一审案件办结二十件。
"""
SIBLINGS = [
    ("三车间有钳工多少名？", "三车间", "二车间"),
    ("钳工3车间有多少名？", "3车间", "二车间"),
    ("八连守坝多少天？", "八连", "九连"),
    ("第五组领到手套多少双？", "第五组", "第三组"),
    ("五组领到手套多少双？", "五组", "第三组"),
    ("初三年级栽了多少棵杨树？", "初三", "初二"),
    ("周五浴室开放到几点？", "周五", "周二"),
    ("一期厂房造价多少？", "一期", "二期"),
    ("六号楼住着职工多少家？", "六号楼", "5号楼"),
    ("乙班织布多少米？", "乙班", "甲班"),
    ("南岸堆场存煤多少吨？", "南岸", "北岸"),
    ("B座停车多少辆？", "B座", "A座"),
    ("下半年出口齿轮多少件？", "下半年", "上半年"),
    ("出口齿轮下半年是多少件？", "下半年", "上半年"),
    ("第三季度出口齿轮多少件？", "第三季度", "上半年"),
    ("8月发电多少度？", "8月", "7月"),
    ("二审案件办结多少件？", "二审", "一审"),
]


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with asking(tmp_path_factory.mktemp("works"), works=WORKS) as made:
        yield made


@pytest.mark.parametrize(("question", "asked", "told"), SIBLINGS)
def test_a_neighbour_in_a_series_is_refused(
    works: Pipeline, question: str, asked: str, told: str
) -> None:
    answer = works.ask(Question(question=question))
    assert answer.refusal is not None
    assert answer.refusal.mismatch == Mismatch(asked=asked, told=told)
    assert verify(answer, works.library) == []


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("2车间有钳工多少名？", "五十六名"),
        ("钳工第二车间有多少名？", "五十六名"),
        ("星期二浴室开放到几点？", "九点"),
        ("五号楼住着职工多少家？", "六十家"),
        ("上半年出口齿轮多少件？", "三万件"),
        ("七月发电是多少？", "八千度"),
        ("机械厂出口齿轮多少件？", "三万件"),
        ("初几年级栽了杨树三百棵？", "三百棵"),
        ("哪个车间有钳工五十六名？", "五十六名"),
    ],
)
def test_the_same_member_is_answered_however_it_is_written(
    works: Pipeline, question: str, held: str
) -> None:
    answer = works.ask(Question(question=question))
    assert answer.answered
    assert held in answer.citations[0].quote


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        pytest.param(
            "3月至5月码头运煤九万吨。", "4月码头运煤是多少？", None, id="a range holds it"
        ),
        pytest.param(
            "前三季度码头运煤九万吨。", "第三季度码头运煤是多少？", "前三季度", id="a sum"
        ),
        pytest.param(
            "第三季度码头运煤九万吨。", "前三季度码头运煤是多少？", "第三季度", id="a part"
        ),
        pytest.param("全年码头运煤九万吨。", "上半年码头运煤是多少？", "全年", id="a year's sum"),
        pytest.param("2021—2023年码头运煤九万吨。", "2022年码头运煤是多少？", None, id="years"),
        pytest.param("码头运煤九万吨。", "下半年码头运煤是多少？", None, id="nothing named"),
        pytest.param(
            "3月的洪水退后，码头运煤九万吨。", "上半年码头运煤是多少？", None, id="within"
        ),
        pytest.param("比6月，码头多运煤九万吨。", "5月码头运煤是多少？", None, id="only compared"),
        pytest.param(
            "6月修路。码头运煤九万吨。", "5月码头运煤是多少？", "6月", id="the sentence before"
        ),
        pytest.param(
            "6月修路。\n\n码头运煤九万吨。", "5月码头运煤是多少？", None, id="another paragraph"
        ),
        pytest.param(
            "9月2日，记者获悉，码头运煤九万吨。", "8月码头运煤是多少？", None, id="a report"
        ),
        pytest.param("东西区码头运煤九万吨。", "西区码头运煤是多少？", None, id="two sides"),
    ],
)
def test_ranges_sums_and_what_stands_nearest(
    tmp_path: Path, text: str, question: str, told: str | None
) -> None:
    with asking(tmp_path, coal=f"煤港\n{text}") as pipeline:
        answer = pipeline.ask(Question(question=question))
    mismatch = answer.refusal.mismatch if answer.refusal else None
    assert (mismatch.told if mismatch else None) == told


PLANTS = """五家厂的年份
红砖厂建于一九五二年，归县里管。白糖厂于二〇二三年投产，产糖九万吨。
造纸厂于二○二一年投产，产纸三千吨。水泥厂于2024年投产，产灰八万吨。
"""


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("2023年投产的是哪个厂？", "白糖厂"),
        ("哪个厂是2021年投产的？", "造纸厂"),
        ("二〇二四年投产的是哪个厂？", "水泥厂"),
        ("二零二一年投产的是哪个厂？", "造纸厂"),
        ("1952年建的是哪个厂？", "红砖厂"),
        ("23年投产的是哪个厂？", "白糖厂"),
    ],
)
def test_a_year_is_one_in_any_numerals(tmp_path: Path, question: str, held: str) -> None:
    with asking(tmp_path, plants=PLANTS) as pipeline:
        answer = pipeline.ask(Question(question=question))
    assert answer.answered
    assert held in answer.citations[0].quote


@pytest.mark.parametrize("year", ["2022", "二〇二二", "二○二二"])
def test_a_year_that_is_not_told_is_refused_in_any_numerals(tmp_path: Path, year: str) -> None:
    with asking(tmp_path, plants=PLANTS) as pipeline:
        answer = pipeline.ask(Question(question=f"{year}年投产的是哪个厂？"))
    assert answer.refusal is not None
    assert answer.refusal.mismatch is not None
    assert answer.refusal.mismatch.asked == f"{year}年"


@pytest.mark.parametrize(
    ("other", "left"),
    [
        pytest.param("厂里有钳工三百名。", 0.4, id="names no workshop"),
        pytest.param("厂里有钳工三百名。\n五车间在河边。", 0.8, id="names the one that is asked"),
    ],
)
def test_beside_a_near_miss_an_article_that_names_nothing_of_the_series_needs_more(
    other: str, left: float
) -> None:
    near = evidence_of("四车间有钳工五十六名。", "五十六名", key=1)
    rest = evidence_of(other, "三百名", 0.8, key=2)
    question = understand(Question(question="五车间有钳工多少名？"), 100)
    kept, miss = without_near_misses(question, Assessment((near, rest), 0.9))
    assert miss is not None
    assert [e.probability for e in kept.evidence] == [pytest.approx(left)]
    assert kept.answerable == pytest.approx(left)


def test_without_a_near_miss_an_article_may_name_nothing_of_the_series() -> None:
    only = evidence_of("厂里有钳工三百名。", "三百名", 0.8)
    question = understand(Question(question="五车间有钳工多少名？"), 100)
    kept, miss = without_near_misses(question, Assessment((only,), 0.9))
    assert miss is None
    assert kept == Assessment((only,), 0.9)
