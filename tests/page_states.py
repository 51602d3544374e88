"""Every page of ours and the states that it is seen in, for tests that look at all of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browsing import Server, wait_for_chat
from fake_pipeline import FakePipeline, IngestHere, write_library
from team import ASKED, NAMES, PASSWORD, Team, team

from rag.library.library import Library
from rag.settings import load_settings

State = Callable[[Any, str], None]
"""Takes a page of the browser and the server's address, without a slash; shows the state."""

REFUSED = "谁发明了电话机？"
QUOTED = "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"
SET = "".join(
    json.dumps(one, ensure_ascii=False) + "\n"
    for one in (
        {"id": "对", "question": ASKED, "answers": [["38台"]], "type": "how_many"},
        {"id": "错", "question": "海上风电是什么？", "answers": [["38台"]], "evidence": [QUOTED]},
        {"id": "拒", "question": REFUSED, "answerable": False, "type": "who"},
    )
).encode()
MORE = "江口大桥全长2360米，主塔高180米。\n青湾茶厂占地500亩。江岸灯塔全长90米。灯塔岛现有120户。\n"


def chat(page: Any, url: str) -> None:
    """Nothing asked yet."""
    page.goto(f"{url}/")
    page.wait_for_selector("#yj-input:enabled", timeout=90_000)
    page.wait_for_selector("#yj-loading", state="detached")
    page.locator(".yj-new").evaluate("one => one.click()")  # on a phone it is out of sight
    page.locator(".yj-suggestion:visible, .yj-teach:visible").first.wait_for()


def _asked(page: Any, question: str) -> Any:
    before = page.locator(".yj-turn").count()
    page.fill("#yj-input", question)
    page.keyboard.press("Enter")
    turn = page.locator(".yj-turn").nth(before)
    turn.locator(".yj-actions").wait_for()
    return turn


def chat_answer(page: Any, url: str) -> None:
    """An answer; its source open beside it, or above it on a phone."""
    chat(page, url)
    turn = _asked(page, ASKED)
    turn.locator(".yj-statement .yj-chip").click()
    page.wait_for_selector("mark")


def chat_refusal(page: Any, url: str) -> None:
    """A follow-up being changed, a refusal, and what is wrong with it."""
    chat(page, url)
    _asked(page, ASKED)
    _asked(page, "那去年发电多少？").locator("[data-edit]").click()
    turn = _asked(page, REFUSED)
    turn.locator("[data-rate=down]").click()
    turn.locator("[data-reason]:visible").first.click()


def chat_open(page: Any, url: str) -> None:
    """Filters, the export menu and, on a phone, the list of conversations."""
    chat(page, url)
    _asked(page, "你能做什么")
    page.click(".yj-filter-toggle")
    page.select_option("[name=newspaper]", "江州日报")
    page.fill("[name=date_from]", "2024年13月")
    page.keyboard.press("Enter")
    page.wait_for_selector(".yj-no-day:visible")
    page.locator("[data-shelf=collections] .yj-pick").first.click()
    page.click(".yj-menu summary")
    toggle = page.locator(".yj-list-toggle")
    if toggle.is_visible():
        toggle.click()
        page.wait_for_timeout(300)


def chat_share(page: Any, url: str) -> None:
    """The dialog that makes a link."""
    chat(page, url)
    _asked(page, ASKED).locator("[data-share='']").click()
    page.wait_for_selector(".yj-share[open]")


def library(page: Any, url: str) -> None:
    """The list, with hits of a search and articles selected."""
    page.goto(f"{url}/library")
    page.locator(".yj-listed .yj-article-row").first.wait_for()
    page.fill("#yj-query", "风机")
    page.click(".yj-find [type=submit]")
    page.locator(".yj-found .yj-snippet").first.wait_for()
    boxes = page.locator("[data-select]:visible")
    if boxes.count():
        boxes.first.check()


def library_article(page: Any, url: str) -> None:
    """One article."""
    page.goto(f"{url}/library")
    page.locator(".yj-listed .yj-article-row").first.click()
    page.locator("dialog[open] h3").wait_for()


def library_uploads(page: Any, url: str) -> None:
    """A file that came in and one that could not be read."""
    page.goto(f"{url}/library")
    page.wait_for_selector("[data-drops=ready]")
    files = [("石桥.txt", "石桥的集市\n\n石桥逢五有集市。\n".encode()), ("坏.pdf", b"%PDF-1.4 no")]
    page.set_input_files(
        ".yj-drop input",
        [{"name": name, "mimeType": "text/plain", "buffer": body} for name, body in files],
    )
    page.locator(".yj-file.yj-failed").wait_for()
    page.locator(".yj-tally", has_text="处理完 2 个").wait_for()


def jobs(page: Any, url: str) -> None:
    """Jobs that are over, the log of one open."""
    page.goto(f"{url}/jobs")
    page.wait_for_selector("[data-jobs=ready]")
    if page.locator(".yj-job summary").count():
        page.locator(".yj-job summary").first.click()


def evaluation(page: Any, url: str) -> None:
    """A run that is over and drafts to look through."""
    page.goto(f"{url}/evaluation")
    page.wait_for_selector(".yj-choice")
    if page.locator(".yj-run").count():
        page.locator(".yj-run").first.click()
    else:
        page.set_input_files(
            "input[type=file]", {"name": "风电.jsonl", "mimeType": "text/plain", "buffer": SET}
        )
        page.locator(".yj-choice:has(:checked)", has_text="风电.jsonl").wait_for()
        page.click("text=开始评测")
        page.locator(".yj-run[aria-current] b").wait_for()
    page.wait_for_selector(".yj-figures")
    page.locator("[data-open-drafts]").click()
    page.wait_for_selector(".yj-drafts:visible")
    if not page.locator(".yj-draft").count():
        page.click("[data-propose]")
    page.locator(".yj-draft").first.wait_for()


def evaluation_question(page: Any, url: str) -> None:
    """Both sides of a question that was answered wrongly."""
    evaluation(page, url)
    page.locator("[data-close-drafts]").click()
    page.locator(".yj-asked", has_text="海上风电").click()
    page.locator("dialog[open] .yj-sides").first.wait_for()


def evaluation_passage(page: Any, url: str) -> None:
    """What should have been quoted, on a page of its own."""
    evaluation(page, url)
    page.goto(url + page.locator(".yj-should").first.get_attribute("href"))
    page.wait_for_selector(".yj-passage mark")


def settings(page: Any, url: str) -> None:
    """One value that cannot be."""
    page.goto(f"{url}/settings")
    page.fill("#yj-answer-threshold", "7")
    page.keyboard.press("Enter")
    page.wait_for_selector(".yj-wrong:not(:empty)")


def reference(page: Any, url: str) -> None:
    """The description of the interface."""
    page.goto(f"{url}/docs")
    page.wait_for_selector("main h2")


def account(page: Any, url: str) -> None:
    """One's own things and, for an admin, the users and the log."""
    page.goto(f"{url}/account")
    page.wait_for_selector(".yj-who")
    page.wait_for_load_state("networkidle")
    page.locator(".yj-who-name").click()


def shared(page: Any, url: str) -> None:
    """An answer behind a link, as anybody sees it."""
    chat_share(page, url)
    if page.locator(".yj-share-anyone input").count():
        page.check(".yj-share-anyone input")
    page.click("text=生成链接")
    page.wait_for_selector(".yj-share [aria-label=分享的链接]")
    page.goto(page.input_value("[aria-label=分享的链接]"))
    page.wait_for_selector("main section")


def login(page: Any, url: str) -> None:
    """The form, after a wrong password; whoever was logged in no longer is."""
    page.context.clear_cookies()
    page.goto(f"{url}/library")
    page.fill("[name=name]", "无人")
    page.fill("[name=password]", "不是这个")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")


READING: dict[str, State] = {
    one.__name__: one
    for one in (
        chat,
        chat_answer,
        chat_refusal,
        chat_open,
        chat_share,
        library,
        library_article,
        reference,
        shared,
    )
}
"""Those that everybody may see."""

EDITING: dict[str, State] = {
    one.__name__: one
    for one in (library_uploads, jobs, evaluation, evaluation_question, evaluation_passage)
}
MANAGING: dict[str, State] = {"settings": settings}
OF_USERS: dict[str, State] = {one.__name__: one for one in (account, login)}
"""Those of a server that knows users; the last of them logs out."""

BY_ROLE = {
    "reader": READING | OF_USERS,
    "editor": READING | EDITING | OF_USERS,
    "admin": READING | EDITING | MANAGING | OF_USERS,
    "": READING | EDITING | MANAGING,
}
"""The states of each role; of a server without users under the empty name."""


def _filled(folder: Path) -> None:
    """A second article, and a second collection, so that there is something to choose."""
    write_library(folder, body=MORE, title="江口见闻")
    with Library.open(folder, write=True) as stored:
        stored.create_collection("工程")


@contextmanager
def with_users(folder: Path) -> Iterator[Team]:
    """A server with users, its chat built; two articles."""
    with team(folder, chat=True, team={"public_shares": True}) as made:
        _filled(folder)
        with made.client("admin") as client:
            while "gradio_config" not in client.get("/").text:
                time.sleep(0.1)
        yield made


@contextmanager
def without_users(folder: Path) -> Iterator[str]:
    """The address of a server without users."""
    write_library(folder)
    _filled(folder)
    given = load_settings(folder)
    with Server(given, FakePipeline, ingester=IngestHere(given)) as server:
        wait_for_chat(server.url)
        yield server.url.rstrip("/")


def log_in(page: Any, url: str, role: str) -> None:
    """By the form."""
    page.goto(f"{url}/library")
    page.fill("[name=name]", NAMES[role])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".yj-who")
