"""Forty hostile texts as questions, titles, authors and bodies: on the page they are only text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import HOSTILE, MARKS, Chat, Server, wait_for_chat
from fake_pipeline import FakePipeline, write_library

from rag.language.visible import visible
from rag.settings import load_settings

pytestmark = MARKS

ACTIVE = "img, script, svg, iframe, style, a, object, embed, link, meta, base, video, form"
BODY = "\n".join(f"灯塔岛第{n}条写着{text}，到此为止。" for n, text in enumerate(HOSTILE))


@pytest.fixture(scope="module")
def chat(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """One page for all: what one text broke, the next would find broken."""
    folder = tmp_path_factory.mktemp("hostile")
    lines = BODY.translate({0x2028: " ", 0x2029: " "})
    write_library(folder, lines, title="".join(HOSTILE), author="".join(HOSTILE))
    with Server(load_settings(folder), FakePipeline) as server:
        wait_for_chat(server.url)
        chat = Chat(browser, server.url)
        yield chat
        chat.open(server.url)
        chat.page.locator(".yj-turn").last.wait_for()  # kept in the browser, shown again
        chat.close()


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_question_is_only_text(chat: Chat, hostile: str) -> None:
    turn = chat.ask(hostile)
    assert turn.locator(".yj-question").text_content() == hostile
    assert turn.locator(ACTIVE).count() == 0
    assert chat.page.locator(".yj-conversation, .yj-title").locator(ACTIVE).count() == 0
    assert not chat.faults


def test_hostile_documents_are_only_text(chat: Chat) -> None:
    for n in (0, 6, 28):
        turn = chat.ask(f"灯塔岛第{n}条写着什么到此为止")
        turn.locator(".yj-chip, .yj-near").first.click()
        chat.page.wait_for_selector("mark")
        shown = chat.page.locator(".yj-article").text_content()
        assert all(visible(text) in shown for text in HOSTILE[:-1])
        chat.page.click(".yj-close")
    assert chat.page.locator(".yj-article").locator(ACTIVE).count() == 0
    chat.page.locator(".yj-turn").last.locator("[data-rate=down]").click()
    assert not chat.faults
