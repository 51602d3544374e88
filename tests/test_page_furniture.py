"""Running heads, page numbers, watermarks and footnotes: apart from the text, and named."""

from __future__ import annotations

import pytest
from typeset_pdfs import BODY, LINE, Sheet, read, said

from ingest.printed.page_numbers import number_on

SENTENCES = (
    "河口村的老码头去年重新修过，栈桥加长了四十米，可以同时靠三条渡船。",
    "候船室里添了长椅和饮水机，墙上挂着涨落潮的时刻表。",
    "村里的合作社把鲜鱼装箱，当天下午就能送到县城的市场。",
    "渡船每天往返九趟，逢集的日子多开两趟，票价仍是三元。",
    "雨季水位上涨时，码头管理员每小时量一次水，超过警戒线就停航。",
)
PROSE = "".join(SENTENCES) * 4


def book(
    pages: int, text: str = PROSE, head: str = "河口镇水运年报", number: str = "{n}"
) -> list[Sheet]:
    """A text that runs on over its pages, below a running head and above page numbers."""
    lines = [text[start : start + LINE] for start in range(0, len(text), LINE)]
    each = -(-len(lines) // pages)
    sheets = []
    for n in range(pages):
        sheet = Sheet()
        if head:
            sheet.text(head, 230, 50, 9)
        y = 100.0
        if n == 0:
            sheet.text("河口码头一年", 200, y, 20)
            y += 40
        for line in lines[n * each : (n + 1) * each]:
            sheet.text(line, 90, y)
            y += 18
        if number:
            sheet.text(number.format(n=n + 1, of=pages), 280, 800, 9)
        sheets.append(sheet)
    return sheets


FORMS = ["-{n}-", "—{n}—", "— {n} —", "第{n}页 共{of}页", "第 {n} 页", "{n}/{of}", "{n}", "· {n} ·"]


@pytest.mark.parametrize(
    "number", [*FORMS, "Page {n} of {of}", "[{n}]", "共{of}页 第{n}页", "P{n}"]
)
@pytest.mark.parametrize("pages", [2, 3, 5])
def test_one_article_without_heads_and_numbers(number: str, pages: int) -> None:
    contents, reading = read(book(pages, number=number))
    (article,) = reading.articles
    assert article.title == "河口码头一年"
    assert article.text.replace("\n", "") == PROSE
    assert len(article.paragraphs) == 1
    left = said(contents)
    assert left["页眉页脚"] == ["河口镇水运年报"] * pages
    assert left["页码"] == [number.format(n=n, of=pages) for n in range(1, pages + 1)]


def test_heads_that_change_with_the_chapter() -> None:
    sheets = book(6, head="", text=PROSE * 3)
    for n, sheet in enumerate(sheets):
        sheet.text("河口镇水运年报" if n % 2 == 0 else f"第{'一二三'[n // 2]}章", 230, 50, 9)
    contents, reading = read(sheets)
    (article,) = reading.articles
    assert article.text.replace("\n", "") == PROSE * 3
    assert "第二章" in said(contents)["页眉页脚"]


def test_first_lines_that_only_look_alike_are_text() -> None:
    sheets = [Sheet(), Sheet()]
    for n, sheet in enumerate(sheets):
        sheet.text(f"答复如下：其{'一二'[n]}。", 90, 100)
        sheet.lines(SENTENCES[n] * 5, 90, 118)
    contents, _ = read(sheets)
    assert not said(contents)


def test_a_table_with_an_index_column_keeps_its_numbers() -> None:
    sheets = [Sheet(), Sheet()]
    for page, sheet in enumerate(sheets):
        for row in range(8):
            y = 100 + 18 * row
            sheet.text(str(row + 1), 90, y).text(f"河口{page}{row}号船", 140, y)
            sheet.text("三百吨", 300, y)
    contents, _ = read(sheets)
    assert not said(contents)
    assert contents.text.count("三百吨") == 16


def test_a_newspapers_folio_stays() -> None:
    sheets = []
    for page in range(1, 4):
        sheet = Sheet().text(f"河口日报　2024年5月{page}日　第{page}版", 90, 50, 9)
        sheet.text(f"码头新事{'一二三'[page - 1]}", 200, 110, 20)
        sheet.lines(SENTENCES[page] * 4, 90, 150)
        sheets.append(sheet)
    _, reading = read(sheets)
    assert [article.page for article in reading.articles] == ["1", "2", "3"]
    assert {article.newspaper for article in reading.articles} == {"河口日报"}


def test_a_masthead_is_no_article() -> None:
    sheet = Sheet().text("河口日报", 200, 90, 48).text("2024年5月3日　星期五　第1版", 200, 120, 9)
    sheet.text("码头重新开渡", 200, 170, 24)
    sheet.lines(PROSE, 90, 210)
    _, reading = read([sheet])
    (article,) = reading.articles
    assert (article.title, article.newspaper, article.page) == ("码头重新开渡", "河口日报", "1")


class TestWatermarks:
    @pytest.mark.parametrize("angle", [20, 45, 60, -45])
    def test_slanted_ones(self, angle: float) -> None:
        sheet = Sheet().text("内部传阅", 200, 400, 48, angle=angle, grey=0.8)
        sheet.lines(PROSE, 90, 100)
        contents, reading = read([sheet])
        assert reading.articles[0].text == PROSE
        assert said(contents) == {"斜排的水印或印章": ["内部传阅"]}

    def test_a_pale_one_on_every_page(self) -> None:
        sheets = book(3, head="", number="")
        for sheet in sheets:
            sheet.text("河口镇政府", 150, 330, 60, grey=0.85)
        contents, reading = read(sheets)
        assert "".join(a.text for a in reading.articles).replace("\n", "") == PROSE
        assert said(contents)["水印"] == ["河口镇政府"] * 3

    def test_a_huge_heading_on_one_page_is_none(self) -> None:
        sheet = Sheet().text("码头重开", 180, 110, 60)
        sheet.lines(PROSE, 90, 160)
        contents, reading = read([sheet])
        assert reading.articles[0].title == "码头重开"
        assert not said(contents)


class TestFootnotes:
    def test_apart_from_the_sentence_that_goes_on(self) -> None:
        first, second = Sheet(), Sheet()
        first.lines(PROSE[: LINE * 10], 90, 100)
        first.text("①", 90 + BODY * LINE - 4, 94, 6)
        first.rule(90, 740, 120).text("① 见《河口镇志》第三卷。", 90, 756, 8)
        second.lines(PROSE[LINE * 10 :], 90, 100)
        contents, reading = read([first, second])
        (article,) = reading.articles
        note = article.paragraphs[1]
        assert note.text == "① 见《河口镇志》第三卷。"
        assert note.section == "脚注①"
        assert article.paragraphs[0].text.replace("①", "") == PROSE
        assert said(contents)["脚注"] == ["① 见《河口镇志》第三卷。"]

    def test_small_type_without_a_mark_is_text(self) -> None:
        sheet = Sheet()
        sheet.lines(PROSE, 90, 100)
        sheet.text("以上数字由码头管理站提供。", 90, 700, 8)
        contents, _ = read([sheet])
        assert not said(contents)


def test_exponents_are_no_digits_of_the_number() -> None:
    sheet = Sheet().text("全年过闸水量约10", 90, 100).text("8", 90 + 7 * BODY + BODY, 95, 6)
    sheet.text("立方米，比上年略少。", 90 + 8 * BODY + 4, 100)
    sheet.lines(PROSE, 90, 118)
    contents, _ = read([sheet])
    assert "10⁸立方米" in contents.text


class TestBodySize:
    def test_a_page_of_small_tables_makes_no_headings_of_prose(self) -> None:
        first, second = Sheet(), Sheet()
        first.lines(PROSE, 90, 100)
        for row in range(30):
            second.text("渡船", 90, 100 + 12 * row, 7).text("三十吨", 200, 100 + 12 * row, 7)
        second.lines(SENTENCES[0] * 2, 90, 600)
        contents, _ = read([first, second])
        assert "#" not in contents.text

    def test_a_page_in_larger_type_than_the_rest(self) -> None:
        sheets = [Sheet() for _ in range(4)]
        for sheet in sheets[:3]:
            sheet.lines(PROSE, 90, 100, 8, 13)
        for n, sentence in enumerate(SENTENCES):
            sheets[3].text(sentence, 60, 100 + 26 * n, 14)
        contents, _ = read(sheets)
        assert "#" not in contents.text


def test_subheads_start_no_articles() -> None:
    sheet = Sheet().text("河口码头一年", 200, 100, 24)
    y = 140.0
    for head, sentence in zip(("先修栈桥", "再添渡船", "后办市集"), SENTENCES, strict=False):
        sheet.text(head, 90, y + 6, 16)
        y = sheet.lines(sentence * 3, 90, y + 32)
    _, reading = read([sheet])
    (article,) = reading.articles
    assert article.title == "河口码头一年"
    assert [p.section for p in article.paragraphs] == ["先修栈桥", "再添渡船", "后办市集"]


def test_a_kicker_stands_over_the_title() -> None:
    sheet = Sheet().text("栈桥加长四十米", 220, 100, 15).text("河口码头重新开渡", 180, 130, 26)
    sheet.lines(PROSE, 90, 170)
    _, reading = read([sheet])
    (article,) = reading.articles
    assert article.title == "河口码头重新开渡"
    assert {part.reason for part in reading.left_out} >= {"引题、副题"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-1-", (1, True)),
        ("— 12 —", (12, True)),
        ("第3页 共20页", (3, True)),
        ("第三页", (3, True)),
        ("3/20", (3, True)),
        ("Page 3 of 20", (3, True)),
        ("iv", (4, False)),
        ("7", (7, False)),
        ("十二", (12, False)),
        ("21/20", None),
        ("2024年", None),
        ("3.5", None),
        ("第三章", None),
        ("河口镇", None),
        ("", None),
    ],
)
def test_page_numbers(text: str, number: tuple[int, bool] | None) -> None:
    assert number_on(text) == number


def test_what_runs_over_all_pages_names_a_document_without_a_headline() -> None:
    sheets = []
    for n in range(3):
        sheet = Sheet().text("河口航运公司年度报告", 60, 30, size=8)
        sheet.lines(
            f"第{n + 1}页讲的是渡船和码头去年的修缮情况，以及今年的打算和用款。" * 6, 60, 90
        )
        sheets.append(sheet)
    _, reading = read(sheets)
    assert [article.title for article in reading.articles] == ["河口航运公司年度报告"]
