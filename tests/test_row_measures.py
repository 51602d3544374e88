"""A column answers only what is its own measure, in its own unit."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import ask, asking
from test_table_rows import FEES, read

from rag.rules.row_lookup import lookup
from rag.rules.row_measures import is_of_another_unit
from rag.rules.row_tables import tables_of

DISTRICTS = """# 各区一览

2023年各区人口、面积和经济情况见下表。

区 | 常住人口（万人） | 面积（平方公里） | GDP（亿元） | 日客流
--- | --- | --- | --- | ---
东湖区 | 61.2 | 118 | 742.5 | 1200人
西岭区 | 48.7 | 203 | 510.3 | 800人
北城区 | 55.9 | 97 | 866.1 | 650人

东湖区户籍人口为43.5万人。
"""


@pytest.mark.parametrize(
    ("question", "column", "kind"),
    [
        ("东湖区常住人口多少", "常住人口(万人)", None),
        ("东湖区有多少人口", "常住人口(万人)", None),
        ("东湖区目前人口多少", "常住人口(万人)", None),
        ("东湖区户籍人口多少", "常住人口(万人)", "otherwise"),
        ("西岭区的年客流是多少", "日客流", "otherwise"),
        ("西岭区每天客流多少", "日客流", None),
        ("西岭区建成区面积多少", "面积(平方公里)", "unknown"),
        ("西岭区总面积多少", "面积(平方公里)", None),
        ("西岭区2023年面积多少", "面积(平方公里)", None),
        ("西岭区人口增长多少", "常住人口(万人)", "verb"),
    ],
)
def test_a_column_is_meant_by_all_that_stands_by_its_name(
    question: str, column: str, kind: str | None, tmp_path: Path
) -> None:
    (table,) = tables_of(read(tmp_path / "a.md", DISTRICTS))
    asked = lookup(question, table)
    assert asked.columns == (column,)
    assert (asked.beside and asked.beside.kind) == kind


@pytest.mark.parametrize(
    ("question", "column", "value", "about", "other"),
    [
        ("gdp多少万元", "gdp(亿元)", "742.5", "", True),
        ("gdp多少亿元", "gdp(亿元)", "742.5", "", False),
        ("gdp是多少", "gdp(亿元)", "742.5", "", False),
        ("面积多少亩", "面积", "118平方公里", "", True),
        ("票价多少美元", "票价(元)", "2", "", True),
        ("票价多少港元", "票价(元)", "2", "", True),
        ("票价多少块钱", "票价(元)", "2", "", False),
        ("票价多少钱", "票价(元)", "2", "", False),
        ("有多少人口", "常住人口(万人)", "61.2", "", False),
        ("有几名职工", "职工(人)", "3", "", False),
        ("地点多少元", "地点(路)", "槐荫路", "", False),
        ("存款多少元", "存款", "516", "单位:万元", True),
        ("利率多少元", "利率", "3", "单位:万元、元", False),
    ],
)
def test_a_cell_of_another_unit_is_no_short_answer(
    question: str, column: str, value: str, about: str, other: bool
) -> None:
    assert is_of_another_unit(question, column, value, about) is other


def test_what_a_table_says_near_what_is_asked_is_not_sure(tmp_path: Path) -> None:
    with asking(tmp_path, districts=DISTRICTS, fees=FEES) as pipeline:
        for question in ("东湖区GDP多少万元", "西岭区面积达到多少", "信用卡刷几次可以免年费"):
            answer = ask(pipeline, question)
            assert answer.short_answer is None
            assert answer.certainty != "sure"
        for question in ("北城区户籍人口多少", "北城区的年客流是多少"):
            quotes = [citation.quote for citation in ask(pipeline, question).citations]
            assert not any("55.9" in quote for quote in quotes)
        assert ask(pipeline, "北城区GDP多少亿元").short_answer == "866.1"
