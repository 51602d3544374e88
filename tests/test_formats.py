"""Web pages, Word, PDFs and scans: the right text in the right order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from loaded_files import only
from lxml import etree

from ingest.formats import readers
from ingest.parts.extracted import Extracted, Mark, PageText, join_pages, split_pages
from ingest.printed.columns import reading_order
from ingest.printed.text_runs import Piece
from rag.data_model.documents import Place
from rag.errors import ParseFailed

SENTENCES = (
    "江边的旧仓库改成了书店，周末挤满了带孩子来看书的年轻父母。",
    "据统计，全市去年新建口袋公园86个，人均公园绿地面积达到17.2平方米。",
    "“以前下雨天出门要穿胶鞋，现在路修好了，皮鞋也不沾泥。”村民老周说。",
    "这条生产线每分钟可以装配四台电机，次品率不到千分之三。",
    "图书馆把开放时间延长到晚上十点，自习室的座位可以在手机上预约。",
    "专家认为，要把分散的小水电站纳入统一调度，汛期和枯水期区别对待。",
    "渡口的最后一班船六点开，错过了就只能绕行二十公里外的大桥。",
    "合作社今年试种了12亩紫米，亩产比普通水稻低一成，价格却高出两倍。",
    "学校的操场向社区开放，早晚各两个小时，由志愿者轮流值守。",
    "消防员提醒，楼道里不要给电动车充电，更不能堆放纸箱和旧家具。",
    "博物馆修复的三艘木船首次展出，最长的一艘有二十一米。",
    "老街的石板路重新铺过，每一块都按原来的位置编了号。",
    "Wi-Fi信号覆盖了全部站台，乘客候车时可以看到实时的到站时间。",
    "气象站的数据每十分钟更新一次，农户在家就能查到自己地块的墒情。",
    "工程分三期进行，一期长8.6公里，预计2025年底通车。",
)


def prose(start: int, paragraphs: int) -> list[str]:
    """Paragraphs of three to five sentences, different for each `start`."""
    sentences = itertools.islice(itertools.cycle(SENTENCES), start, None)
    return ["".join(itertools.islice(sentences, 3 + (start + n) % 3)) for n in range(paragraphs)]


def grid(text: str, left: float, top: float, count: int, width: int = 10) -> list[Piece]:
    """`count` lines of type of size 10, pitch 15."""
    return [
        Piece(text * width, left, top + 15 * n, left + 10 * width, top + 15 * n + 10, 10)
        for n in range(count)
    ]


def order(pieces: Sequence[Piece]) -> str:
    """The first characters of the blocks."""
    return "".join(piece.text[0] for piece in itertools.chain(*reading_order(pieces)))


class TestReadingOrder:
    def test_columns_before_lines(self) -> None:
        pieces = [*grid("a", 0, 0, 3), *grid("b", 120, 0, 3), *grid("c", 240, 0, 2)]
        assert order(pieces[::-1]) == "aaabbbcc"

    def test_lines_that_stand_at_different_heights(self) -> None:
        assert order([*grid("b", 120, 7, 3), *grid("a", 0, 0, 4)]) == "aaaabbb"

    def test_a_headline_across_divides_the_page(self) -> None:
        pieces = [*grid("a", 0, 0, 3), *grid("b", 120, 0, 3)]
        pieces += [Piece("H" * 9, 10, 60, 210, 82, 22)]
        pieces += [*grid("c", 0, 100, 3), *grid("d", 120, 100, 3)]
        assert order(pieces) == "aaabbbHcccddd"

    def test_a_headline_in_the_middle_of_three_columns(self) -> None:
        pieces = [Piece("HH", 150, 0, 190, 20, 20)]
        pieces += [piece for n in range(3) for piece in grid("abc"[n], 120 * n, 40, 3)]
        assert order(pieces) == "Haaabbbccc"

    def test_a_tall_column_beside_two_articles(self) -> None:
        pieces = [*grid("t", 240, 0, 14), Piece("H" * 9, 10, 0, 210, 20, 20)]
        pieces += [*grid("a", 0, 35, 3), *grid("b", 120, 35, 3)]
        pieces += [Piece("K" * 9, 10, 100, 210, 120, 20)]
        pieces += [*grid("c", 0, 135, 3), *grid("d", 120, 135, 3)]
        assert order(pieces) == "HaaabbbKcccddd" + "t" * 14

    def test_a_list_of_names_and_posts_is_read_by_line(self) -> None:
        pieces = []
        for n in range(3):
            pieces += [Piece("n", 0, 15 * n, 30, 15 * n + 10, 10)]
            pieces += [Piece("p" * 10, 45, 15 * n, 145, 15 * n + 10, 10)]
        assert order(pieces) == "npnpnp"

    def test_nothing(self) -> None:
        assert reading_order([]) == []


class TestPages:
    def test_splitting_undoes_joining(self) -> None:
        box = (0.0, 0.0, 1.0, 1.0)
        pages = [
            PageText("甲页", (Place(0, 2, 1, box),)),
            PageText(""),
            PageText(
                "丙页文字", (Place(0, 1, 3, box), Place(2, 4, 3, box)), (Mark(0, 2, "页眉页脚"),)
            ),
        ]
        text, places, marks = join_pages(pages)
        assert [text[place.start : place.end] for place in places] == ["甲页", "丙", "文字"]
        assert [text[mark.start : mark.end] for mark in marks] == ["丙页"]
        assert split_pages(Extracted(text, "pdf", places, marks=marks)) == pages


_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
DELETED = "<w:r><w:delText>删去的字</w:delText></w:r>"
_BOX = "<w:txbxContent><w:p><w:r><w:t>框里的字。</w:t></w:r></w:p></w:txbxContent>"
TEXT_BOX = (
    f"<c:AlternateContent><c:Choice><w:drawing>{_BOX}</w:drawing></c:Choice>"
    f"<c:Fallback><w:pict>{_BOX}</w:pict></c:Fallback></c:AlternateContent>"
)


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def element(xml: str) -> Any:
    """An element of a Word document, prefixes declared."""
    name = re.match(r"<[\w:]+", xml)
    assert name
    return parse_xml(f"{name.group()} {_NAMESPACES}{xml[name.end() :]}")


class TestWord:
    def test_headings_paragraphs_and_tables_in_order(self, tmp_path: Path) -> None:
        document = docx.Document()
        document.add_heading("桥通车了", 0)
        document.add_paragraph("本报记者 张三")
        document.add_heading("一、经过", 1)
        document.add_paragraph("第一段。").add_run("仍是第一段。")
        table = document.add_table(2, 2)
        for cell, text in zip(table._cells, ("桥名", "长度", "新桥", "321米"), strict=True):
            cell.text = text
        document.add_heading("二、以后", 2)
        document.add_paragraph("末段\x00\x01。".replace("\x00", "").replace("\x01", ""))
        path = tmp_path / "a.docx"
        document.save(str(path))
        loaded = only(path)
        assert [line for line in loaded.source.text.splitlines() if line] == [
            "# 桥通车了",
            "本报记者 张三",
            "## 一、经过",
            "第一段。仍是第一段。",
            "桥名：新桥　长度：321米",
            "### 二、以后",
            "末段。",
        ]
        assert loaded.source.encoding == "docx"

    def test_layout_tables_are_text(self, tmp_path: Path) -> None:
        document = docx.Document()
        table = document.add_table(1, 2)
        for cell, name in zip(table._cells, "甲乙", strict=True):
            cell.text = f"{name}栏第一段。"
            cell.add_paragraph(f"{name}栏第二段。")
        merged = document.add_table(1, 2)
        merged.cell(0, 0).merge(merged.cell(0, 1)).text = "合并的格。"
        path = tmp_path / "a.docx"
        document.save(str(path))
        lines = only(path).source.text.splitlines()
        assert lines == [
            "甲栏第一段。",
            "甲栏第二段。",
            "乙栏第一段。",
            "乙栏第二段。",
            "合并的格。",
        ]

    def test_what_stands_outside_the_runs(self, tmp_path: Path) -> None:
        document = docx.Document()
        document.add_paragraph("旧仓库里开出新书店").alignment = WD_ALIGN_PARAGRAPH.CENTER
        document.add_heading("一、经过", 1)
        for inside in (
            f"{run('正文')}<w:ins>{run('，补上的字')}</w:ins><w:del>{DELETED}</w:del>{run('。')}",
            f"<w:hyperlink>{run('有链接的字')}</w:hyperlink>",
            "<w:r><w:t>前一行</w:t><w:br/><w:t>后一行</w:t></w:r>",
            f"<w:r><w:t>旁边有框。</w:t>{TEXT_BOX}</w:r>",
        ):
            document.element.body.append(element(f"<w:p>{inside}</w:p>"))
        control = f"<w:sdtContent><w:p>{run('控件里的字。')}</w:p></w:sdtContent>"
        document.element.body.append(element(f"<w:sdt>{control}</w:sdt>"))
        document.sections[0].header.paragraphs[0].text = "页眉"
        document.sections[0].footer.paragraphs[0].text = "第1页"
        document.sections[0].footer.add_paragraph("编号：CH-0426　版本：第3版")
        notes = "<w:footnotes><w:footnote w:type='separator'><w:p/></w:footnote><w:footnote><w:p>"
        notes += "<w:r><w:t>脚注里的字。</w:t></w:r></w:p></w:footnote></w:footnotes>"
        name = PackURI("/word/footnotes.xml")
        part = Part(name, CONTENT_TYPE.WML_FOOTNOTES, etree.tostring(element(notes)))
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        path = tmp_path / "a.docx"
        document.save(str(path))
        assert only(path).source.text.splitlines() == [
            "# 旧仓库里开出新书店",
            "## 一、经过",
            "正文，补上的字。",
            "有链接的字",
            "前一行",
            "后一行",
            "旁边有框。",
            "框里的字。",
            "控件里的字。",
            "脚注里的字。",
            "编号：CH-0426　版本：第3版",
        ]


PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="{charset}">
<title>桥通车了_江州新闻网</title><meta property="og:title" content="桥通车了">
<meta name="author" content="张三"><meta property="article:published_time" content="2024-05-20">
</head><body><nav><a href="/">首页</a><a href="/a">登录</a></nav>
<div class="sidebar"><a href="/1">热门：别的文章</a></div>
<article><h1>桥通车了</h1>{body}<h2>两岸的变化</h2><p>{last}</p>
<table><tr><td>桥长</td><td>321米</td></tr></table></article>
<footer>版权所有 江州新闻网</footer></body></html>"""


NEWS_PAGE = """<!DOCTYPE html><html><head><title>桥通车了_新闻频道_江州网</title></head><body>
<ul class=nav><li><a href=/>首页</a></li><li><a href=/n>新闻</a></li></ul>
<div class=main><h1>桥通车了</h1>
<div class=info>2024-05-20 08:30　来源：江州日报　作者：张三　字号：大 中 小</div>
<div id=content>{body}<h3>两岸的变化</h3><p>{last}</p></div>
<div class=share>分享到：微信 微博</div>
<div class=related><h3>相关阅读</h3><ul><li><a href=/1>别的新闻</a></li></ul></div>
<div class=comments><h3>网友评论</h3><div class=comment>用户甲：写得真好！</div></div>
</div><div class=footer>版权所有 江州网</div></body></html>"""


class TestWebPages:
    @pytest.mark.parametrize("charset", ["utf-8", "gb2312", "utf-16"])
    def test_the_article_alone(self, tmp_path: Path, charset: str) -> None:
        paragraphs = prose(2, 5)
        body = "".join(f"<p>{text}</p>" for text in paragraphs)
        page = PAGE.format(charset=charset, body=body, last=SENTENCES[0])
        codec = {"gb2312": "gb18030"}.get(charset, charset)
        path = tmp_path / "a.html"
        path.write_bytes(page.encode(codec))
        loaded = only(path)
        lines = loaded.source.text.splitlines()
        assert [line for line in lines if line in paragraphs] == paragraphs
        assert lines.index("# 桥通车了") < lines.index("## 两岸的变化") < lines.index(SENTENCES[0])
        assert "桥长　321米" in lines
        assert not any(word in loaded.source.text for word in ("首页", "登录", "版权所有"))
        said = loaded.metadata
        assert (said.title, said.authors, said.date) == ("桥通车了", ("张三",), "2024-05-20")
        assert loaded.source.encoding == codec

    def test_a_saved_news_page(self, tmp_path: Path) -> None:
        paragraphs = prose(3, 4)
        advert = "<div class=ad><a href=/x>广告位</a></div>"
        body = "".join(f"<p>　　{text}</p>{advert}" for text in paragraphs)
        path = tmp_path / "a.html"
        path.write_text(NEWS_PAGE.format(body=body, last=SENTENCES[0]), encoding="utf-8")
        loaded = only(path)
        assert [line for line in loaded.source.text.splitlines() if line] == [
            "# 桥通车了",
            "2024-05-20 08:30 来源：江州日报 作者：张三 字号：大 中 小",
            *paragraphs,
            "### 两岸的变化",
            SENTENCES[0],
        ]
        said = loaded.metadata
        assert (said.authors, said.newspaper, said.date) == (("张三",), "江州日报", "2024-05-20")

    def test_a_wrong_declaration(self, tmp_path: Path) -> None:
        path = tmp_path / "a.html"
        page = f"<meta charset=utf-8><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p>"
        path.write_bytes(page.encode("gb18030"))
        assert only(path).source.text.splitlines() == list(SENTENCES[:2])

    def test_a_short_page_without_structure(self, tmp_path: Path) -> None:
        path = tmp_path / "a.htm"
        path.write_text(f"<h2>通知</h2>{SENTENCES[0]}<br>{SENTENCES[1]}<div>{SENTENCES[2]}</div>")
        assert only(path).source.text.splitlines() == ["# 通知", *SENTENCES[:3]]


def test_a_damaged_picture(tmp_path: Path) -> None:
    if not readers.has_ocr():
        pytest.skip("RapidOCR is not installed")
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    with pytest.raises(ParseFailed):
        only(path)
