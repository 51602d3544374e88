"""The chat in a real browser: a real server, a real library, Debian's Chromium."""

from __future__ import annotations

import gc
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import FakePipeline, write_library

from rag.assembly import open_pipeline
from rag.embedding import HashingEmbedder
from rag.settings import Settings, load_settings
from ui.engine import Opener, Pipeline
from ui.server import create_app

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
    # Gradio, built in a thread, leaves an event loop and its sockets for the collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PAGE = """江州日报 2024年3月5日 第6版

# 灯塔岛的风电

□本报记者 何苇

灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。

海上风电是利用海面上的风力发电的新行业，不占用土地，离用电的城市也近。

""" + "\n\n".join(f"这是灯塔岛见闻的第{n}段，写的是码头、渔船和晒网的人。" for n in range(1, 60))
ASKED = "灯塔岛风电场有多少台风机？"
QUOTE = "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "'\"><svg onload=alert(1)>",
    "[点](javascript:alert(1))",
    "![](http://evil.example/x.png)",
    '<a href="http://evil.example">点</a>',
    "${alert(1)}{{alert(1)}}`${1}`",
    "<style>*{background:url(http://evil.example)}</style>",
    "<iframe src=//evil.example></iframe>",
    "&lt;b&gt;&#60;script&#62;",
    "</textarea></div></section><h1>断</h1>",
    "\u202e翻转\u200b零宽\ufeff",
)


class Server:
    """Uvicorn on a free port of this machine, in a thread."""

    def __init__(self, settings: Settings, opener: Opener) -> None:
        import uvicorn

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        config = uvicorn.Config(
            create_app(settings, opener), port=self.port, log_level="error", access_log=False
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Server:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)


@pytest.fixture(scope="module", autouse=True)
def leftovers_are_collected() -> Iterator[None]:
    """Collect what Gradio leaves while this module's warning filter still holds."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A library ingested from a page; the fake ask flow over it, so that answers are known."""
    from ingest.indexing import ingest
    from rag.library import Library

    folder = tmp_path_factory.mktemp("browser")
    (folder / "灯塔岛.txt").write_text(PAGE, encoding="utf-8")
    settings = load_settings(folder / "data")
    with Library.open(settings.data_dir, write=True) as library:
        report = ingest([folder / "灯塔岛.txt"], library, HashingEmbedder(), settings)
    assert not report.failed
    with Server(settings, FakePipeline) as server:
        wait_for_chat(server.url)
        yield server


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real ask flow over a library that is not there yet."""

    def opener(settings: Settings) -> Pipeline:
        return open_pipeline(settings, HashingEmbedder())

    with Server(load_settings(tmp_path_factory.mktemp("empty") / "none"), opener) as server:
        wait_for_chat(server.url)
        yield server


def wait_for_chat(url: str) -> None:
    """Return when Gradio is built: CPython 3.11 cannot parse code in two threads at once."""
    while "gradio_config" not in httpx.get(url).text:
        time.sleep(0.1)


@pytest.fixture(scope="module")
def browser(server: Server, empty_server: Server) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Chat:
    """A page of the chat, and everything that must not happen on it."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        self.context = browser.new_context(locale="zh-CN", **options)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("dialog", self._dismiss)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._look(request.url, url))
        self.open(url)

    def _dismiss(self, dialog: Any) -> None:
        self.faults.append("dialog")
        dialog.dismiss()

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector("#yj-input", timeout=30_000)

    def ask(self, question: str) -> Any:
        before = self.page.locator(".yj-turn").count()
        self.page.fill("#yj-input", question)
        self.page.keyboard.press("Enter")
        turn = self.page.locator(".yj-turn").nth(before)
        turn.locator(".yj-card").first.wait_for()
        return turn

    def _look(self, asked: str, own: str) -> None:
        if not asked.startswith((own, "data:", "blob:")):
            self.faults.append(f"request to {asked}")


@pytest.fixture
def chat(browser: Any, server: Server) -> Iterator[Chat]:
    chat = Chat(browser, server.url)
    yield chat
    chat.context.close()
    assert not chat.faults


def in_view(chat: Chat, selector: str) -> bool:
    inside = chat.page.evaluate(
        """selector => {
          const mark = document.querySelector(selector).getBoundingClientRect();
          const pane = document.querySelector(".yj-article").getBoundingClientRect();
          return mark.top >= pane.top && mark.bottom <= pane.bottom && mark.width > 0;
        }""",
        selector,
    )
    return bool(inside)


def test_a_citation_opens_the_article_at_the_quote(chat: Chat) -> None:
    turn = chat.ask(ASKED)
    assert QUOTE in turn.inner_text()
    turn.locator(".yj-statement .yj-chip", has_text="[1]").click()
    chat.page.wait_for_selector("mark")
    assert "".join(chat.page.locator("mark").all_inner_texts()) == QUOTE
    assert in_view(chat, "mark")
    reading = chat.page.locator(".yj-reading").inner_text()
    for part in ("江州日报", "2024-03-05", "第6版", "灯塔岛的风电", "何苇", "海上风电是利用"):
        assert part in reading
    chat.page.keyboard.press("Escape")
    assert chat.page.locator(".yj-reading").is_hidden()


def test_a_quote_far_down_is_scrolled_to(chat: Chat) -> None:
    chat.ask("灯塔岛见闻的第57段").locator(".yj-statement .yj-chip").click()
    chat.page.wait_for_selector("mark")
    assert "第57段" in chat.page.locator("mark").inner_text()
    assert in_view(chat, "mark")


def test_a_refusal_looks_like_one_and_its_passages_open(chat: Chat) -> None:
    turn = chat.ask("谁发明了电话机？")
    assert "没有找到依据" in turn.inner_text()
    assert turn.locator(".yj-statement").count() == 0
    turn.locator(".yj-near").first.click()
    chat.page.wait_for_selector("mark")


def test_a_follow_up_shows_what_was_searched(chat: Chat) -> None:
    chat.ask(ASKED)
    turn = chat.ask("那去年发电多少？")
    assert "实际检索" in turn.inner_text()
    turn.locator(".yj-searched button").click()
    assert chat.page.input_value("#yj-input") == f"{ASKED}去年发电多少？"


def test_keys(chat: Chat) -> None:
    chat.page.fill("#yj-input", "一")
    chat.page.keyboard.press("Shift+Enter")
    assert chat.page.input_value("#yj-input") == "一\n"
    chat.page.fill("#yj-input", "")
    chat.ask(ASKED)
    chat.page.keyboard.press("ArrowUp")
    assert chat.page.input_value("#yj-input") == ASKED


def test_suggested_questions_are_asked_by_a_click(chat: Chat) -> None:
    chat.page.locator(".yj-suggestion", has_text="海上风电是什么？").click()
    chat.page.wait_for_selector(".yj-answer")


def test_conversations_survive_a_reload_and_are_exported(chat: Chat, server: Server) -> None:
    chat.ask(ASKED)
    chat.open(server.url)
    chat.page.wait_for_selector(".yj-turn")
    assert QUOTE in chat.page.locator(".yj-turn").inner_text()
    for kind, suffix in (("markdown", ".md"), ("word", ".docx"), ("json", ".json")):
        with chat.page.expect_download() as download:
            chat.page.click(f"[data-export={kind}]")
        assert download.value.suggested_filename.endswith(suffix)
        content = Path(download.value.path()).read_bytes()
        if kind == "markdown":
            assert "何苇. 灯塔岛的风电[N]. 江州日报, 2024-03-05(6)." in re.sub(
                r"\\", "", content.decode()
            )
    chat.page.click(".yj-new")
    assert chat.page.locator(".yj-turn").count() == 0
    assert chat.page.locator(".yj-conversation").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_sideways_scrolling(
    browser: Any, server: Server, scheme: str
) -> None:
    phone = Chat(browser, server.url, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    turn = phone.ask(ASKED)
    turn.locator(".yj-statement .yj-chip").click()
    phone.page.wait_for_selector("mark")
    assert in_view(phone, "mark")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    paper = phone.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(25, 24, 22)") == (scheme == "dark")
    phone.context.close()
    assert not phone.faults


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_questions_are_only_text(chat: Chat, hostile: str) -> None:
    turn = chat.ask(hostile)
    assert turn.locator(".yj-question").text_content() == hostile
    assert turn.locator("img, script, svg, iframe, style, a").count() == 0


def test_hostile_documents_are_only_text(browser: Any, tmp_path: Path) -> None:
    body = "\n".join(f"灯塔岛第{n}条写着{text}，到此为止。" for n, text in enumerate(HOSTILE))
    write_library(tmp_path, body, title="".join(HOSTILE))
    with Server(load_settings(tmp_path), FakePipeline) as server:
        chat = Chat(browser, server.url)
        for n in (0, 6, 10):
            turn = chat.ask(f"灯塔岛第{n}条写着什么到此为止")
            turn.locator("[data-cite]").first.click()
            chat.page.wait_for_selector("mark")
            shown = chat.page.locator(".yj-article").text_content()
            assert all(text in shown for text in HOSTILE)
        assert chat.page.locator(".yj-article").locator("img, script, svg, iframe").count() == 0
        chat.context.close()
        assert not chat.faults


def test_an_empty_library_teaches(browser: Any, empty_server: Server) -> None:
    chat = Chat(browser, empty_server.url)
    chat.page.wait_for_selector(".yj-teach")
    assert "youju ingest" in chat.page.locator(".yj-teach").inner_text()
    chat.context.close()
    assert not chat.faults
