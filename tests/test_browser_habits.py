"""What people do in a browser: pages side by side, "back", reloads, Escape, what no longer is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import MARKS, Chat, Server, until, wait_for_chat
from fake_pipeline import FakePipeline, IngestHere, write_library

from rag.library.library import Library
from rag.settings import load_settings

pytestmark = MARKS

ASKED = "灯塔岛风电场有多少台风机？"
OTHER = "海上风电是什么？"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("habits")
    write_library(folder)
    return folder


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Server]:
    settings = load_settings(data_dir)
    with Server(settings, FakePipeline, ingester=IngestHere(settings)) as server:
        wait_for_chat(server.url)
        yield server


@pytest.fixture
def chat(browser: Any, server: Server) -> Iterator[Chat]:
    """A browser that has kept nothing yet."""
    chat = Chat(browser, server.url)
    yield chat
    chat.close()


def names(chat: Chat) -> list[str]:
    """The conversations in the list."""
    return list(chat.page.locator(".yj-conversation").all_inner_texts())


def test_pages_side_by_side_keep_each_others_conversations(
    browser: Any, server: Server, chat: Chat
) -> None:
    beside = Chat(browser, server.url, beside=chat)
    chat.ask(ASKED).locator(".yj-actions").wait_for()
    beside.page.locator(".yj-conversation", has_text=ASKED).wait_for()
    beside.ask(OTHER).locator(".yj-actions").wait_for()
    chat.page.locator(".yj-conversation", has_text=OTHER).wait_for()
    chat.page.locator(".yj-list li", has_text=ASKED).hover()
    chat.page.locator(f"[aria-label='删除：{ASKED}']").click()
    beside.page.locator(".yj-conversation", has_text=ASKED).wait_for(state="detached")
    chat.page.locator(".yj-toast button").click()
    third = Chat(browser, server.url, beside=chat)
    assert sorted(names(third)) == sorted([ASKED, OTHER])
    assert not beside.faults
    assert not third.faults


def test_one_conversation_in_two_pages_has_the_questions_of_both(
    browser: Any, server: Server, chat: Chat
) -> None:
    chat.ask(ASKED).locator(".yj-actions").wait_for()
    beside = Chat(browser, server.url, beside=chat)
    beside.page.locator(".yj-turn .yj-actions").wait_for()
    beside.ask(OTHER).locator(".yj-actions").wait_for()
    chat.page.locator(".yj-turn").nth(1).locator(".yj-actions").wait_for()
    chat.ask("岛上的居民原来靠什么发电？").locator(".yj-actions").wait_for()
    beside.page.locator(".yj-turn").nth(2).locator(".yj-actions").wait_for()
    assert beside.page.locator(".yj-question").all_inner_texts()[:2] == [ASKED, OTHER]


def test_a_reload_keeps_the_open_conversation_and_a_new_one_empty(
    chat: Chat, server: Server
) -> None:
    chat.ask(ASKED).locator(".yj-actions").wait_for()
    chat.page.click(".yj-new")
    chat.ask(OTHER).locator(".yj-actions").wait_for()
    chat.page.locator(".yj-conversation", has_text=ASKED).click()
    chat.open(server.url)
    assert chat.page.locator(".yj-title").inner_text() == ASKED
    chat.page.click(".yj-new")
    chat.open(server.url)
    assert chat.page.locator(".yj-turn").count() == 0
    assert len(names(chat)) == 2


def test_conversations_that_were_kept_together_are_taken_over(chat: Chat, server: Server) -> None:
    chat.page.evaluate(
        """question => localStorage.setItem("youju.conversations.2", JSON.stringify(
          [{ id: "c1", title: "旧对话", filters: {}, turns: [{ question, answer: null }] }]))""",
        ASKED,
    )
    for _ in range(2):  # and stay where they are now
        chat.open(server.url)
        assert names(chat) == ["旧对话"]
        assert chat.page.locator(".yj-question").inner_text() == ASKED


def test_back_closes_the_article_that_covers_a_phone(browser: Any, server: Server) -> None:
    phone = Chat(browser, server.url, viewport=PHONE)
    chip = phone.ask(ASKED).locator(".yj-statement .yj-chip")
    chip.click()
    phone.page.wait_for_selector("mark")
    phone.page.go_back()
    phone.page.locator(".yj-reading").wait_for(state="hidden")
    assert phone.page.url == server.url
    chip.click()
    phone.page.locator(".yj-close").click()
    until(phone.page, "!history.state?.reading")
    assert phone.page.url == server.url
    phone.close()


def test_escape_undoes_what_is_open(chat: Chat) -> None:
    chat.ask(ASKED).locator(".yj-actions").wait_for()
    chat.page.click(".yj-menu summary")
    chat.page.keyboard.press("Escape")
    assert chat.page.locator(".yj-menu[open]").count() == 0
    chat.page.locator("[data-rate=down]").click()
    chat.page.keyboard.press("Escape")
    assert chat.page.locator(".yj-judging").count() == 0
    assert chat.page.evaluate("document.activeElement.dataset.rate") == "down"
    chat.page.click(".yj-filter-toggle")
    chat.page.keyboard.press("Escape")
    assert chat.page.locator(".yj-filters").is_hidden()


def test_a_day_that_is_none_is_said_to_be_none(chat: Chat) -> None:
    chat.page.click(".yj-filter-toggle")
    wrong = chat.page.locator(".yj-no-day")
    chat.page.fill("[name=date_from]", "2024年13月")
    chat.page.keyboard.press("Enter")
    assert "没有生效" in wrong.inner_text()
    assert chat.page.locator(".yj-filter").count() == 0
    chat.page.fill("[name=date_from]", "2024年3月")
    chat.page.keyboard.press("Enter")
    assert wrong.is_hidden()
    assert "2024-03-01" in chat.page.locator(".yj-filter").inner_text()


def test_the_words_of_the_export_menu_are_whole(chat: Chat) -> None:
    chat.ask(ASKED).locator(".yj-actions").wait_for()
    chat.page.click(".yj-menu summary")
    for word in chat.page.locator(".yj-menu-items button").all():
        assert word.bounding_box()["height"] < 45  # one line


def test_a_removed_article_is_still_shown_as_it_was_quoted(
    chat: Chat, server: Server, data_dir: Path
) -> None:
    chip = chat.ask(ASKED).locator(".yj-statement .yj-chip")
    with Library.open(data_dir) as library:
        (stored,) = library.articles()
    gone = httpx.delete(f"{server.url}v1/articles/{stored.article.article_id}", timeout=30)
    assert gone.status_code == 204
    chip.click()
    chat.page.wait_for_selector("mark")
    shown = chat.page.locator(".yj-reading").inner_text()
    assert "已从库里移除" in shown
    assert "只问这一篇" not in shown
    chat.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # back on the page
    chat.page.locator(".yj-count", has_text="库里有 0 篇文章").wait_for()
