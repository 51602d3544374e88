"""Clauses with their numbers set apart, and paragraphs set in as a whole, stay in one piece."""

from __future__ import annotations

from typeset_pdfs import BODY, Sheet, read

CLAUSES = (
    (
        "第一条",
        "为了让乘船的人安全过河，方便两岸往来，结合本",
        "镇的实际，制定这个办法，由渡口管理所负责执行。",
    ),
    (
        "第二条",
        "渡船每半小时开一班，遇到大风大雾的天气时可以",
        "停开，停开的消息应当提前写在码头的告示牌上面。",
    ),
    (
        "第三条",
        "乘船的人应当排队上船，不得携带容易着火的东西",
        "上船，船员发现以后应当劝阻，不听的可以不让上。",
    ),
)
SET_IN = (
    "渡口去年一共运送了二十六万人次，比前年多出三万，其中早晚两头的学生占",
    "了将近一半，管理所打算从下个月起给早班船再加一条，好让学生们不再挤着",
    "过河。",
)


def test_a_number_set_apart_is_no_column() -> None:
    sheet = Sheet()
    y = 100.0
    for number, first, rest in CLAUSES:
        sheet.text(number, 80 + 2 * BODY, y).text(first, 80 + 6.1 * BODY, y)
        sheet.text(rest, 80, y + 16)
        y += 34
    contents, _ = read([sheet])
    clauses = [f"{number}　{first}{rest}" for number, first, rest in CLAUSES]
    assert contents.text.splitlines() == clauses


def test_a_paragraph_set_in_as_a_whole_is_one() -> None:
    sheet = Sheet().text(
        "镇渡口管理所去年的工作情况如下，全文已经在码头的告示牌上贴出，请大家看。", 80, 100
    )
    for n, line in enumerate(SET_IN):
        sheet.text(line, 80 + 1.2 * BODY, 118 + 18 * n)
    contents, _ = read([sheet])
    assert "".join(SET_IN) in contents.text.splitlines()


def test_names_set_in_below_each_other_stay_apart() -> None:
    names = ("顾远航", "杜若溪", "秦小川")
    sheet = Sheet().text(
        "镇渡口管理所去年的工作情况如下，全文已经在码头的告示牌上贴出，请大家看。", 80, 100
    )
    for n, name in enumerate(names):
        sheet.text(name, 80 + 2 * BODY, 118 + 18 * n)
    contents, _ = read([sheet])
    assert contents.text.splitlines()[1:] == list(names)
