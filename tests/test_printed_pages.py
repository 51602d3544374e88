"""Our own sample pages, printed as newspapers are and scanned: every character in its article."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from loaded_files import only
from pages import ingest_into, pipeline_over

from eval.benchmarks.pages import read_back
from eval.measures.page_text import PageText, compare_pages
from eval.printed_pages import (
    LAYOUTS,
    Layout,
    PrintedArticle,
    PrintedPage,
    browser,
    print_page,
    read_gold,
    scan_page,
)
from ingest.formats import readers
from rag.data_model.answers import Question
from rag.errors import BrowserMissing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CORPUS = Path(__file__).parent.parent / "corpus"
PAGES = read_gold(CORPUS / "gold_articles.json")
PRINTS = [(PAGES[n % len(PAGES)], layout) for n, layout in enumerate(LAYOUTS)]
SCANS = [
    (PAGES[3], Layout("stacked", 2), "pdf"),
    (PAGES[1], Layout("inset", 3), "png"),
    (PAGES[2], Layout("grid", 4), "jpg"),
]


def named(value: object) -> str:
    return value.articles[0].title[:8] if isinstance(value, PrintedPage) else str(value)


def bare(text: str) -> str:
    return "".join(character for character in text if character not in "# \n\f\u3000")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    try:
        with browser() as running:
            yield running
    except BrowserMissing as error:
        pytest.skip(str(error))


class TestMeasure:
    def test_everything_in_its_place(self) -> None:
        score = compare_pages([["题", "甲 乙。"], ["丙丁。"]], [["丙丁。"], ["题", "甲乙。"]])
        assert score == PageText(gold=7, read=7, placed=7, foreign=0)

    def test_two_articles_stirred_into_one(self) -> None:
        score = compare_pages([["一二三四"], ["五六"]], [["一二五六三四"]])
        assert score == PageText(gold=6, read=6, placed=4, foreign=2)

    def test_scores_add_up_by_characters(self) -> None:
        score = PageText(90, 90, 90, 0) + PageText(10, 5, 0, 10)
        assert (score.read_share, score.placed_share, score.foreign_share) == (0.95, 0.9, 0.1)

    def test_nothing_found(self) -> None:
        assert compare_pages([["一二"]], []) == PageText(gold=2)


@pytest.mark.browser
class TestPrint:
    @pytest.mark.parametrize(("page", "layout"), PRINTS, ids=named)
    def test_every_character_in_its_article_and_order(
        self, page: PrintedPage, layout: Layout, chromium: Browser, tmp_path: Path
    ) -> None:
        path = tmp_path / "page.pdf"
        print_page(chromium, page, layout, path)
        score = read_back(page, path)
        assert score.placed_share >= 0.99
        assert score.foreign_share <= 0.01

    def test_paragraphs_and_blanks(self, chromium: Browser, tmp_path: Path) -> None:
        article = PAGES[1].articles[1]
        path = tmp_path / "page.pdf"
        print_page(chromium, PrintedPage("", (article,)), Layout("stacked", 2), path)
        loaded = only(path)
        lines = [line for line in loaded.source.text.splitlines() if line]
        by = f"本报记者 {' '.join(article.authors)}"
        assert lines == [f"# {article.title}", by, *(text for _, text in article.parts)]
        assert loaded.source.encoding == "pdf"

    def test_places_point_at_the_line(self, chromium: Browser, tmp_path: Path) -> None:
        path = tmp_path / "page.pdf"
        article = PrintedArticle("渡口的黄昏", (), ((None, "渡口的最后一班船六点开。" * 20),))
        sheet = "<p style='break-before:page'>第二页。</p>"
        print_page(chromium, PrintedPage("", (article,)), Layout("stacked", 2), path, below=sheet)
        loaded = only(path)
        pages = loaded.source.text.split("\n\f\n")
        assert pages[1].strip() == "第二页。"
        for place in loaded.places:
            left, top, right, bottom = place.box
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1
            assert "\n" not in loaded.source.text[place.start : place.end]
        title = loaded.places[0]
        assert loaded.source.text[title.start : title.end] == article.title
        assert abs((title.box[0] + title.box[2]) / 2 - 0.5) < 0.01
        last = loaded.places[-1]
        assert (loaded.source.text[last.start : last.end], last.page) == ("第二页。", 2)
        shown = "".join(loaded.source.text[p.start : p.end] for p in loaded.places)
        assert bare(shown) == bare(loaded.source.text)


@pytest.mark.browser
@pytest.mark.parametrize(("page", "layout", "suffix"), SCANS, ids=named)
def test_a_scan(
    page: PrintedPage, layout: Layout, suffix: str, chromium: Browser, tmp_path: Path
) -> None:
    if not readers.has_ocr():
        pytest.skip("RapidOCR is not installed")
    print_page(chromium, page, layout, tmp_path / "print.pdf")
    path = tmp_path / f"scan.{suffix}"
    scan_page(tmp_path / "print.pdf", path)
    score = read_back(page, path)
    assert score.read_share >= 0.97
    assert score.placed_share >= 0.95
    assert score.foreign_share <= 0.05


@pytest.mark.browser
def test_a_citation_says_where_its_quote_stands(chromium: Browser, tmp_path: Path) -> None:
    import pypdfium2 as pdfium

    path = tmp_path / "page.pdf"
    print_page(chromium, PAGES[1], Layout("stacked", 3), path)
    ingest_into(tmp_path / "data", path)
    pipeline = pipeline_over(tmp_path / "data")
    answer = pipeline.ask(Question(question="青石湾大桥总投资多少？"))
    pipeline.close()
    page = pdfium.PdfDocument(path)[0]
    width, height = page.get_size()
    for citation in (*answer.citations, *(answer.refusal.nearest if answer.refusal else ())):
        seen = ""
        for shown in citation.source.boxes:
            left, top, right, bottom = shown.box
            corners = (left * width - 1, (1 - bottom) * height, right * width + 1)
            seen += page.get_textpage().get_text_bounded(*corners, (1 - top) * height)
        assert "".join(seen.split()) == "".join(citation.quote.split())
    assert answer.citations
