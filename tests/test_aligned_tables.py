"""Tables of a PDF that nothing but the place of their cells makes, and what looks like them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from typeset_pdfs import Sheet, read

INTRO = "现将本镇有关情况整理在下面，供各村各单位查阅，有疑问的可以到便民服务中心当面询问。"
WINDOWS = (
    ("窗口", "负责人", "楼层", "业务范围"),
    ("社保窗口", "罗大川", "一楼东侧", "养老和医疗登记"),
    ("户籍窗口", "孟小溪", "一楼西侧", "落户迁出"),
    ("农业窗口", "贺知秋", "二楼", "农机补贴"),
    ("民政窗口", "覃北辰", "二楼", "低保救助申请"),
)
DAYS = (
    ("上午九点", "开幕式", "镇政府广场"),
    ("上午十点", "剪纸比赛", "文化站二楼"),
    ("下午两点", "龙舟预赛", "柳湾河段"),
    ("晚上七点", "露天电影", "小学操场"),
)
NAMES = (
    ("罗大川", "孟小溪", "贺知秋", "覃北辰"),
    ("邹长青", "熊子安", "龚云帆", "韦小川"),
    ("丁若水", "欧大溪"),
)
PROSE = (
    "镇里的新渡口在春天修通了，两岸的人再也不用绕到下游的老桥去赶集，孩子们上学的路也近了一半还多。",
    "渡口管理所的所长说，新渡口用了八个月的时间，花掉一百八十万元，其中六十万是两岸的村民凑出来的。",
    "渡船每半小时开一班，早晚两头的学生最多，管理所准备从下个月开始再加一条船，好让他们不再挤。",
)


def table(
    rows: Sequence[Sequence[str]], lefts: Sequence[float], *, pitch: float = 22, bold: bool = False
) -> Sheet:
    """Some text, and rows below it whose cells begin at `lefts`; a line break is one in a cell."""
    sheet = Sheet()
    y = sheet.lines(INTRO, 60, 80) + 10
    for n, row in enumerate(rows):
        deep = 0
        for left, cell in zip(lefts, row, strict=False):
            for m, line in enumerate(cell.split("\n")):
                font = "F3" if bold and n == 0 else "F1"
                sheet.text(line, left, y + 15 * m, font=font)
                deep = max(deep, m)
        y += pitch + 15 * deep
    return sheet


def paragraphs(sheet: Sheet) -> list[str]:
    _, reading = read([sheet])
    return [p.text for article in reading.articles for p in article.paragraphs]


def test_a_header_of_words_names_the_columns() -> None:
    names, *rows = WINDOWS
    told = ["　".join(f"{a}：{b}" for a, b in zip(names, row, strict=True)) for row in rows]
    assert paragraphs(table(WINDOWS, (60, 160, 250, 340)))[1:] == told


@pytest.mark.parametrize("rows", [DAYS, NAMES])
def test_rows_that_no_row_names_are_read_across(rows: Sequence[Sequence[str]]) -> None:
    told = ["　".join(row) for row in rows]
    assert paragraphs(table(rows, (60, 160, 260, 360)))[-len(told) :] == told


def test_a_header_in_another_font_names_the_columns() -> None:
    rows = (("时间", "活动", "地点"), *DAYS)
    plain = paragraphs(table(rows, (60, 160, 260)))
    assert plain[-1] == "　".join(DAYS[-1])
    bold = paragraphs(table(rows, (60, 160, 260), bold=True))
    assert bold[-1] == "时间：晚上七点　活动：露天电影　地点：小学操场"


def test_labels_stand_beside_their_values() -> None:
    rows = (
        ("工程名称", "柳湾渡口码头加固及候船室改造工程"),
        ("建设单位", "青石镇交通管理所"),
        ("工程地点", "柳湾村东头老渡口以北约二百米处，东至河堤，西至村道，南至\n老码头，北至围墙"),
        ("合同工期", "自开工之日起一百二十个日历天"),
        ("联系人", "贺知秋"),
    )
    told = ["　".join(row).replace("\n", "") for row in rows]
    assert paragraphs(table(rows, (60, 150)))[1:] == told


def test_a_form_of_known_labels_says_them_all() -> None:
    rows = (
        ("姓名", "罗大川", "性别", "男"),
        ("民族", "汉族", "籍贯", "望川"),
        ("文化程度", "高中", "专长", "撑船"),
        ("住处", "柳湾村", "爱好", "钓鱼"),
    )
    told = [f"{a}：{b}　{c}：{d}" for a, b, c, d in rows]
    assert paragraphs(table(rows, (60, 150, 260, 350)))[1:] == told


def test_a_form_of_two_columns_says_every_label() -> None:
    rows = (
        ("单位名称", "青石镇水务站"),
        ("负责人", "孟小溪"),
        ("服务时间", "每天上午八点到下午五点"),
        ("投诉方式", "书面或者当面"),
        ("缴费方式", "到窗口或者在网上"),
    )
    assert paragraphs(table(rows, (60, 150)))[1:] == ["：".join(row) for row in rows]


def test_cells_that_go_on_below_stay_whole() -> None:
    rows = (
        ("事项", "办理条件", "所需材料"),
        ("新生儿\n落户", "父母一方户口在本镇，孩子出生\n满一个月以内提出", "出生证明、户口\n簿"),
        ("低保申\n请", "家庭人均收入低于本县公布的标\n准，财产符合规定", "申请书、收入证\n明"),
        ("农机补\n贴", "购买的机具列入当年目录，是本\n镇农户或者合作社", "购机发票、身份\n证"),
    )
    names, *body = rows
    told = [
        "　".join(f"{a}：{b}" for a, b in zip(names, row, strict=True)).replace("\n", "")
        for row in body
    ]
    assert paragraphs(table(rows, (60, 120, 320)))[1:] == told


def test_names_over_names() -> None:
    sheet = table((), ())
    y = 150.0
    sheet.text("村名", 60, y).text("早稻", 205, y).text("晚稻", 405, y)
    for n, name in enumerate(("面积", "产量", "面积", "产量")):
        sheet.text(name, 155 + 100 * n, y + 22)
    for m, row in enumerate(
        (
            ("柳湾村", "320", "128", "410", "172"),
            ("白桥村", "280", "110", "390", "160"),
            ("红岩村", "150", "620", "230", "950"),
        )
    ):
        for n, cell in enumerate(row):
            sheet.text(cell, 60 + (95 * (n > 0)) + 100 * max(n - 1, 0), y + 44 + 22 * m)
    told = "村名：柳湾村　早稻/面积：320　早稻/产量：128　晚稻/面积：410　晚稻/产量：172"
    assert told in paragraphs(sheet)


def test_years_name_columns_of_figures() -> None:
    rows = (
        ("", "2023年", "2022年"),
        ("营业收入", "12,805", "11,300"),
        ("净利润", "1,900", "1,720"),
        ("总资产", "58,105", "53,220"),
    )
    assert "营业收入　2023年：12,805　2022年：11,300" in paragraphs(table(rows, (60, 200, 300)))


def test_columns_of_running_text_are_read_down() -> None:
    sheet = Sheet()
    columns = ("".join(PROSE), "".join(reversed(PROSE)))
    for n, text in enumerate(columns):
        for m in range(0, len(text), 20):
            sheet.text(text[m : m + 20], 60 + 260 * n, 80 + 18 * (m // 20))
    read_down = "".join(paragraphs(sheet))
    assert all(text in read_down for text in columns)


def test_verses_in_two_columns_are_no_table() -> None:
    left = ("河水慢慢流过", "没有人叫住它的名字", "石头在水里睡着", "梦见自己是一座山")
    right = ("渡船靠了岸又离开", "摇橹的老人", "把一天摇成一生", "风从对岸吹来稻香")
    sheet = Sheet()
    for n, verses in enumerate((left, right)):
        for m, verse in enumerate(verses):
            sheet.text(verse, 60 + 200 * n, 80 + 18 * m)
    _, reading = read([sheet])
    (article,) = reading.articles
    told = "".join([article.title, *(p.text for p in article.paragraphs)])
    assert told == "".join((*left, *right))


def test_numbered_items_set_apart_are_no_table() -> None:
    sheet = Sheet()
    for n, text in enumerate(PROSE):
        sheet.text(f"{n + 1}.", 60, 80 + 40 * n)
        sheet.text(text[:30], 85, 80 + 40 * n).text(text[30:], 85, 98 + 40 * n)
    assert paragraphs(sheet) == [f"{n}.　{text}" for n, text in enumerate(PROSE, start=1)]


@pytest.mark.parametrize("pitch", [16.0, 22.0, 40.0])
def test_every_character_of_a_table_is_read(pitch: float) -> None:
    for rows in (WINDOWS, DAYS, NAMES):
        contents, reading = read([table(rows, (60, 160, 260, 360), pitch=pitch)])
        kept = "".join(p.text for article in reading.articles for p in article.paragraphs)
        assert all(cell in kept for row in rows[1:] for cell in row)
        assert all(cell in contents.text for row in rows for cell in row)


def test_a_wide_column_of_labels_beside_figures_is_no_text() -> None:
    rows = (
        ("收入项目", "预算数", "支出项目", "预算数"),
        ("一、一般公共预算拨款的各项收入", "3,284.61", "一、教育支出", "196.40"),
        ("二、上级补助收入", "", "二、卫生健康支出", "71.83"),
        ("三、事业收入", "62.50", "三、农林水支出", "3,021.77"),
    )
    told = paragraphs(table(rows, (60, 260, 340, 460), pitch=18))
    assert "收入项目：二、上级补助收入　支出项目：二、卫生健康支出　预算数：71.83" in told


def test_a_table_that_hardly_begins_on_a_page_gives_its_names_to_the_next() -> None:
    first, second = Sheet(), Sheet()
    y = first.lines(INTRO, 60, 80)
    lefts = (60, 260, 360, 460)
    for n, row in enumerate((("项目", "上年预算", "上年执行", "本年预算"), ("接待费",))):
        for left, cell in zip(lefts, row, strict=False):
            first.text(cell, left, y + 20 + 18 * n)
    rows = (
        ("车辆购置费", "7.20", "4.93", "5.80"),
        ("车辆运行费", "31.50", "28.66", "46.00"),
        ("合计", "38.70", "33.59", "51.80"),
    )
    for n, row in enumerate(rows):
        for left, cell in zip(lefts, row, strict=True):
            second.text(cell, left, 80 + 18 * n)
    second.lines(INTRO, 60, 180)
    _, reading = read([first, second])
    told = [p.text for article in reading.articles for p in article.paragraphs]
    assert "项目：车辆运行费　上年预算：31.50　上年执行：28.66　本年预算：46.00" in told


def test_names_beside_something_else_are_the_tables_own() -> None:
    sheet = table(
        (
            ("预测", "前年", "去年", "今年"),
            ("收入", "2,034", "2,437", "2,868"),
            ("利润", "248", "316", "374"),
            ("毛利率", "37.2", "39.6", "40.4"),
        ),
        (60, 140, 200, 260),
        pitch=18,
    )
    sheet.text("本期另有附件三份", 400, Sheet().lines(INTRO, 60, 80) + 10)
    assert any(text.startswith("预测：利润　前年：248") for text in paragraphs(sheet))


def test_people_and_their_posts_are_one_list() -> None:
    sheet = Sheet()
    y = sheet.lines(INTRO, 60, 80) + 20
    people = (("罗大川", "镇长"), ("孟小溪", "副镇长"), ("贺知秋", "财政所所长"))
    for n, (name, post) in enumerate(people):
        sheet.text(name, 80, y + 18 * n)
        sheet.text(post, 80 + 5.2 * 12, y + 18 * n)
    told = paragraphs(sheet)
    assert [line.split() for line in told[-3:]] == [list(pair) for pair in people]
