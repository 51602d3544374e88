"""A real server and a real browser for tests of the pages: Chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import served

from rag.settings import Loaded, Settings
from ui.engine import Opener
from ui.server import create_app

CHROMIUM = Path("/usr/bin/chromium")
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
# Text that would be markup, a script, a template or an address if anything took it for one.
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
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<object data=//evil.example></object>",
    "<embed src=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><button>提交</button></form>",
    "<marquee onstart=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--<img src=--><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "\"><button data-cite='{}'>假</button>",
    '" onmouseover=alert(1) x="',
    "' onfocus='alert(1)' autofocus='",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
    "#{7*7}<%= 7*7 %>{% raw %}",
    "@children@{children}",
    "\\u003cimg src=x onerror=alert(1)\\u003e",
    "%3Cimg%20src=x%20onerror=alert(1)%3E",
    "＜script＞alert(1)＜／script＞",
    "\u2028alert(1)\u2029",
)


class Server:
    """An application behind a free port of this machine; `options` are `create_app`'s."""

    def __init__(self, settings: Settings | Loaded, opener: Opener, **options: Any) -> None:
        self._serving = served(create_app(settings, opener, **options))
        self.url = ""

    def __enter__(self) -> Server:
        self.url = f"{self._serving.__enter__()}/"
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.__exit__(None, None, None)


@contextlib.contextmanager
def open_browser() -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


def wait_for_chat(url: str) -> None:
    """Return when Gradio is built: CPython 3.11 cannot parse code in two threads at once."""
    while "gradio_config" not in httpx.get(url).text:
        time.sleep(0.1)


def until(page: Any, expression: str, arg: Any = None) -> None:
    """Return when the page finds `expression` true; AssertionError after a minute.

    Playwright's own `wait_for_function` evaluates text inside the page, which the pages' content
    security policy forbids from the second look on.
    """
    ends = time.monotonic() + 60
    while not page.evaluate(expression, arg):
        assert time.monotonic() < ends, f"never true: {expression}"
        time.sleep(0.05)


class Chat:
    """A page of the chat, and everything that must not happen on it.

    `beside` is another page of the same browser: what the browser keeps, both have.
    """

    def __init__(
        self, browser: Any, url: str, *, beside: Chat | None = None, **options: Any
    ) -> None:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        self.context: Any = (
            browser.new_context(locale="zh-CN", **options) if beside is None else beside.context
        )
        self.context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
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
        self.page.wait_for_selector("#yj-input", timeout=90_000)
        self.page.wait_for_selector("#yj-loading", state="detached")  # the script has run

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

    def close(self) -> None:
        """Close the page and those beside it; nothing bad happened on it."""
        self.context.close()
        assert not self.faults

    def in_view(self, selector: str) -> bool:
        """Whether the whole element is visible in the article's pane."""
        inside = self.page.evaluate(
            """selector => {
              const mark = document.querySelector(selector).getBoundingClientRect();
              const pane = document.querySelector(".yj-article").getBoundingClientRect();
              return mark.top >= pane.top && mark.bottom <= pane.bottom && mark.width > 0;
            }""",
            selector,
        )
        return bool(inside)
