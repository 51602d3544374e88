"""Lists and label tables keep their lines; headlines over two lines; pages of bylines only."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from loaded_files import only

from ingest.pages.page import PageReading, read_page

FORM = (
    "船名：青石渡一号轮渡",
    "编号：青渡二〇一九零一",
    "船籍：望川县青石镇",
    "乘员：四十人含船员二",
    "船主：罗大川等三户人",
    "停靠：柳湾渡口东码头",
    "检验：三月初五上午九",
    "航线：柳湾至红岩两村",
)
PEOPLE = (
    "青石镇小学 罗大川",
    "柳湾村小学 孟小溪",
    "红岩镇中学 贺知秋",
    "白桥乡中学 覃北辰",
    "清溪幼儿园 丁若水",
    "东泉镇小学 邹长青",
    "松坪村小学 熊子安",
    "竹岭二中学 龚云帆",
)
AGENDA = (
    "一、听取渡口管理所工作报告",
    "二、审议渡船票价调整的方案",
    "三、讨论老桥维修期间的交通",
    "四、通报上半年安全检查情况",
    "五、选举渡口管理委员会委员",
    "六、审议渡工聘用和奖惩办法",
    "七、研究候船室改造资金安排",
    "八、其他需要讨论的有关事项",
)
PRICES = (
    "白菜，本地的，每公斤二元五角",
    "土豆，外地的，每公斤三元二角",
    "豆角，大棚的，每公斤六元整价",
    "萝卜，本地的，每公斤一元八角",
    "南瓜，本地的，每公斤二元二角",
    "茄子，大棚的，每公斤四元五角",
    "冬瓜，本地的，每公斤一元五角",
    "白菜，成包的，每包八元不议价",
)
PASTED = (
    "老罗在柳湾渡口干了整整三十年，",
    "从木船摇到铁船，从一次坐八个人",
    "到一次坐四十个人。他说，这条河",
    "就像自己家的院子，哪里水深哪里",
    "水浅，闭着眼睛也知道。年轻的时",
    "候，他一天要摇三十个来回，手上",
    "的茧子比铜钱还厚。现在有了机器",
    "，一天开二十班也不累，可是坐船",
    "的人却比从前少了。",
)
BODY = (
    "镇里的新渡口在春天修通了，两岸的人再也不用绕到下游的老桥去赶集，孩子们上学的路也近了一半还多。"
    "渡口管理所的所长说，新渡口用了八个月的时间。"
)


def read(tmp_path: Path, text: str, name: str = "a.txt") -> PageReading:
    path = tmp_path / name
    path.write_text(text)
    return read_page(only(path))


def told(reading: PageReading) -> list[str]:
    return [p.text for article in reading.articles for p in article.paragraphs]


def word(tmp_path: Path, title: str, lines: tuple[str, ...]) -> list[str]:
    document = docx.Document()
    for line in (title, *lines):
        document.add_paragraph(line)
    path = tmp_path / "a.docx"
    document.save(str(path))
    return told(read_page(only(path)))


@pytest.mark.parametrize("lines", [FORM, PEOPLE, AGENDA])
def test_lists_and_forms_keep_their_lines(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert word(tmp_path, "青石镇渡口", lines) == list(lines)
    assert told(read(tmp_path, "\n".join(("青石镇渡口", *lines)))) == list(lines)


def test_a_list_of_sentences_without_ends_keeps_its_lines(tmp_path: Path) -> None:
    assert word(tmp_path, "今日菜价", PRICES) == list(PRICES)


def test_text_pasted_line_by_line_is_one_paragraph(tmp_path: Path) -> None:
    assert word(tmp_path, "渡口上的三十年", PASTED) == ["".join(PASTED)]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("红岩果园", "引来两百箱蜜蜂助农增收"), "红岩果园引来两百箱蜜蜂助农增收"),
        (("红岩村果园来了蜂农和两百箱", "蜜蜂"), "红岩村果园来了蜂农和两百箱蜜蜂"),
        (("一座走过六十年的老桥", "和它的守桥人"), "一座走过六十年的老桥和它的守桥人"),
        (("柳湾渡口改造工程完工通航", "两岸百姓不再绕行"), "柳湾渡口改造工程完工通航"),
    ],
)
def test_a_headline_over_two_uneven_lines(
    tmp_path: Path, lines: tuple[str, str], title: str
) -> None:
    page = "\n".join(
        ("青石日报　2024年3月5日　第3版", "", *lines, "本报记者 罗大川", f"　　{BODY}")
    )
    (article,) = read(tmp_path, page).articles
    assert (article.title, article.authors) == (title, ("罗大川",))


@pytest.mark.parametrize(
    "text",
    [
        "本报记者 罗大川\n通讯员 孟小溪\n",
        "采编人员名单\n\n记者 罗大川\n记者 孟小溪\n编辑 贺知秋\n",
        "作者：罗大川\n日期：2024年3月5日\n",
    ],
)
def test_a_file_of_bylines_is_read(tmp_path: Path, text: str) -> None:
    (article,) = read(tmp_path, text).articles
    assert "罗大川" in article.text or article.authors == ("罗大川",)


def test_an_article_of_a_byline_is_one(tmp_path: Path) -> None:
    page = f"新渡口修通\n\n本报记者 罗大川\n\n红岩果园来了蜜蜂\n本报记者 孟小溪\n　　{BODY}\n"
    first, second = read(tmp_path, page).articles
    assert (first.title, first.authors, first.text) == (
        "新渡口修通",
        ("罗大川",),
        "本报记者 罗大川",
    )
    assert (second.title, second.authors) == ("红岩果园来了蜜蜂", ("孟小溪",))
