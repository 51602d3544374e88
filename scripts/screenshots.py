"""Take the pictures of the real pages: `python scripts/screenshots.py [NAME…]`.

Ingests the sample corpus, and one of its files printed as a PDF, into a temporary library, serves
it and drives Debian's Chromium. Each scene is taken wide and on a phone, light and dark.
"""

from __future__ import annotations

import contextlib
import html
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import uvicorn
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from ingest.indexing import ingest
from rag.library.library import Library
from rag.models.opening import open_embedder
from rag.settings import Settings, load_settings
from ui.server import create_app

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
PRINTED = ROOT / "corpus" / "江州市低空经济发展评估报告.md"
QUESTIONS = ROOT / "corpus" / "questions.jsonl"
SET_NAME = "江州日报.jsonl"
SIZES = {"": {"width": 1280, "height": 800}, "-phone": {"width": 390, "height": 844}}
SCHEMES = {"": "light", "-dark": "dark"}
_LONG = 900_000  # ms
PRINT_STYLE = "body{font:13px/1.8 'Noto Serif CJK SC',serif;columns:2}p{text-indent:2em;margin:0}"


def start(page: Page) -> None:
    """The empty chat with its suggestions."""
    page.wait_for_selector(".yj-suggestion", timeout=120_000)


def answer(page: Page) -> None:
    """An answer beside its article."""
    _ask(page, "青石湾大桥总投资多少？")
    page.locator(".yj-chip").last.click()
    page.wait_for_selector("mark")


def refusal(page: Page) -> None:
    """A refusal with the nearest passages."""
    _ask(page, "江州市的市长今年多少岁？")


def follow_up(page: Page) -> None:
    """The completed question of a follow-up, being changed."""
    _ask(page, "低空经济是什么？")
    _ask(page, "那它有哪些应用场景？")
    page.locator("[data-edit]").last.click()


def several(page: Page) -> None:
    """An answer of several quotes, the second one open."""
    _ask(page, "课题组对发展低空经济提出了哪些建议？")
    page.locator(".yj-turn .yj-chip, .yj-turn .yj-near").last.click()
    page.wait_for_selector(".yj-drawn")


def pdf(page: Page) -> None:
    """The page of a PDF with the quote boxed."""
    _ask(page, "课题组走访了多少家企业？")
    page.locator(".yj-chip").last.click()
    page.wait_for_selector(".yj-drawn")
    page.click("[data-zoom]")


def filters(page: Page) -> None:
    """The filters and their chips."""
    page.click(".yj-filter-toggle")
    page.select_option("[name=newspaper]", index=1)
    page.fill("[name=date_from]", "2024-05")
    page.keyboard.press("Enter")
    page.locator("[name=article]").press_sequentially("低空")
    page.locator(".yj-found button").first.wait_for()


def judging(page: Page) -> None:
    """Why an answer is not good."""
    _ask(page, "江州市的市长今年多少岁？")
    page.locator("[data-rate=down]").last.click()
    page.locator("[data-reason]").first.click()


def library(page: Page) -> None:
    """The library, one article's particulars open."""
    page.goto(urljoin(page.url, "/library"))
    page.locator(".yj-listed .yj-article-row").nth(1).click()
    page.locator("dialog[open] h3").wait_for()


def evaluation(page: Page) -> None:
    """The figures of a question set, run once for all pictures."""
    page.goto(urljoin(page.url, "/evaluation"))
    page.wait_for_selector(".yj-choice")
    if not page.locator(".yj-run").count():
        page.set_input_files("input[type=file]", _some_questions())
        page.locator(".yj-choice:has(:checked)", has_text=SET_NAME).wait_for()
        page.click("text=开始评测")
    # Its score: it has come to its end.
    page.locator(".yj-run[aria-current] b").wait_for(timeout=_LONG)
    page.wait_for_selector(".yj-figures")
    page.locator(".yj-asked").first.wait_for()


def settings(page: Page) -> None:
    """The settings, two changed and one of them wrong."""
    page.goto(urljoin(page.url, "/settings"))
    page.fill("#yj-answer-sure", "0.7")
    page.fill("#yj-answer-threshold", "7")
    page.keyboard.press("Enter")
    page.wait_for_selector(".yj-wrong:not(:empty)")


SCENES: dict[str, Callable[[Page], None]] = {
    "start": start,
    "answer": answer,
    "refusal": refusal,
    "follow-up": follow_up,
    "several": several,
    "pdf": pdf,
    "filters": filters,
    "judging": judging,
    "library": library,
    "evaluation": evaluation,
    "settings": settings,
}


def main(names: list[str]) -> None:
    """Write the pictures of the scenes, all of them if none is named."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        settings = _library(browser, Path(folder))
        with _served(settings) as url:
            for size, viewport in SIZES.items():
                for suffix, scheme in SCHEMES.items():
                    for name in names or SCENES:
                        with _opened(browser, url, viewport, scheme) as page:
                            SCENES[name](page)
                            page.wait_for_timeout(700)
                            page.screenshot(path=str(PICTURES / f"{name}{size}{suffix}.png"))
        browser.close()


def _library(browser: Browser, folder: Path) -> Settings:
    printed = folder / f"{PRINTED.stem}.pdf"
    _print(browser, printed)
    paths = [*sorted((ROOT / "corpus").glob("*.txt")), printed]
    settings = load_settings(folder / "data")
    with Library.open(settings.data_dir, write=True) as library:
        ingest(paths, library, open_embedder(settings.embedding), settings)
    return settings


def _some_questions() -> FilePayload:
    """Every sixth question of the sample set."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    content = "\n".join(lines[::6]).encode()
    return {"name": SET_NAME, "mimeType": "application/json", "buffer": content}


def _print(browser: Browser, path: Path) -> None:
    _, _, body = PRINTED.read_text(encoding="utf-8").removeprefix("---").partition("---")
    lines = (line.lstrip("# ").strip() for line in body.splitlines())
    text = "".join(f"<p>{html.escape(line)}</p>" for line in lines if line)
    page = browser.new_page()
    page.set_content(f"<style>{PRINT_STYLE}</style>{text}")
    page.pdf(path=str(path), format="A4", margin={"top": "20mm", "left": "18mm", "right": "18mm"})
    page.close()


@contextlib.contextmanager
def _served(settings: Settings) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.1)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join(30)


@contextlib.contextmanager
def _opened(browser: Browser, url: str, size: Any, scheme: Any) -> Iterator[Page]:
    context = browser.new_context(
        viewport=size, color_scheme=scheme, locale="zh-CN", device_scale_factor=1.5
    )
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("#yj-input:enabled")
    yield page
    context.close()


def _ask(page: Page, question: str) -> None:
    shown = page.locator(".yj-actions").count()
    page.fill("#yj-input", question)
    page.keyboard.press("Enter")
    page.locator(".yj-actions").nth(shown).wait_for()


if __name__ == "__main__":
    main(sys.argv[1:])
