"""Members of series, years and parts of the year, in whatever numerals and words."""

from __future__ import annotations

import pytest

from rag.data_model.answers import Question
from rag.language.naming import qualifiers_in
from rag.language.numerals import number_of
from rag.language.text import fold
from rag.question.limits import limits_of
from rag.question.understanding import understand


def days(first: int, last: int) -> set[int]:
    """The days of a year from `first` to `last`: 312 is the 12th of March."""
    return {day for day in range(first, last + 1) if 1 <= day % 100 <= 31}


def named(text: str) -> list[tuple[str, set[int]]]:
    return [(q.kind, set(q.values)) for q in qualifiers_in(fold(text))]


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("3", 3),
        ("三", 3),
        ("叁", 3),
        ("iii", 3),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("二〇二三", 2023),
        ("二○二三", 2023),
        ("二零二三", 2023),
        ("二千零二十", 2020),
        ("xxii", None),
        ("十十", None),
    ],
)
def test_numerals(numeral: str, number: int | None) -> None:
    assert number_of(numeral) == number


@pytest.mark.parametrize(
    "texts",
    [
        ("3车间", "三车间", "叁车间", "③车间", "第3车间", "第三车间"),
        ("12号楼", "十二号楼", "拾贰号楼", "⑫号楼", "12栋", "第十二幢"),
        ("2023年", "二〇二三年", "二○二三年", "二零二三年", "23年下半年"),
        ("Ⅲ期", "三期", "第3期"),
        ("周三", "星期三", "礼拜三"),
        ("3月", "三月份"),
        ("第二季度", "2季度", "二季度", "第二个季度"),
    ],
)
def test_one_member_in_many_spellings(texts: tuple[str, ...]) -> None:
    firsts = {named(text)[0][0] + str(sorted(named(text)[0][1])) for text in texts}
    assert len(firsts) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("三至五车间", [("车间", {3, 4, 5})], id="a range"),
        pytest.param("一、三车间", [("车间", {1, 3})], id="a list"),
        pytest.param("六年级二班", [("年级", {6}), ("班", {2})], id="a school"),
        pytest.param("初二", [("初", {2})], id="a form"),
        pytest.param("乙组", [("组/天干", {ord("乙")})], id="a stem"),
        pytest.param("B区", [("区/字母", {ord("b")})], id="a letter"),
        pytest.param("G108国道", [("g#", {108})], id="a code"),
        pytest.param("北岸", [("岸/东", {3})], id="a side"),
        pytest.param("东西区", [("区/东", {0, 2})], id="two sides"),
        pytest.param("周一至周五", [("星期", {1, 2, 3, 4, 5})], id="weekdays"),
        pytest.param("下午", [("时段", {4})], id="part of the day"),
        pytest.param("前三季度", [("日期", days(101, 931))], id="the first quarters"),
        pytest.param("3月至5月", [("日期", days(301, 531))], id="months"),
        pytest.param("3月28日至4月2日", [("日期", days(328, 402))], id="days"),
        pytest.param("5月下旬", [("日期", days(521, 531))], id="a third of a month"),
        pytest.param("90年代", [("年代", {90})], id="a decade"),
        pytest.param("2023上半年", [("年", {2023}), ("日期", days(101, 631))], id="without 年"),
        pytest.param("第三座桥", [("座", {3})], id="a measure word"),
    ],
)
def test_what_is_named(text: str, expected: list[tuple[str, set[int]]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "有三班学生",
        "三个车间",
        "一批货",
        "五层楼高",
        "提高三成",
        "一周三次",
        "历时23年",
        "12年来",
        "近3月",
        "三个月",
        "下一期",
        "自己的",
        "指甲盖",
        "甲状腺",
        "女儿",
        "路口",
        "三等",
    ],
)
def test_counts_and_other_words_name_nothing(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("5月12日，记者从县农业局获悉", True),
        ("5月12日，大桥通车", False),
        ("达到2011年9月以来的最高水平", True),
        ("上一次还是4月", True),
        ("售出九架（2022年为八架）", True),
        ("2022年售出八架", False),
    ],
)
def test_marks_in_time_are_told_from_what_is_told_of(text: str, beside: bool) -> None:
    assert {named.beside for named in qualifiers_in(fold(text))} == {beside}


@pytest.mark.parametrize(
    ("question", "limits"),
    [
        ("三车间比四车间多多少人？", ["三车间", "四车间"]),
        ("销量较去年同期增长多少？", []),
        ("第几期工程投资最多？", []),
        ("哪一年建成的？", []),
        ("2019年成立的协会有多少会员？", []),
        ("2019年成立的协会是哪个？", ["2019年"]),
        ("是2019年成立的吗？", ["2019年"]),
        ("七月底那场雨下了多大？", []),
        ("除LS6以外还卖什么车？", []),
        ("2004年以后归谁管？", []),
        ("周五开放到几点？", ["周五"]),
        ("3月的会议几号开？", []),
    ],
)
def test_what_a_question_limits_itself_to(question: str, limits: list[str]) -> None:
    understood = understand(Question(question=question), 100)
    assert [named.text.upper() for named in limits_of(understood)] == limits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" + "1" * 5000, []),
        ("a1-" * 2000, []),
        ("g108-2国道", [("g#-#", {1082})]),
        ("、".join("123456789") + "班", [("班", set(range(1, 10)))]),
        ("3" * 5000 + "班", []),
        ("第" + "九" * 5000, []),
    ],
)
def test_what_is_too_long_names_nothing(text: str, expected: list[tuple[str, set[int]]]) -> None:
    assert named(text)[:1] == expected


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("周二至周日开放", "星期", {2, 3, 4, 5, 6, 7}),
        ("周一到周五办理", "星期", {1, 2, 3, 4, 5}),
        ("星期五—星期一休息", "星期", {1, 5, 6, 7}),
        ("第二车间至第四车间停产", "车间", {2, 3, 4}),
    ],
)
def test_a_range_of_members_is_all_of_them(text: str, kind: str, values: set[int]) -> None:
    assert named(text) == [(kind, values)]


def test_two_members_that_are_no_range_stay_two() -> None:
    assert [values for _, values in named("周二和周日开放")] == [{2}, {7}]
