"""The site of the documentation: built strictly, complete, with nothing from another host."""

from __future__ import annotations

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import MARKS
from documents import PAGES, ROOT

from scripts.site_hooks import OUTSIDE, SECTION, on_page_content, turned, unlisted

FOREIGN = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*\s(?:src|href)=[\"']?(?:https?:)?//"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_every_page_is_in_the_site_and_the_navigation(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    for page in PAGES:
        place = page.relative_to(ROOT).as_posix()
        uri = OUTSIDE.get(place, place.removeprefix("docs/")).removesuffix(".md")
        uri = re.sub(r"README$", "index", uri)
        assert (site / f"{uri}.html").is_file(), uri
        if not uri.startswith("decisions/") or uri.endswith("index"):
            assert f'href="{uri}.html"' in home.replace('href="./', 'href="') or uri == "index", uri


@pytest.mark.slow
def test_nothing_is_taken_from_another_host(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        assert not FOREIGN.search(page.read_text(encoding="utf-8")), page
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", style.read_text("utf-8"))


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(MARKS[1].args[0], reason="Chromium is not installed")
@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_read_and_searched_in_chinese(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844}, locale="zh-CN")
    page.set_default_timeout(60_000)
    outside: list[str] = []
    page.on("request", lambda one: outside.append(one.url))
    for name in ("asking.html", "settings.html", "index.html"):
        page.goto(address + name)
        sizes = "[document.documentElement.scrollWidth, innerWidth]"
        assert page.evaluate(sizes) == [width, width], name
    if width < 1000:  # an address that searches, as one that somebody passes on
        page.goto(f"{address}index.html?q=拒答的阈值")
    else:
        field = page.locator(".md-search__input")
        field.press_sequentially("拒答的阈值")  # the site listens to keys, not to what is filled in
    page.wait_for_selector(".md-search-result__item a[href*='asking.html']", state="attached")
    assert page.evaluate("document.documentElement.lang") == "zh"
    assert [url for url in outside if not url.startswith((address, "blob:", "data:"))] == []
    page.close()


# -- the hooks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "link", "there"),
    [
        ("index.md", "docs/asking.md", "asking.md"),
        ("index.md", "docs/screenshots/answer.png", "screenshots/answer.png"),
        ("index.md", "CONTRIBUTING.md", "contributing.md"),
        ("asking.md", "answers.md#拒答的分寸", "answers.md#拒答的分寸"),
        ("asking.md", "../README.md#两条命令", "index.md#两条命令"),
        ("decisions/01-quotes-only.md", "../../README.md", "../index.md"),
        ("decisions/README.md", "01-quotes-only.md", "01-quotes-only.md"),
        ("architecture.md", "docs/python.md", "python.md"),
        ("asking.md", "#拒答", "#拒答"),
        ("asking.md", "https://example.com/a", "https://example.com/a"),
    ],
)
def test_links_hold_in_the_site(uri: str, link: str, there: str) -> None:
    assert turned(f"见[这里]({link})。", uri) == f"见[这里]({there})。"


def test_a_page_that_the_navigation_does_not_name_has_a_place() -> None:
    nav = [{"首页": "index.md"}, {SECTION: [{"运维": "operations.md"}]}, {"原理": ["a.md"]}]
    assert unlisted(nav, ["a.md", "new.md", "operations.md"]) == ["new.md"]


def test_lines_of_chinese_are_joined() -> None:
    html = "<p>用中文提问，\n有据作答。See\nthis 第一\n行</p><pre>一，\n二</pre>"
    joined = "<p>用中文提问，有据作答。See\nthis 第一行</p><pre>一，\n二</pre>"
    assert on_page_content(html) == joined
