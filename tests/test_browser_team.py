"""Users in a real browser: logging in, history in two browsers, sharing, leaving."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from browsing import MARKS, Chat, open_browser, until
from team import ASKED, NAMES, PASSWORD, Team, team

pytestmark = MARKS


@pytest.fixture(scope="module")
def served_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("browser-team")
    with team(folder, chat=True, team={"public_shares": True}) as made:
        headers = {"Authorization": f"Bearer {made.tokens['admin']}"}
        while "gradio_config" not in httpx.get(made.url, headers=headers).text:
            time.sleep(0.1)
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as made:
        yield made


class Visitor(Chat):
    """Somebody's browser: logs in by the form before the chat opens."""

    def __init__(self, browser: Any, url: str, role: str, **options: Any) -> None:
        self.role = role
        super().__init__(browser, f"{url}/", **options)

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.fill("[name=name]", NAMES[self.role])
        self.page.fill("[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("#yj-input", timeout=90_000)
        self.page.wait_for_selector("#yj-loading", state="detached")
        self.page.wait_for_selector(".yj-who")


def titles(chat: Chat) -> list[str]:
    found: list[str] = chat.page.locator(".yj-conversation").all_inner_texts()
    return found


def test_history_follows_a_user_and_nobody_else(served_team: Team, browser: Any) -> None:
    here = Visitor(browser, served_team.url, "reader")
    assert "账户" in here.page.inner_text(".yj-list-empty")
    here.ask(ASKED)
    until(here.page, "async () => (await (await fetch('/v1/conversations')).json()).length === 1")
    kept = here.page.evaluate("Object.keys(localStorage)")
    assert not [key for key in kept if "conversation" in key]

    there = Visitor(browser, served_team.url, "reader", viewport={"width": 390, "height": 844})
    there.page.wait_for_selector(".yj-turn .yj-card")
    assert "38台风机" in there.page.inner_text(".yj-turns")
    there.ask("海上风电是什么？")
    until(
        there.page,
        "async () => { const [one] = await (await fetch('/v1/conversations')).json();"
        " const all = await (await fetch('/v1/conversations/' + one.id)).json();"
        " return all.turns.length === 2 && all.turns[1].answer !== null; }",
    )
    here.page.evaluate("window.dispatchEvent(new Event('focus'))")
    here.page.wait_for_selector(".yj-turn:nth-child(2) .yj-card")

    stranger = Visitor(browser, served_team.url, "editor")
    assert titles(stranger) == []

    there.page.evaluate("document.querySelector('[aria-label^=删除]').click()")
    until(there.page, "async () => (await (await fetch('/v1/conversations')).json()).length === 0")
    there.page.click(".yj-toast .yj-link")  # 撤销
    until(there.page, "async () => (await (await fetch('/v1/conversations')).json()).length === 1")
    there.page.wait_for_selector(".yj-turn:nth-child(2) .yj-card")
    there.page.reload()
    there.page.wait_for_selector(".yj-turn:nth-child(2) .yj-card")
    for one in (here, there, stranger):
        one.close()


def test_an_answer_is_shared_read_and_taken_back(served_team: Team, browser: Any) -> None:
    chat = Visitor(browser, served_team.url, "editor")
    chat.ask(ASKED)
    chat.page.wait_for_selector("[data-share='']")
    chat.page.click("[data-share='']")
    assert "先登录" in chat.page.inner_text(".yj-share")
    chat.page.check(".yj-share-anyone input")
    chat.page.click("text=生成链接")
    chat.page.wait_for_selector(".yj-share [aria-label=分享的链接]")
    link = chat.page.input_value("[aria-label=分享的链接]")
    chat.page.keyboard.press("Escape")
    chat.page.wait_for_selector(".yj-share", state="detached")

    guest = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    page = guest.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.extend([message.text] * (message.type == "error")))
    page.goto(link)
    assert "38台风机" in page.inner_text("main")
    assert "都对得上" in page.inner_text("main")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert faults == []

    chat.page.goto(f"{served_team.url}/account#shares")
    chat.page.click(".yj-shares >> text=收回")
    chat.page.wait_for_selector(".yj-shares li", state="detached")
    assert page.goto(link).status == 401
    guest.close()
    chat.close()


@pytest.mark.parametrize("role", NAMES)
def test_pages_offer_what_a_role_may_do_and_the_way_out(
    served_team: Team, browser: Any, role: str
) -> None:
    chat = Visitor(browser, served_team.url, role)
    asked_for: list[str] = []
    chat.page.on("request", lambda request: asked_for.append(request.url))
    offered = {
        "reader": ["问答", "文章"],
        "editor": ["问答", "文章", "评测", "任务"],
        "admin": ["问答", "文章", "评测", "任务", "设置"],
    }
    for path in ("/", "/library", "/account"):
        chat.page.goto(served_team.url + path)
        chat.page.wait_for_selector(".yj-who")
        chat.page.wait_for_load_state("networkidle")
        assert chat.page.locator(".yj-nav a").all_inner_texts() == offered[role]
    assert any("/v1/jobs" in url for url in asked_for) is (role != "reader")
    assert chat.page.is_visible(".yj-admin") is (role == "admin")
    chat.page.click(".yj-who-name")
    chat.page.click("text=退出登录")
    chat.page.wait_for_selector("[name=password]")
    chat.page.goto(f"{served_team.url}/library")
    assert chat.page.is_visible("[name=password]")
    chat.close()


def test_admins_add_and_remove_on_the_page(served_team: Team, browser: Any) -> None:
    chat = Visitor(browser, served_team.url, "admin")
    chat.page.goto(f"{served_team.url}/account")
    chat.page.fill(".yj-new-user [name=name]", "新同事")
    chat.page.fill(".yj-new-user [name=password]", PASSWORD)
    chat.page.click("text=加用户")
    chat.page.wait_for_selector("[aria-label=移除用户：新同事]")
    chat.page.wait_for_selector(".yj-log li:first-child >> text=加用户")
    chat.page.click("[aria-label=移除用户：新同事]")
    chat.page.click("[data-yes]")
    chat.page.wait_for_selector("[aria-label=移除用户：新同事]", state="detached")
    chat.page.click(f"[aria-label=移除用户：{NAMES['admin']}]")
    chat.page.click("[data-yes]")
    chat.page.wait_for_selector(".yj-trouble .yj-error")
    assert "最后一个能登录的管理员" in chat.page.inner_text(".yj-trouble")
    chat.close()


def test_conversations_of_before_are_moved_only_when_asked(served_team: Team, browser: Any) -> None:
    chat = Visitor(browser, served_team.url, "admin")
    old = {
        "id": "old-1",
        "title": "从前问的",
        "touched": 1,
        "turns": [{"id": "o1", "question": "问"}],
    }
    chat.page.evaluate(
        "(one) => localStorage.setItem('youju.conversation.old-1', JSON.stringify(one))", old
    )
    chat.page.reload()
    chat.page.wait_for_selector(".yj-who")
    assert "从前问的" not in titles(chat)
    chat.page.goto(f"{served_team.url}/account")
    chat.page.click("[data-adopt]")
    chat.page.click("[data-yes]")
    chat.page.wait_for_selector("text=已移过去 1 个对话")
    chat.page.goto(f"{served_team.url}/")
    chat.page.wait_for_selector(".yj-conversation >> text=从前问的")
    chat.close()
