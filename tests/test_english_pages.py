"""English in a real browser: chosen on a page, kept on all, answers Chinese as before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import MARKS, Chat, Server, wait_for_chat
from fake_pipeline import FakePipeline, write_library
from plain_pages import Visit

from rag.settings import load_settings
from ui.language.current import COOKIE

pytestmark = MARKS

PATHS = ("/library", "/evaluation", "/jobs", "/settings", "/account")
SIZES = pytest.mark.parametrize("width", [1280, 390])
ASKED = "灯塔岛风电场有多少台风机？"
QUOTE = "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"
IN_ENGLISH = {"Cookie": f"{COOKIE}=en"}
CHINESE_UNMARKED = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let one; (one = walk.nextNode()); ) {
    const parent = one.parentElement;
    const known = parent.closest('[lang|="zh"], script, style, option');
    if (!known && /[\\u4e00-\\u9fff]/.test(one.data))
      found.push(`${parent.className}: ${one.data.trim()}`);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("english")
    write_library(folder)
    with Server(load_settings(folder), FakePipeline) as served:
        wait_for_chat(served.url)
        yield served


def language(page: Any) -> str:
    spoken: str = page.evaluate("document.documentElement.lang")
    return spoken


@SIZES
def test_a_choice_is_kept_on_every_page_and_taken_back(
    server: Server, browser: Any, width: int
) -> None:
    visit = Visit(browser, server.url, PATHS[0], viewport={"width": width, "height": 844})
    page = visit.page
    assert (language(page), page.inner_text("h2 >> nth=0")) == ("zh-CN", "文章")
    page.click("[data-language=en]")
    page.wait_for_selector("[data-language=zh]")
    for path in (*PATHS, PATHS[0]):
        page.goto(server.url.rstrip("/") + path)
        page.wait_for_load_state("networkidle")
        assert language(page) == "en"
        assert visit.too_wide() == []
    page.reload()
    other = visit.context.new_page()  # another page of the same browser
    other.goto(f"{server.url}settings")
    assert (language(page), language(other)) == ("en", "en")
    page.click("[data-language=zh]")
    page.wait_for_selector("[data-language=en]")
    assert (language(page), page.inner_text("h2 >> nth=0")) == ("zh-CN", "文章")
    visit.close()


@pytest.mark.parametrize("path", PATHS)
def test_pages_say_nothing_in_chinese_that_is_not_marked(
    server: Server, browser: Any, path: str
) -> None:
    visit = Visit(browser, server.url, "/jobs", extra_http_headers=IN_ENGLISH)
    visit.page.goto(server.url.rstrip("/") + path)
    visit.page.wait_for_load_state("networkidle")
    found = [one for one in visit.page.evaluate(CHINESE_UNMARKED) if not is_data(one)]
    visit.close()
    assert found == []


def is_data(found: str) -> bool:
    """The seal, places of articles, what is to be written in a file."""
    return found.startswith(("yj-seal", "yj-label: 《")) or found.endswith(
        "“否” (or false) means that it should be refused"
    )


def test_the_collection_that_nobody_named_is_called_in_english(
    server: Server, browser: Any
) -> None:
    api = f"{server.url}v1/collections"
    made = httpx.post(api, json={"name": "工程"}).json()
    library = Visit(browser, server.url, "/library", extra_http_headers=IN_ENGLISH)
    page = library.page
    page.wait_for_selector("[data-shelf=默认文集]")
    shelf = "[data-shelf=默认文集] span >> nth=0"
    assert page.inner_text(shelf) == "Default collection"
    assert page.inner_text("#yj-move-to [value=默认文集]") == "Default collection"
    page.click(shelf)
    page.wait_for_selector(".yj-into:not([hidden])")
    assert page.inner_text(".yj-into").endswith("“Default collection”")
    page.click("[data-shelf-do=rename]")
    assert "“Default collection”" in page.inner_text(".yj-naming h3")
    library.close()
    chat = Chat(browser, server.url, extra_http_headers=IN_ENGLISH)
    chat.page.click(".yj-filter-toggle")
    chat.page.click("[data-shelf=collections] .yj-pick >> nth=0")
    assert chat.page.inner_text(".yj-chips").split() == ["Collections:", "Default", "collection"]
    assert httpx.get(api).json()[0]["name"] == "默认文集"  # data is as it is
    chat.close()
    httpx.delete(f"{api}/{made['collection_id']}")


@SIZES
def test_the_chat_is_english_and_its_answers_are_marked_as_chinese(
    server: Server, browser: Any, width: int
) -> None:
    chat = Chat(browser, server.url, viewport={"width": width, "height": 844})
    page = chat.page
    assert (language(page), page.inner_text(".yj-send")) == ("zh-CN", "提问")
    page.click("[data-language=en]")
    page.wait_for_selector("[data-language=zh]")
    page.wait_for_selector("#yj-loading", state="detached")
    assert (language(page), page.inner_text(".yj-send")) == ("en", "Ask")
    turn = chat.ask(ASKED)
    turn.locator(".yj-actions").wait_for()
    quote = turn.locator(".yj-statement q")
    assert (quote.inner_text(), quote.get_attribute("lang")) == (QUOTE, "zh-CN")
    assert "Good answer" in turn.locator("[data-rate=up]").get_attribute("title")
    turn.locator(".yj-chip").first.click()
    page.wait_for_selector(".yj-masthead")
    assert "Identical to characters" in page.inner_text(".yj-proof")
    assert page.get_attribute(".yj-masthead h2", "lang") == "zh-CN"
    page.keyboard.press("Escape")
    refused = chat.ask("火星上有几家饭店？")
    refused.locator(".yj-actions").wait_for()
    assert refused.locator(".yj-verdict").inner_text().strip() == "No evidence found"
    assert refused.locator(".yj-why").get_attribute("lang") == "zh-CN"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    data = {"yj-seal", "yj-question", "yj-title", "yj-conversation", "yj-file"}
    found = {one.partition(":")[0].split(" ")[-1] for one in page.evaluate(CHINESE_UNMARKED)}
    assert found <= data
    chat.close()


def test_the_page_is_chinese_whatever_the_browser_speaks(server: Server, browser: Any) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_selector("#yj-loading", state="detached")
    assert (language(page), page.inner_text(".yj-send")) == ("zh-CN", "提问")
    context.close()


def test_errors_have_english_beside_their_chinese_where_it_is_chosen(server: Server) -> None:
    address = f"{server.url}v1/ask"
    chinese = httpx.post(
        address, json={"question": " "}, headers={"Accept-Language": "en"}, timeout=30
    ).json()
    assert set(chinese) == {"code", "message_zh", "hint"}
    english = httpx.post(address, json={"question": " "}, headers=IN_ENGLISH, timeout=30).json()
    assert english == chinese | {
        "message_en": "The question is empty.",
        "hint_en": "Type a question.",
    }


def test_the_setting_counts_where_nothing_was_chosen(tmp_path: Path) -> None:
    write_library(tmp_path)
    with Server(load_settings(tmp_path), FakePipeline, chat=False) as served:
        page = f"{served.url}library"
        wish = {"Accept-Language": "en-GB,en;q=0.9"}
        assert '<html lang="zh-CN">' in httpx.get(page, headers=wish, timeout=30).text
        change = {"changes": {"ui.language": "auto"}}
        assert httpx.patch(f"{served.url}v1/settings", json=change).status_code == 200
        assert '<html lang="en">' in httpx.get(page, headers=wish, timeout=30).text
        assert '<html lang="zh-CN">' in httpx.get(page, timeout=30).text
        assert (
            '<html lang="zh-CN">'
            in httpx.get(page, headers=wish | {"Cookie": f"{COOKIE}=zh"}, timeout=30).text
        )


def test_scripts_are_kept_by_browsers_in_each_language_apart(server: Server) -> None:
    address = f"{server.url}ui/confirming.js"
    chinese = httpx.get(address, timeout=30)
    english = httpx.get(address, headers=IN_ENGLISH, timeout=30)
    assert '"取消"' in chinese.text
    assert '"Cancel"' in english.text
    kept = {"If-None-Match": chinese.headers["etag"]}
    assert httpx.get(address, headers=kept, timeout=30).status_code == 304
    assert httpx.get(address, headers=kept | IN_ENGLISH, timeout=30).status_code == 200
