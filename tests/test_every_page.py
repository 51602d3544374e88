"""Every page in every state: no wider than the window, and nothing that shuts somebody out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import MARKS, until
from page_states import BY_ROLE, State, log_in, with_users, without_users

pytestmark = MARKS

WIDTHS = {1280: 800, 390: 844, 1920: 1000}
SCHEMES = ("light", "dark")
SERIOUS = {"moderate", "serious", "critical"}
WIDER = """() => {
  const reaches = (one) => one.getBoundingClientRect().right > innerWidth + 1;
  const held = (one) => {
    for (let up = one.parentElement; up; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible" && !reaches(up)) return true;
    return false;
  };
  const found = [...document.querySelectorAll("body *")]
    .filter((one) => one.offsetWidth && getComputedStyle(one).visibility !== "hidden")
    .filter((one) => reaches(one) && !held(one))
    .map((one) => `${one.tagName}.${one.className}`);
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`${scrollWidth} > ${clientWidth}`, ...found] : found;
}"""
"""What reaches over the right edge of the window and is not scrolled within something."""


class Visitor:
    """The browser of somebody with a role, logged in; nobody's for an empty role."""

    def __init__(self, browser: Any, url: str, role: str) -> None:
        self._context = browser.new_context(locale="zh-CN")
        self._context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        self._url = url
        self.page = self._context.new_page()
        if role:
            log_in(self.page, url, role)

    def see(self, state: State) -> None:
        """In a window of ordinary size."""
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.resize(1280)
        state(self.page, self._url)

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def close(self) -> None:
        self._context.close()


@pytest.fixture(scope="module", params=BY_ROLE, ids=lambda role: role or "nobody")
def role(request: pytest.FixtureRequest) -> str:
    given: str = request.param
    return given


@pytest.fixture(scope="module")
def team_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with with_users(tmp_path_factory.mktemp("every-page-team")) as team:
        yield team.url


@pytest.fixture(scope="module")
def open_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with without_users(tmp_path_factory.mktemp("every-page")) as url:
        yield url


@pytest.fixture(scope="module")
def visitor(browser: Any, role: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    made = Visitor(browser, request.getfixturevalue("team_url" if role else "open_url"), role)
    yield made
    made.close()


@pytest.fixture(scope="module")
def admin(browser: Any, team_url: str) -> Iterator[Visitor]:
    made = Visitor(browser, team_url, "admin")
    yield made
    made.close()


def test_no_page_is_wider_than_the_window(visitor: Visitor, role: str) -> None:
    found = {}
    for name, state in BY_ROLE[role].items():
        visitor.see(state)
        for width in WIDTHS:
            visitor.resize(width)
            found[name, width] = visitor.page.evaluate(WIDER)
    assert {key: wider for key, wider in found.items() if wider} == {}


@pytest.mark.parametrize("name", BY_ROLE["admin"])
def test_axe_finds_nothing_serious(admin: Visitor, name: str) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    admin.see(BY_ROLE["admin"][name])
    found = []
    for width in (1280, 390):
        admin.resize(width)
        for scheme in SCHEMES:
            admin.page.emulate_media(color_scheme=scheme)
            until(admin.page, "document.getAnimations().length === 0")
            for fault in axe.run(admin.page).response["violations"]:
                where = [node["html"][:200] for node in fault["nodes"]]
                if fault["impact"] in SERIOUS:
                    found.append((width, scheme, fault["id"], where))
    assert found == []
