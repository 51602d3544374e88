"""Web pages, Word, PDFs and scans: the right text in the right order."""

from __future__ import annotations

import difflib
import html
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest

from ingest.formats import readers
from ingest.formats.columns import Piece, reading_order
from ingest.formats.extracted import Extracted, PageText, Place, join_pages, split_pages
from ingest.loading import LoadedFile, load
from rag.errors import ParseFailed

CHROMIUM = Path("/usr/bin/chromium")
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


def only(path: Path) -> LoadedFile:
    (loaded,) = load(path)
    return loaded


def prose(start: int, paragraphs: int) -> list[str]:
    """Paragraphs of three to five sentences, different for each `start`."""
    sentences = itertools.islice(itertools.cycle(SENTENCES), start, None)
    return ["".join(itertools.islice(sentences, 3 + (start + n) % 3)) for n in range(paragraphs)]


@dataclass(frozen=True)
class Story:
    title: str
    paragraphs: list[str]
    columns: int

    @property
    def text(self) -> str:
        return self.title + "".join(self.paragraphs)

    def markup(self) -> str:
        body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in self.paragraphs)
        return f"<h1>{self.title}</h1><div class=c{self.columns}>{body}</div>"


STYLE = """<!doctype html><meta charset=utf-8><style>
@page { size: SIZE; margin: 12mm } body { font: 10pt/1.5 'Noto Serif CJK SC'; margin: 0 }
p { margin: 0; text-indent: 2em; text-align: justify } h1 { text-align: center; margin: 3mm 0 }
.c1 { columns: 1 } .c2 { columns: 2 } .c3 { columns: 3 } .c4 { columns: 4 }
div { column-gap: 1.8em }
.box { border: 1px solid; padding: 2mm; margin: 4mm 0 } .row { display: flex; gap: 2em }
.row h1 { font-size: 16pt }
</style>"""


def stories(*columns: int, paragraphs: int = 5) -> list[Story]:
    titles = ("旧仓库里开出新书店", "修好最后一公里", "小水电怎样汇入大电网", "渡口的黄昏")
    return [Story(titles[n], prose(4 * n + 1, paragraphs), wide) for n, wide in enumerate(columns)]


def stacked(parts: Sequence[Story]) -> str:
    return "".join(part.markup() for part in parts)


def boxed(parts: Sequence[Story]) -> str:
    first, box, *others = parts
    return f"{first.markup()}<div class=box>{box.markup()}</div>{stacked(others)}"


def beside(parts: Sequence[Story]) -> str:
    first, *others = parts
    row = "".join(f"<div style='flex:{part.columns}'>{part.markup()}</div>" for part in others)
    return f"{first.markup()}<div class=row>{row}</div>"


LAYOUTS = {
    "two columns": (stacked, stories(2, paragraphs=9)),
    "three columns": (stacked, stories(3, 3)),
    "four columns": (stacked, stories(4, 3, 2)),
    "a box between": (boxed, stories(3, 2, 4)),
    "side by side": (beside, stories(4, 2, 1)),
    "three beside": (beside, stories(2, 1, 1, 1, paragraphs=4)),
}


@pytest.fixture(scope="module")
def printer() -> Iterator[object]:
    """A browser that prints our pages."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def print_page(printer: object, markup: str, path: Path, size: str = "A3") -> None:
    page = printer.new_page()  # type: ignore[attr-defined]
    page.set_content(STYLE.replace("SIZE", size) + markup)
    page.pdf(path=str(path), prefer_css_page_size=True)
    page.close()


def bare(text: str) -> str:
    return "".join(character for character in text if character not in "# \n\f\u3000")


def right_share(expected: str, found: str) -> float:
    """The share of expected characters that were found, in order."""
    matcher = difflib.SequenceMatcher(None, expected, found, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(expected)


def scan(pdf: Path, path: Path, dpi: int) -> None:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    document[0].render(scale=dpi / 72).to_pil().save(path, quality=90, resolution=dpi)
    document.close()


@pytest.mark.browser
class TestPrintedPages:
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_every_character_in_its_article_and_order(
        self, layout: str, printer: object, tmp_path: Path
    ) -> None:
        arrange, parts = LAYOUTS[layout]
        path = tmp_path / "page.pdf"
        print_page(printer, arrange(parts), path)
        loaded = only(path)
        text = loaded.source.text
        headings = [line[2:] for line in text.splitlines() if line.startswith("# ")]
        assert headings == [part.title for part in parts]
        found = [bare(piece) for piece in text.split("# ")[1:]]
        for part, piece in zip(parts, found, strict=True):
            assert right_share(bare(part.text), piece) >= 0.99
            assert len(piece) <= len(bare(part.text)) * 1.01
        assert loaded.source.encoding == "pdf"

    def test_paragraphs_and_blanks(self, printer: object, tmp_path: Path) -> None:
        (part,) = stories(1, paragraphs=6)
        path = tmp_path / "page.pdf"
        print_page(printer, "<p>周砚秋 江州大学教授</p>" + part.markup(), path, "A4")
        lines = [line for line in only(path).source.text.splitlines() if line]
        assert lines == ["周砚秋 江州大学教授", f"# {part.title}", *part.paragraphs]

    def test_places_point_at_the_line(self, printer: object, tmp_path: Path) -> None:
        parts = stories(2)
        path = tmp_path / "page.pdf"
        print_page(printer, f"{stacked(parts)}<div style='break-before:page'></div>第二页。", path)
        loaded = only(path)
        pages = loaded.source.text.split("\n\f\n")
        assert pages[1].strip() == "第二页。"
        for place in loaded.places:
            left, top, right, bottom = place.box
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1
            assert "\n" not in loaded.source.text[place.start : place.end]
        title = loaded.places[0]
        assert loaded.source.text[title.start : title.end] == parts[0].title
        assert abs((title.box[0] + title.box[2]) / 2 - 0.5) < 0.01
        last = loaded.places[-1]
        assert (loaded.source.text[last.start : last.end], last.page) == ("第二页。", 2)
        shown = "".join(loaded.source.text[p.start : p.end] for p in loaded.places)
        assert bare(shown) == bare(loaded.source.text)

    @pytest.mark.parametrize(("columns", "suffix"), [(2, "jpg"), (3, "pdf")])
    def test_scans(self, printer: object, tmp_path: Path, columns: int, suffix: str) -> None:
        if not readers.has_ocr():
            pytest.skip('RapidOCR is not installed: pip install "youju[ocr]"')
        parts = stories(columns, columns, paragraphs=2)
        print_page(printer, stacked(parts), tmp_path / "print.pdf", "A4")
        path = tmp_path / f"scan.{suffix}"
        scan(tmp_path / "print.pdf", path, 200)
        loaded = only(path)
        assert loaded.source.encoding == "ocr"
        found = [bare(piece) for piece in loaded.source.text.split("# ")[1:]]
        assert len(found) == len(parts)
        for part, piece in zip(parts, found, strict=True):
            assert right_share(bare(part.text), piece) >= 0.95
        everything = bare("".join(part.text for part in parts))
        assert right_share(everything, "".join(found)) >= 0.97


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
            PageText("丙页文字", (Place(0, 1, 3, box), Place(2, 4, 3, box))),
        ]
        text, places = join_pages(pages)
        assert [text[place.start : place.end] for place in places] == ["甲页", "丙", "文字"]
        assert split_pages(Extracted(text, "pdf", places)) == pages


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
            "# 一、经过",
            "第一段。仍是第一段。",
            "桥名　长度",
            "新桥　321米",
            "## 二、以后",
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


PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="{charset}">
<title>桥通车了_江州新闻网</title><meta property="og:title" content="桥通车了">
<meta name="author" content="张三"><meta property="article:published_time" content="2024-05-20">
</head><body><nav><a href="/">首页</a><a href="/a">登录</a></nav>
<div class="sidebar"><a href="/1">热门：别的文章</a></div>
<article><h1>桥通车了</h1>{body}<h2>两岸的变化</h2><p>{last}</p>
<table><tr><td>桥长</td><td>321米</td></tr></table></article>
<footer>版权所有 江州新闻网</footer></body></html>"""


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

    def test_a_wrong_declaration(self, tmp_path: Path) -> None:
        path = tmp_path / "a.html"
        page = f"<meta charset=utf-8><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p>"
        path.write_bytes(page.encode("gb18030"))
        assert only(path).source.text.splitlines() == list(SENTENCES[:2])

    def test_a_short_page_without_structure(self, tmp_path: Path) -> None:
        path = tmp_path / "a.htm"
        path.write_text(f"<h2>通知</h2>{SENTENCES[0]}<br>{SENTENCES[1]}<div>{SENTENCES[2]}</div>")
        assert only(path).source.text.splitlines() == ["## 通知", *SENTENCES[:3]]


def test_a_damaged_picture(tmp_path: Path) -> None:
    if not readers.has_ocr():
        pytest.skip('RapidOCR is not installed: pip install "youju[ocr]"')
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    with pytest.raises(ParseFailed):
        only(path)
