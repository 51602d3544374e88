"""Take the README's screenshots of the real page: `python scripts/screenshots.py`.

Ingests the sample corpus into a temporary library, serves it and drives Debian's Chromium.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import sync_playwright

from ingest.indexing import ingest
from rag.embedding import open_embedder
from rag.library import Library
from rag.settings import Settings, load_settings
from ui.server import create_app

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ANSWERED = "青石湾大桥总投资多少？"
REFUSED = "江州市的市长今年多少岁？"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    """Write every picture to docs/screenshots."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder))
        with Library.open(settings.data_dir, write=True) as library:
            ingest([ROOT / "corpus"], library, open_embedder(settings.embedding), settings)
        server, url = _serve(settings)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _take(browser, url, "chat", WIDE, "light")
            _take(browser, url, "chat-dark", WIDE, "dark")
            _take(browser, url, "chat-phone", PHONE, "light")
            browser.close()
        server.should_exit = True


def _serve(settings: Settings) -> tuple[uvicorn.Server, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(settings), port=port, log_level="warning")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.1)
    return server, f"http://127.0.0.1:{port}/"


def _take(browser: Any, url: str, name: str, size: dict[str, int], scheme: str) -> None:
    """Three pictures: the empty chat, a refusal, and an answer beside its article."""
    context = browser.new_context(
        viewport=size, color_scheme=scheme, locale="zh-CN", device_scale_factor=2
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(".yj-suggestion", timeout=60_000)
    page.screenshot(path=str(PICTURES / f"{name}-start.png"))
    for question in (REFUSED, ANSWERED):
        shown = page.locator(".yj-turn .yj-card").count()
        page.fill("#yj-input", question)
        page.keyboard.press("Enter")
        page.locator(".yj-turn .yj-card").nth(shown).wait_for()
        page.wait_for_timeout(400)
        if question == REFUSED:
            page.screenshot(path=str(PICTURES / f"{name}-refusal.png"))
    page.locator(".yj-turn [data-cite]").last.click()
    page.wait_for_selector("mark")
    page.wait_for_timeout(300)
    page.screenshot(path=str(PICTURES / f"{name}.png"))
    context.close()


if __name__ == "__main__":
    main()
