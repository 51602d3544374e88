"""`X呢` puts X where its counterpart stood in the question before."""

from __future__ import annotations

import pytest

from rag.question.ellipsis import opening_name, other_reading, replaced


@pytest.mark.parametrize(
    ("before", "new", "expected"),
    [
        pytest.param("云桥的长度是多少", "它的宽度", "云桥的宽度是多少", id="a property of it"),
        pytest.param("云桥的门票多少钱", "它的电话", "云桥的电话是多少", id="asked as that is"),
        pytest.param("柳镇2021年收入是多少", "2023年", "柳镇2023年收入是多少", id="a year"),
        pytest.param("柳镇5月用电多少", "6月", "柳镇6月用电多少", id="a month"),
        pytest.param("去年柳镇来了多少游客", "今年", "今年柳镇来了多少游客", id="this year"),
        pytest.param("柳镇收入是多少", "上半年", "上半年柳镇收入是多少", id="no time before"),
        pytest.param("柳镇修路有哪些困难", "好处", "柳镇修路有哪些好处", id="another side"),
        pytest.param("陈望山怎么看修路", "困难", "陈望山怎么看修路的困难", id="a side of a view"),
        pytest.param("什么是滴灌", "缺点", "滴灌的缺点是什么", id="a side of a term"),
        pytest.param("陈望山怎么看修路", "沈知秋", "沈知秋怎么看修路", id="another person"),
        pytest.param("陈望山怎么看修路", "架桥", "陈望山怎么看架桥", id="another matter"),
        pytest.param("什么是滴灌", "喷灌", "什么是喷灌", id="another term"),
        pytest.param("城区学校有几所", "乡村学校", "乡村学校有几所", id="what ends alike"),
        pytest.param("停车对个人罚多少钱", "对单位", "停车对单位罚多少钱", id="a relation"),
        pytest.param("从南港到星岛多远", "从北港", "从北港到星岛多远", id="a start"),
        pytest.param("柳镇的收入是多少", "白露乡", "白露乡的收入是多少", id="another place"),
        pytest.param("柳镇的收入是多少", "人口", "柳镇的人口是多少", id="another property"),
        pytest.param("柳镇有多少所学校", "医院", "柳镇有多少所医院", id="other things counted"),
        pytest.param("柳镇有多少所学校", "学位", "柳镇有多少学位", id="what counts itself"),
        pytest.param("柳镇有多少所小学", "初中", "柳镇有多少所初中", id="another level of school"),
        pytest.param(
            "柳镇2023年初中生生均经费是多少",
            "小学",
            "柳镇2023年小学生生均经费是多少",
            id="pupils of another level",
        ),
        pytest.param("柳镇有多少所学校", "白露乡", "白露乡有多少所学校", id="counted elsewhere"),
        pytest.param("云桥什么时候通车", "隧道", "隧道什么时候通车", id="another topic"),
        pytest.param("汛期之前堤坝要做什么", "水库", "汛期之前水库要做什么", id="in a scope"),
        pytest.param("停在路边对个人罚多少", "对单位", "停在路边对单位罚多少", id="which relation"),
    ],
)
def test_what_is_named_takes_its_counterparts_place(before: str, new: str, expected: str) -> None:
    assert replaced(before, new) == expected


@pytest.mark.parametrize(
    ("before", "new", "expected"),
    [
        ("第二泵站什么时候试运行", "供水能力", "第二泵站的供水能力是多少"),
        ("白石湾大桥总投资多少", "主跨", "白石湾大桥的主跨是多少"),
        ("隧道什么时候通车", "总投资", "隧道的总投资是多少"),
        ("镇村两级财政占多少", "中央", "中央占多少"),
        ("县财政出了多少", "镇里", "镇里出了多少"),
    ],
)
def test_another_property_of_the_thing_is_asked_by_its_own_words(
    before: str, new: str, expected: str
) -> None:
    assert replaced(before, new) == expected


@pytest.mark.parametrize(
    ("before", "new"),
    [
        ("月亮上有多少人", "那里"),
        ("果农周长河今年卖了多少钱", "他家"),
        ("为什么修了这么久", "座桥"),
        ("现在在哪里", "以前"),
        ("现在有多少人", "以前"),
    ],
)
def test_what_would_be_no_chinese_replaces_nothing(before: str, new: str) -> None:
    assert replaced(before, new) is None


def test_a_thing_or_a_property_is_read_in_both_ways() -> None:
    assert other_reading("新馆什么时候开放", "座位") == "新馆的座位"
    assert other_reading("白石湾大桥总投资多少", "主跨") is None


def test_what_has_no_counterpart_replaces_nothing() -> None:
    assert replaced("云桥什么时候通车", "白露湾海底隧道") is None


def test_a_side_of_a_view_of_nothing_in_particular_is_viewed_itself() -> None:
    assert replaced("陈望山怎么看", "困难") == "陈望山怎么看困难"


@pytest.mark.parametrize(
    "new", ["隧道", "2023年", "困难", "沈知秋", "对单位", "白露乡", "的", "在"]
)
@pytest.mark.parametrize(
    "before",
    [
        "",
        "云桥",
        "什么是滴灌",
        "柳镇的收入是多少",
        "陈望山怎么看修路",
        "从南港到星岛多远",
        "多少钱",
    ],
)
def test_what_is_new_is_always_asked_about(before: str, new: str) -> None:
    whole = replaced(before, new)
    assert whole is None or new in whole


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("陈望山怎么看修路", "陈望山"),
        ("陈望山", "陈望山"),
        ("请问陈望山是谁", "陈望山"),
        ("谁是陈望山", "陈望山"),
        ("欧阳明月认为路该修吗", "欧阳明月"),
        pytest.param("王村在哪里", None, id="a place"),
        pytest.param("修路时陈望山怎么看", None, id="a name further on"),
        pytest.param("高山茶园多大", None, id="a word that begins like a name"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_question_opens_with_a_name_or_not(question: str, name: str | None) -> None:
    assert opening_name(question) == name
