"""The settings page in a real browser: changed, refused beside the field, kept, set back."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import HOSTILE, MARKS, Server
from fake_pipeline import FakePipeline, write_library
from plain_pages import Visit

from rag.settings import load
from rag.settings.catalogue import catalogue

pytestmark = MARKS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YOUJU_ANSWER__READ", "3")
    write_library(tmp_path / "data")
    (tmp_path / "data" / "youju.toml").write_text("[answer]\nnearest = 5\n", encoding="utf-8")
    return tmp_path / "data"


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    with Server(load(home), FakePipeline, chat=False) as server:
        yield server


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Visit]:
    visit = Visit(browser, server.url, "/library")
    visit.page.click(".yj-nav >> text=设置")
    visit.page.wait_for_selector(".yj-setting")
    yield visit
    visit.close()


def row(visit: Visit, key: str) -> Any:
    return visit.page.locator(f".yj-setting[data-key='{key}']")


def field(visit: Visit, key: str) -> Any:
    return row(visit, key).locator(".yj-field")


def in_force(server: Server) -> dict[str, Any]:
    body = httpx.get(f"{server.url}v1/settings").json()
    return {one["key"]: one["value"] for one in body["settings"]}


def test_every_setting_is_shown_with_its_source_and_explained(visit: Visit, home: Path) -> None:
    keys = [row.get_attribute("data-key") for row in visit.page.locator(".yj-setting").all()]
    assert keys == list(catalogue())
    assert str(home / "youju.toml") in row(visit, "answer.nearest").inner_text()
    assert "环境变量 YOUJU_ANSWER__READ" in row(visit, "answer.read").inner_text()
    threshold = row(visit, "answer.threshold").inner_text()
    assert all(part in threshold for part in ("把握低于它就拒答", "0 到 1 的数", "默认值"))
    fixed = row(visit, "server.port")
    assert "重新启动后" in fixed.inner_text()
    assert fixed.locator("input").count() == 0
    assert visit.page.locator(".yj-bar").is_hidden()


def test_what_is_wrong_stands_beside_its_field(visit: Visit, server: Server) -> None:
    field(visit, "answer.sure").fill("0.7")
    field(visit, "answer.threshold").fill("7")
    visit.page.keyboard.press("Enter")
    wrong = row(visit, "answer.threshold").locator(".yj-wrong:not(:empty)")
    wrong.wait_for()
    assert wrong.inner_text() == "7 不行，应是 0 到 1 的数"
    assert field(visit, "answer.threshold").get_attribute("aria-invalid") == "true"
    assert visit.page.evaluate("document.activeElement.dataset.setting") == "answer.threshold"
    assert in_force(server)["answer.sure"] == 0.6  # all or none
    assert field(visit, "answer.sure").input_value() == "0.7"
    field(visit, "answer.threshold").fill("0.3")
    assert wrong.count() == 0
    visit.page.keyboard.press("Enter")
    visit.page.locator(".yj-said", has_text="已用上").wait_for()
    assert in_force(server) | {"answer.sure": 0.7, "answer.threshold": 0.3} == in_force(server)


def test_a_change_is_used_at_once_and_set_back(visit: Visit, server: Server, home: Path) -> None:
    before = (home / "youju.toml").read_bytes()
    field(visit, "answer.question_limit").fill("5")
    visit.page.click("[type=submit]")
    back = row(visit, "answer.question_limit").locator("[data-back]")
    back.wait_for()
    asked = httpx.post(f"{server.url}v1/ask", json={"question": "灯塔岛风电场有多少台风机？"})
    assert asked.json()["code"] == "question_too_long"
    assert (home / "youju.toml").read_bytes() == before
    visit.page.reload()
    back.wait_for()
    assert back.inner_text() == "改回 2000（默认值）"
    back.click()
    visit.page.locator(".yj-said", has_text="已改回").wait_for()
    assert back.count() == 0
    assert in_force(server)["answer.question_limit"] == 2000


def test_it_is_written_only_where_that_is_asked_for(visit: Visit, home: Path) -> None:
    field(visit, "answer.read").fill("5")
    row(visit, "retrieval.systems").locator("select").select_option("dense")
    visit.page.check("[name=save]")
    visit.page.click("[type=submit]")
    visit.page.locator(".yj-notice", has_text="YOUJU_ANSWER__READ").wait_for()
    written = tomllib.loads((home / "youju.toml").read_text(encoding="utf-8"))
    assert written == {"answer": {"nearest": 5, "read": 5}, "retrieval": {"systems": "dense"}}
    assert "youju.toml" in row(visit, "retrieval.systems").locator(".yj-tag").inner_text()


def test_changes_that_are_not_used_are_given_up_or_asked_about(
    visit: Visit, server: Server
) -> None:
    field(visit, "answer.threshold").fill("0.9")
    assert "改了 1 项" in visit.page.locator(".yj-bar").inner_text()
    visit.page.click("text=放弃")
    assert field(visit, "answer.threshold").input_value() == "0.2"
    assert visit.page.locator(".yj-bar").is_hidden()
    row(visit, "answer.nearest").locator("[data-fill]").click()
    assert field(visit, "answer.nearest").input_value() == "3"
    visit.leave(lambda: visit.page.click(".yj-nav >> text=文章"))  # leaves unsaved changes
    visit.page.wait_for_url("**/library")
    assert in_force(server)["answer.nearest"] == 5


def test_hostile_values_are_only_text(visit: Visit, server: Server) -> None:
    for text in HOSTILE:
        field(visit, "answer.threshold").fill(text[:40])
        visit.page.keyboard.press("Enter")
        row(visit, "answer.threshold").locator(".yj-wrong:not(:empty)").wait_for()
    visit.page.click("text=放弃")
    assert in_force(server)["answer.threshold"] == 0.2


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(browser: Any, server: Server, width: int) -> None:
    visit = Visit(browser, server.url, "/settings", viewport={"width": width, "height": 800})
    visit.page.wait_for_selector(".yj-setting")
    assert not visit.too_wide()
    field(visit, "answer.threshold").fill("x")
    visit.page.keyboard.press("Enter")
    row(visit, "answer.threshold").locator(".yj-wrong:not(:empty)").wait_for()
    assert not visit.too_wide()
    visit.page.click("text=放弃")
    visit.close()
