"""The chat in a real browser, over a real library; the ask flow is fake, so answers are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from browsing import MARKS, Chat, Server, until, wait_for_chat
from fake_pipeline import FakePipeline
from made_files import one_page_pdf, stream

from eval.question_sets import load_questions
from rag.assembly import open_pipeline
from rag.models.embedding import HashingEmbedder
from rag.settings import Settings, load_settings
from ui.cli import run
from ui.engine import Pipeline

pytestmark = MARKS

PAGE = """江州日报 2024年3月5日 第6版

# 灯塔岛的风电

□本报记者 何苇

灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。

海上风电是利用海面上的风力发电的新行业，不占用土地，离用电的城市也近。

""" + "\n\n".join(f"这是灯塔岛见闻的第{n}段，写的是码头、渔船和晒网的人。" for n in range(1, 60))
OTHER = """松陵晚报 2023年9月1日 第2版

# 牧场的风机

□本报记者 陆青

北坡牧场有6台风机，供奶牛场照明。
"""
PDF_TEXT = b"BT /F1 12 Tf 72 400 Td (The lighthouse keeper lights forty lamps.) Tj ET"
ASKED = "灯塔岛风电场有多少台风机？"
QUOTE = "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"
REFERENCE = "何苇. 灯塔岛的风电[N]. 江州日报, 2024-03-05(6)."


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two newspaper pages and a PDF."""
    from ingest.indexing import ingest
    from rag.library.library import Library

    folder = tmp_path_factory.mktemp("browser")
    for name, page in (("灯塔岛.txt", PAGE), ("牧场.txt", OTHER)):
        (folder / name).write_text(page, encoding="utf-8")
    (folder / "附页.pdf").write_bytes(one_page_pdf(stream(PDF_TEXT)))
    settings = load_settings(folder / "data")
    with Library.open(settings.data_dir, write=True) as library:
        report = ingest(sorted(folder.glob("*.*")), library, HashingEmbedder(), settings)
    assert not report.failed
    return settings.data_dir


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Server]:
    with Server(load_settings(data_dir), FakePipeline) as server:
        wait_for_chat(server.url)
        yield server


@pytest.fixture(scope="module")
def page(browser: Any, server: Server) -> Iterator[Chat]:
    """One page for all, because it takes seconds to load."""
    chat = Chat(browser, server.url, permissions=["clipboard-read", "clipboard-write"])
    yield chat
    chat.close()


@pytest.fixture
def chat(page: Chat) -> Iterator[Chat]:
    """A new conversation on the page."""
    page.page.click(".yj-new")
    yield page
    assert not page.faults


def test_a_citation_opens_the_article_at_the_quote(chat: Chat) -> None:
    turn = chat.ask(ASKED)
    assert QUOTE in turn.inner_text()
    turn.locator(".yj-statement .yj-chip", has_text="[1]").click()
    chat.page.wait_for_selector("mark")
    assert "".join(chat.page.locator("mark").all_inner_texts()) == QUOTE
    assert chat.in_view("mark")
    assert chat.page.locator(".yj-here .yj-n").inner_text() == "1"
    reading = chat.page.locator(".yj-reading").inner_text()
    for part in (
        "江州日报",
        "2024-03-05",
        "第6版",
        "灯塔岛的风电",
        "何苇",
        "海上风电是利用",
        "逐字相同",
    ):
        assert part in reading
    chat.page.keyboard.press("Escape")
    assert chat.page.locator(".yj-reading").is_hidden()
    assert chat.page.evaluate("document.activeElement.classList.contains('yj-chip')")


def test_a_quote_far_down_is_scrolled_to(chat: Chat) -> None:
    chat.ask("灯塔岛见闻的第57段").locator(".yj-statement .yj-chip").click()
    chat.page.wait_for_selector("mark")
    assert "第57段" in chat.page.locator("mark").inner_text()
    assert chat.in_view("mark")


def test_a_refusal_looks_like_one_and_its_passages_open(chat: Chat) -> None:
    turn = chat.ask("谁发明了电话机？")
    assert "没有找到依据" in turn.inner_text()
    assert turn.locator(".yj-statement").count() == 0
    turn.locator(".yj-near").first.click()
    chat.page.wait_for_selector("mark")
    first = chat.page.locator("mark").inner_text()
    assert "1 / 2" in chat.page.locator(".yj-reading-place").inner_text()
    chat.page.click(".yj-after")
    until(chat.page, "text => document.querySelector('mark').innerText !== text", arg=first)


def test_a_pdf_shows_its_page_with_the_quote_boxed(chat: Chat) -> None:
    chat.ask("The lighthouse keeper lights forty lamps.").locator(".yj-chip").first.click()
    box = chat.page.locator(".yj-box").first
    box.wait_for()
    until(chat.page, "document.querySelector('.yj-sheet img').naturalWidth > 0")
    assert chat.in_view(".yj-box")
    sheet = chat.page.locator(".yj-sheet").bounding_box()
    inside = box.bounding_box()
    assert 0.05 < (inside["x"] - sheet["x"]) / sheet["width"] < 0.2  # 72 of the page's points
    chat.page.click("[data-view=text]")
    assert chat.in_view("mark")
    assert box.is_hidden()
    chat.page.click("[data-view=pages]")
    chat.page.click("[data-zoom]")
    assert chat.page.locator(".yj-sheet").bounding_box()["width"] > 1.5 * sheet["width"]
    assert chat.in_view(".yj-box")
    chat.page.click(".yj-close")


def test_a_follow_up_shows_what_was_searched_and_lets_it_be_changed(chat: Chat) -> None:
    chat.ask(ASKED)
    turn = chat.ask("那去年发电多少？")
    searched = turn.locator(".yj-searched")
    assert f"{ASKED}去年发电多少？" in searched.inner_text()
    searched.locator("button").click()
    field = turn.locator(".yj-searched-edit input")
    assert field.input_value() == f"{ASKED}去年发电多少？"
    field.fill("海上风电是什么？")
    field.press("Enter")
    turn.locator(".yj-statement", has_text="不占用土地").wait_for()
    assert chat.page.locator(".yj-turn").count() == 2
    assert turn.locator(".yj-question").inner_text() == "那去年发电多少？"


def test_keys(chat: Chat) -> None:
    chat.page.fill("#yj-input", "一")
    chat.page.keyboard.press("Shift+Enter")
    assert chat.page.input_value("#yj-input") == "一\n"
    chat.page.fill("#yj-input", "")
    chat.ask(ASKED)
    chat.page.keyboard.press("ArrowUp")
    assert chat.page.input_value("#yj-input") == ASKED
    chat.page.keyboard.press("ArrowDown")
    assert chat.page.input_value("#yj-input") == ""
    chat.page.locator(".yj-new").focus()
    chat.page.keyboard.press("/")
    assert chat.page.evaluate("document.activeElement.id") == "yj-input"
    assert chat.page.input_value("#yj-input") == ""


def test_suggested_questions_are_asked_by_a_click(chat: Chat) -> None:
    chat.page.locator(".yj-suggestion", has_text="海上风电是什么？").click()
    chat.page.wait_for_selector(".yj-answer")


def test_nothing_moves_while_a_reply_comes(chat: Chat) -> None:
    chat.ask(ASKED)
    chat.page.evaluate(
        """() => {
          window.places = new Set();
          const look = () => {
            const asked = document.querySelectorAll(".yj-question")[1];
            if (asked) window.places.add(Math.round(asked.getBoundingClientRect().top));
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    chat.ask("海上风电是什么？").locator(".yj-actions").wait_for()
    chat.page.wait_for_timeout(300)
    assert chat.page.evaluate("window.places.size") <= 2  # where it is put, and scrolled to the top


def test_conversations_survive_a_reload_are_renamed_and_deleted(chat: Chat, server: Server) -> None:
    chat.ask(ASKED)
    chat.open(server.url)
    chat.page.locator(".yj-turn .yj-statement").wait_for()
    assert QUOTE in chat.page.locator(".yj-turn").inner_text()
    chat.page.locator(".yj-list li").first.hover()
    chat.page.locator(".yj-list li .yj-icon").first.click()
    chat.page.fill(".yj-rename", "风机的事")
    chat.page.keyboard.press("Enter")
    name = chat.page.locator(".yj-conversation").first
    assert name.inner_text() == "风机的事"
    assert chat.page.locator(".yj-title").inner_text() == "风机的事"
    chat.page.click(".yj-new")
    assert chat.page.locator(".yj-turn").count() == 0
    chat.page.locator(".yj-list li").first.hover()
    chat.page.locator("[aria-label='删除：风机的事']").click()
    assert chat.page.locator(".yj-conversation", has_text="风机的事").count() == 0
    chat.page.locator(".yj-toast button").click()
    chat.open(server.url)
    assert name.inner_text() == "风机的事"


def test_a_conversation_is_exported_in_three_forms(chat: Chat) -> None:
    chat.ask(ASKED)
    chat.ask("谁发明了电话机？")
    files = {}
    for kind in ("markdown", "word", "json"):
        chat.page.click(".yj-menu summary")
        with chat.page.expect_download() as download:
            chat.page.click(f"[data-export={kind}]")
        name = download.value.suggested_filename
        files[name.rpartition(".")[2]] = Path(download.value.path()).read_bytes()
    markdown = files["md"].decode().replace("\\", "")
    word = "\n".join(p.text for p in docx.Document(BytesIO(files["docx"])).paragraphs)
    for text in (markdown, word):
        assert f"{QUOTE}[1]" in text
        assert REFERENCE in text
        assert "所以不作答" in text
    answered, refused = json.loads(files["json"])
    assert answered["citations"][0]["quote"] == QUOTE
    assert answered["references"] == [f"[1] {REFERENCE} 第1段"]
    assert refused["refusal"]["nearest"]


def test_an_answer_is_copied_with_its_references(chat: Chat) -> None:
    chat.ask(ASKED).locator(".yj-actions [data-copy]").click()
    chat.page.locator(".yj-toast", has_text="已复制").wait_for()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert f"{QUOTE}[1]" in copied
    assert REFERENCE in copied


def test_filters_narrow_the_articles_and_are_shown(chat: Chat, server: Server) -> None:
    assert "北坡牧场" not in chat.ask(ASKED).inner_text()
    chat.page.click(".yj-filter-toggle")
    chat.page.select_option("[name=newspaper]", "松陵晚报")
    chip = chat.page.locator(".yj-filter")
    assert "松陵晚报" in chip.inner_text()
    assert "北坡牧场" in chat.ask("有多少台风机？").inner_text()
    chat.open(server.url)
    assert "松陵晚报" in chip.inner_text()
    chip.click()
    assert chip.count() == 0
    chat.page.click(".yj-filter-toggle")
    chat.page.locator("[name=article]").press_sequentially("牧场")
    chat.page.locator(".yj-found button", has_text="牧场的风机").click()
    assert "牧场的风机" in chip.inner_text()
    chip.click()
    chat.page.fill("[name=date_to]", "2023年")
    chat.page.keyboard.press("Enter")
    assert "2023-12-31" in chip.inner_text()
    assert "北坡牧场" in chat.ask("有多少台风机？").inner_text()


def test_judgements_become_questions_with_evidence(
    chat: Chat, data_dir: Path, tmp_path: Path
) -> None:
    turn = chat.ask(ASKED)
    turn.locator("[data-rate=up]").click()
    chat.page.locator(".yj-toast", has_text="评价已记下").wait_for()
    assert turn.locator("[data-rate=up]").get_attribute("aria-pressed") == "true"
    refused = chat.ask("谁发明了电话机？")
    refused.locator("[data-rate=down]").click()
    refused.locator("[data-reason=is_in_articles]").click()
    refused.locator("[name=evidence]").first.check()
    nearest = refused.locator("[name=evidence]").first.input_value()
    refused.locator("[name=expected]").fill("何苇")
    refused.locator(".yj-judging [type=submit]").click()
    chat.page.locator(".yj-toast", has_text="评价已记下").wait_for()
    file = tmp_path / "评价.jsonl"
    assert run(["--data-dir", str(data_dir), "feedback", "export", "-o", str(file)]) == 0
    good, bad = load_questions(file)
    assert (good.question, good.answerable, good.evidence) == (ASKED, True, (QUOTE,))
    assert (bad.answers, bad.evidence, bad.history) == ((("何苇",),), (nearest,), (ASKED,))
    with chat.page.expect_download() as download:
        chat.page.click("[data-export-feedback]")
    assert Path(download.value.path()).read_bytes() == file.read_bytes()


def test_the_theme_is_switched_and_kept(chat: Chat, server: Server) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = chat.page.evaluate(paper)
    chat.page.click("[data-theme-toggle]")
    dark = chat.page.evaluate(paper)
    assert dark != light
    chat.open(server.url)
    assert chat.page.evaluate(paper) == dark
    chat.page.click("[data-theme-toggle]")
    assert chat.page.evaluate(paper) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_sideways_scrolling(
    browser: Any, server: Server, scheme: str
) -> None:
    phone = Chat(browser, server.url, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    turn = phone.ask(ASKED)
    turn.locator(".yj-statement .yj-chip").click()
    phone.page.wait_for_selector("mark")
    assert phone.in_view("mark")
    phone.page.click(".yj-close")
    phone.page.click(".yj-filter-toggle")
    phone.page.click(".yj-list-toggle")
    phone.page.locator(".yj-conversation").wait_for()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    paper = phone.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(25, 24, 22)") == (scheme == "dark")
    phone.close()


def test_everything_to_press_has_a_name(chat: Chat) -> None:
    chat.ask(ASKED).locator(".yj-chip").click()
    chat.page.wait_for_selector("mark")
    nameless = chat.page.evaluate(
        """() => [...document.querySelectorAll("#youju :is(button, input, select, textarea, a)")]
          .filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length))
          .map((one) => one.outerHTML)"""
    )
    assert nameless == []


def test_an_empty_library_teaches(browser: Any, tmp_path: Path) -> None:
    def opener(settings: Settings) -> Pipeline:
        return open_pipeline(settings, HashingEmbedder())

    with Server(load_settings(tmp_path / "none"), opener) as server:
        wait_for_chat(server.url)
        chat = Chat(browser, server.url)
        chat.page.wait_for_selector(".yj-teach")
        assert "youju ingest" in chat.page.locator(".yj-teach").inner_text()
        assert chat.page.locator(".yj-teach a[href='/library']").count() == 1
        assert "没有" in chat.ask(ASKED).inner_text()
        chat.close()
