"""Rows that are named by a range, by the most of a column, or by another name of their kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pages import ask, asking

from ingest.parts.delimited import Row
from ingest.parts.sheets import Table, named_lines
from rag.language.text import fold
from rag.pipeline import Pipeline
from rag.rules.row_measures import opposed
from rag.rules.row_ranges import Range, asked_numbers, range_of

AGES = """# 桃源镇敬老金发放办法

敬老金按年龄发放，标准见下表。

年龄 | 每月金额 | 领取起始日期
--- | --- | ---
60—69周岁 | 50元 | 2024年1月5日
70—79周岁 | 90元 | 2024年2月6日
80周岁及以上 | 160元 | 2024年3月7日
"""
WALNUTS = """# 桃源镇各村核桃产量

各村核桃产量见下表。

村名 | 种植面积（亩） | 产量（吨） | 本村户籍人口 | 咨询电话
--- | --- | --- | --- | ---
上坪村 | 210 | 31.5 | 845 | 5550101
石桥村 | 470 | 66.2 | 1203 | 5550102
柳沟村 | 160 | 40.9 | 512 | 5550103
合计 | 840 | 138.6 | 2560 |
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("65—69周岁", Range(65, 69, "岁", closed=True)),
        ("年满60周岁不满65周岁", Range(60, 65, "岁", closed=False)),
        ("1万元至10万元（含）", Range(1e4, 1e5, "元", closed=True)),
        ("0.2万—0.5万元", Range(2000, 5000, "元", closed=True)),
        ("12个月以内", Range(0, 12, "个月", closed=True)),
        ("满3年不满5年", Range(3, 5, "年", closed=False)),
        ("30元", None),
        ("5550101", None),
        ("按金额的0.03%收取，最低每笔5元，最高每笔50元，遇节假日顺延", None),
    ],
)
def test_what_a_cell_ranges_over(value: str, expected: Range | None) -> None:
    assert range_of(fold(value)) == expected


def test_no_upper_end() -> None:
    held = range_of("100周岁及以上")
    assert held is not None
    assert held.holds(100)
    assert held.holds(113)
    assert not held.holds(99)


def test_numbers_of_a_question() -> None:
    assert [(a.value, a.unit) for a in asked_numbers("转3万块和20万,84岁")] == [
        (3e4, "元"),
        (2e5, "元"),
        (84, "岁"),
    ]


@pytest.mark.parametrize(
    ("searched", "column", "other"),
    [
        ("到什么时候结束", "任期起始日期", "到什么时候"),
        ("从什么时候开始", "任期起始日期", ""),
        ("从哪天开始", "截止日期", "从哪天"),
        ("到哪天为止", "起止日期", ""),
        ("到哪天为止", "日期", ""),
    ],
)
def test_a_beginning_is_no_end(searched: str, column: str, other: str) -> None:
    assert opposed(searched, column) == other


def test_a_row_that_names_columns_again() -> None:
    columns = ["项目", "2024年", "2023年"]
    cells = [["收入", "8", "7"], ["", "2024年末", "2023年末"], ["资产", "5", "4"]]
    table = Table("", columns=columns, rows=[Row(n, own) for n, own in enumerate(cells)])
    assert [line for _, line in named_lines(table)] == [
        "项目：收入　2024年：8　2023年：7",
        "2024年末　2023年末",
        "项目：资产　2024年末：5　2023年末：4",
    ]


def test_a_row_of_words_names_nothing_again() -> None:
    cells = [["", "2024年度", "待定"], ["资产", "5", "4"]]
    table = Table("", columns=["项目", "2024年", "2023年"], rows=[Row(0, c) for c in cells])
    assert [line for _, line in named_lines(table)][1] == "项目：资产　2024年：5　2023年：4"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("ranges")
    with asking(folder, ages=AGES, walnuts=WALNUTS) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("65岁每月金额是多少？", "50元"),
        ("75岁的老人每月金额多少？", "90元"),
        ("80岁每月金额是多少？", "160元"),
        ("哪个村的产量最高？", "石桥村"),
        ("哪个村种植面积最小？", "柳沟村"),
        ("石桥村的联系电话是多少？", "5550102"),
    ],
)
def test_the_row_that_is_meant_answers(pipeline: Pipeline, question: str, held: str) -> None:
    answer = ask(pipeline, question)
    assert [held in citation.quote for citation in answer.citations] == [True]


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("55岁每月金额是多少？", id="no range holds it"),
        pytest.param("60—69周岁领取到什么时候为止？", id="a beginning is no end"),
        pytest.param("上坪村非本村户籍人口有多少？", id="not the column but its opposite"),
    ],
)
def test_no_row_answers_what_it_does_not_tell(pipeline: Pipeline, question: str) -> None:
    answer = ask(pipeline, question)
    quoted = "".join(citation.quote for citation in answer.citations)
    assert not any(told in quoted for told in ("元", "845", "2024年"))
