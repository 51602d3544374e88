"""The evaluation page in a real browser: upload a set, run it, open a failure, compare two runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import HOSTILE, MARKS, Server
from fake_pipeline import FakePipeline, write_library
from plain_pages import Visit

from rag.language.visible import visible
from rag.settings import Settings, load_settings

pytestmark = MARKS

QUESTIONS = (
    {
        "id": "对",
        "question": "灯塔岛风电场有多少台风机？",
        "answers": [["38台"]],
        "type": "how_many",
    },
    {"id": "错", "question": "海上风电是什么？", "answers": [["潮汐"]], "type": "definition"},
    {"id": "拒", "question": "谁发明了电话机？", "answerable": False, "type": "who"},
)


def jsonl(records: Any) -> bytes:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()


class SlowPipeline(FakePipeline):
    """Takes its time, so that a run can be stopped."""

    def ask(self, question: Any, on_stage: Any = None) -> Any:
        import time

        time.sleep(0.05)
        return super().ask(question, on_stage)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = load_settings(tmp_path_factory.mktemp("evaluation"))
    write_library(settings.data_dir)
    return settings


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Server]:
    with Server(settings, SlowPipeline, chat=False) as server:
        yield server


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Visit]:
    visit = Visit(browser, server.url, "/evaluation")
    visit.page.wait_for_selector(".yj-choice")
    yield visit
    visit.close()


def add(visit: Visit, name: str, content: bytes) -> None:
    visit.page.set_input_files(
        "input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": content}
    )


def run(visit: Visit, name: str) -> None:
    visit.page.locator(".yj-choice", has_text=name).click()
    before = visit.page.locator(".yj-run").count()
    visit.page.click("text=开始评测")
    visit.page.locator(".yj-run").nth(before).wait_for()
    visit.page.locator(".yj-run[aria-current] b").wait_for()
    visit.page.wait_for_selector(".yj-figures")


def test_a_set_is_uploaded_run_and_a_failure_opened(visit: Visit) -> None:
    page = visit.page
    add(visit, "风电.jsonl", jsonl(QUESTIONS))
    page.locator(".yj-choice:has(:checked)", has_text="风电.jsonl").wait_for()
    run(visit, "风电.jsonl")
    figures = page.locator(".yj-figures").inner_text()
    for part in ("总正确率", "66.7%", "95% 区间", "多少", "定义"):
        assert part in figures
    assert page.locator(".yj-asked").count() == 3
    page.click("[data-fault=any]")
    page.locator(".yj-asked", has_text="海上风电").wait_for()
    page.locator(".yj-asked").nth(1).wait_for(state="detached")
    assert page.evaluate("document.activeElement.dataset.fault") == "any"
    page.locator(".yj-asked").press("Enter")
    sides = page.locator("dialog[open] .yj-sides section")
    assert "潮汐" in sides.nth(0).inner_text()
    assert "海上风电是利用海面上的风力发电的新行业" in sides.nth(1).inner_text()
    assert "《江州日报》" in sides.nth(1).inner_text()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    with page.expect_download() as download:
        page.click("text=报告")
    assert "海上风电是什么？" in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_run_may_keep_to_a_collection(visit: Visit, server: Server) -> None:
    page = visit.page
    assert page.locator("[name=within]").is_hidden()  # nothing to choose
    api = f"{server.url}v1/collections"
    made = httpx.post(api, json={"name": "空的"}).json()
    page.reload()
    page.select_option("[name=within]", "空的")
    add(visit, "文集.jsonl", jsonl(QUESTIONS))
    page.locator(".yj-choice:has(:checked)", has_text="文集.jsonl").wait_for()
    run(visit, "文集.jsonl")
    assert page.locator(".yj-run-head .yj-label").inner_text().startswith("文集：空的 ·")
    assert "33.3%" in page.locator(".yj-figures").inner_text()  # all are refused
    httpx.delete(f"{api}/{made['collection_id']}")
    refused = httpx.post(
        f"{server.url}evaluation/runs", json={"set_id": "bundled", "collections": ["空的"]}
    )
    assert (refused.status_code, refused.json()["code"]) == (404, "collection_missing")


def test_two_runs_are_compared(visit: Visit) -> None:
    page = visit.page
    add(visit, "比较.jsonl", jsonl([*QUESTIONS, {"question": "岛上的居民原来靠什么？"}]))
    page.locator(".yj-choice:has(:checked)", has_text="比较.jsonl").wait_for()
    run(visit, "比较.jsonl")
    run(visit, "比较.jsonl")
    page.select_option("[data-compare]", index=1)
    page.wait_for_selector(".yj-comparison")
    table = page.locator(".yj-comparison").inner_text()
    for part in ("甲", "乙", "总正确率", "+0.0%", "新答对 0 题", "新答错 0 题"):
        assert part in table
    figures = page.locator(".yj-figures").bounding_box()
    assert page.locator(".yj-comparison").bounding_box()["y"] < figures["y"]


def test_a_run_is_stopped_resumed_and_removed(visit: Visit) -> None:
    page = visit.page
    many = [
        {"id": str(n), "question": f"灯塔岛第{n}台风机？", "answers": [["x"]]} for n in range(80)
    ]
    add(visit, "很多.jsonl", jsonl(many))
    page.locator(".yj-choice:has(:checked)", has_text="很多.jsonl").wait_for()
    page.click("text=开始评测")
    page.locator(".yj-progress-text", has_text="/ 80 题").wait_for()
    page.locator(".yj-asked").first.wait_for()  # shown while it goes on
    assert page.locator(".yj-run", has_text="进行中").count() == 1
    page.click("[data-cancel]")
    page.locator(".yj-run[aria-current]", has_text="已停下").wait_for()
    assert 0 < page.locator(".yj-asked").count() < 80
    page.click("[data-resume]")
    page.wait_for_selector(".yj-figures")
    assert page.locator(".yj-asked").count() == 80
    before = page.locator(".yj-run").count()
    visit.confirm(lambda: page.click("[data-remove]"))
    page.locator(".yj-run").nth(before - 1).wait_for(state="detached")


def test_a_bad_set_says_which_line_and_the_next_one_works(visit: Visit) -> None:
    page = visit.page
    add(visit, "坏的.csv", "标题,正文\n一,二\n".encode())
    error = page.locator(".yj-said .yj-error")
    error.wait_for()
    assert "坏的.csv 第 1 行" in error.inner_text()
    assert "问题" in error.inner_text()
    add(visit, "半好.jsonl", jsonl(QUESTIONS[:1]) + b'{"question": 5}\n')
    page.locator(".yj-said .yj-notice", has_text="第 2 行").wait_for()
    assert error.count() == 0
    page.locator(".yj-choice:has(:checked)", has_text="半好.jsonl").wait_for()


def test_hostile_names_questions_and_answers_are_only_text(visit: Visit) -> None:
    page = visit.page
    texts = [text for text in HOSTILE if text.strip()]
    records = [
        {"id": text, "question": text, "answers": [[text]], "evidence": [text], "type": text}
        for text in texts
    ]
    add(visit, "<img src=x onerror=alert(1)>.jsonl", jsonl(records))
    name = "<img src=x onerror=alert(1)>"
    page.locator(".yj-choice:has(:checked)", has_text=name).wait_for()
    run(visit, name)
    for n, text in enumerate(texts):
        page.locator(".yj-asked").nth(n).click()
        dialog = page.locator("dialog[open]")
        dialog.wait_for()
        assert visible(text) in dialog.text_content()
        page.keyboard.press("Escape")
    assert (
        page.locator("main :is(img, script, style, iframe, h1), main svg:not(.yj-bar)").count() == 0
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_sideways_scrolling(
    browser: Any, server: Server, scheme: str
) -> None:
    phone = Visit(
        browser,
        server.url,
        "/evaluation",
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,
    )
    add(phone, "手机.jsonl", jsonl(QUESTIONS))
    phone.page.locator(".yj-choice:has(:checked)", has_text="手机.jsonl").wait_for()
    run(phone, "手机.jsonl")
    assert phone.too_wide() == []
    paper = phone.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(25, 24, 22)") == (scheme == "dark")
    phone.close()


@pytest.mark.parametrize("path", ["runs/nothing", "runs/x/compare/y", "runs/x/report.md"])
def test_what_is_not_there_is_a_404_in_our_words(server: Server, path: str) -> None:
    reply = httpx.get(f"{server.url}evaluation/{path}")
    assert reply.status_code == 404
    assert reply.json()["code"] in {"run_missing", "not_found"}


def test_only_our_own_page_may_write(server: Server) -> None:
    evil = {"Origin": "http://evil.example"}
    for path in ("sets", "runs", "cancel"):
        assert httpx.post(f"{server.url}evaluation/{path}", headers=evil).status_code == 403
    page = httpx.get(f"{server.url}evaluation")
    assert "unsafe" not in page.headers["content-security-policy"]
