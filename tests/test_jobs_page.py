"""The jobs page in a real browser: each state, what can be done, and the header's badge."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest
from browsing import MARKS, Server
from fake_pipeline import FakePipeline, IngestHere
from plain_pages import Visit

from eval.run_store import RunStore
from rag.errors import IngestBroken
from rag.settings import Settings
from ui.intake.jobs import Job
from ui.intake.journal import Journal

pytestmark = MARKS

QUESTIONS = '{"id": "1", "question": "石桥镇有多少个摊位？", "answerable": false}\n'


def page_of(name: str) -> bytes:
    return f"{name}的集市\n\n{name}逢五有集市，卖竹器的摊位有46个。\n".encode()


def opened(browser: Any, server: Server, width: int = 1280) -> Visit:
    visit = Visit(browser, server.url, "/jobs", viewport={"width": width, "height": 800})
    visit.page.wait_for_selector("[data-jobs=ready]")
    return visit


def sent(server: Server, *names: str) -> Any:
    files = [("files", (f"{name}.txt", page_of(name))) for name in names]
    return httpx.post(f"{server.url}v1/articles?wait=0", files=files, timeout=60).json()


def card(visit: Visit, title: str) -> Any:
    return visit.page.locator(".yj-job", has_text=title)


def test_a_job_is_watched_cancelled_retried_and_taken_off_with_keys(
    browser: Any, server: Server, ingester: IngestHere
) -> None:
    visit = opened(browser, server)
    page = visit.page
    assert "还没有任务" in page.locator(".yj-teach").inner_text()
    assert page.locator(".yj-badge").count() == 0
    ingester.hold = threading.Event()
    sent(server, "石桥")
    sent(server, "柳河", "白沙")
    page.reload()
    running, waiting = card(visit, "石桥.txt"), card(visit, "柳河.txt 等 2 个文件")
    running.locator(".yj-tag", has_text="正在做").wait_for()
    assert running.locator("progress").is_visible()
    assert "排队中" in waiting.inner_text()
    page.locator(".yj-badge", has_text="2").wait_for()
    assert page.locator('.yj-nav [aria-label="任务，2 个正在进行或排队"]').count() == 1
    assert not visit.too_wide()
    waiting.get_by_role("button", name="取消").focus()
    page.keyboard.press("Enter")
    waiting.locator(".yj-tag", has_text="已取消").wait_for()
    page.locator("[data-told]", has_text="已取消").wait_for(state="attached")
    assert page.locator("[data-group=past] .yj-job").count() == 1
    ingester.hold.set()
    running.locator(".yj-tag", has_text="做完了").wait_for()
    waiting.get_by_role("button", name="重试").click()
    waiting.locator(".yj-tag", has_text="做完了").wait_for()
    assert "存入 2 段" in waiting.inner_text()
    waiting.locator("summary").click()
    waiting.locator(".yj-log li", has_text="重试").wait_for()
    assert "做完了：2 个文件，存入 2 篇、2 段" in waiting.locator(".yj-log").inner_text()
    page.locator(".yj-badge").wait_for(state="detached")
    waiting.get_by_role("button", name="清除").click()
    waiting.wait_for(state="detached")
    page.click("[data-clear]")
    page.locator(".yj-teach").wait_for()
    visit.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_what_earlier_servers_left_is_shown_with_its_reason(
    browser: Any, settings: Settings, ingester: IngestHere, width: int
) -> None:
    file = settings.data_dir / "uploads" / "ab" / "石桥.txt"
    file.parent.mkdir(parents=True)
    file.write_bytes(page_of("石桥"))
    journal = Journal(settings.data_dir)
    journal.save(Job(("石桥.txt",), (file,), status="running", attempts=3))
    broken = Job(("<b>粗</b>.txt",), (file.with_name("没有.txt"),))
    broken.end("failed", "没有做完", IngestBroken())
    journal.save(broken)
    shelf = RunStore(settings.data_dir)
    kept, _ = shelf.add_set("集市.jsonl", QUESTIONS.encode())
    shelf.begin(kept.id)
    with Server(settings, FakePipeline, chat=False, ingester=ingester) as server:
        visit = opened(browser, server, width)
        page = visit.page
        failed = card(visit, "<b>粗</b>.txt")
        assert "导入进程中途退出" in failed.inner_text()
        assert failed.get_by_role("button", name="重试").count() == 0
        run = card(visit, "评测“集市.jsonl”")
        assert "中断了" in run.inner_text()
        assert not visit.too_wide()
        run.get_by_role("button", name="重试").click()
        run.locator(".yj-tag", has_text="做完了").wait_for()
        left = card(visit, "石桥.txt")
        assert "中断了" in left.inner_text()
        left.get_by_role("button", name="重试").click()
        left.locator(".yj-tag", has_text="做完了").wait_for()
        run.get_by_role("button", name="清除").click()
        page.locator("dialog.yj-confirm [data-yes]").click()
        run.wait_for(state="detached")
        page.click("[data-rebuild]")
        card(visit, "重建索引").wait_for()
        assert page.locator("main :is(b, script)").count() == 0
        visit.close()


def test_what_was_refused_and_what_is_being_stopped_is_said(
    browser: Any, server: Server, ingester: IngestHere
) -> None:
    visit = opened(browser, server)
    bad = [("files", ("坏.pdf", b"%PDF-1.7 and no more"))]
    httpx.post(f"{server.url}v1/articles?wait=20", files=bad, timeout=60)
    visit.page.reload()
    refused = card(visit, "坏.pdf")
    refused.locator(".yj-tag.yj-bad", has_text="没有收下").wait_for()
    assert "无法解析" in refused.locator(".yj-why").inner_text()
    ingester.hold = threading.Event()
    sent(server, "石桥")
    visit.page.reload()
    running = card(visit, "石桥.txt")
    running.get_by_role("button", name="取消").click()
    running.locator(".yj-tag", has_text="正在停下").wait_for()
    running.get_by_role("button", name="取消").wait_for(state="hidden")
    ingester.hold.set()
    running.locator(".yj-tag", has_text="已取消").wait_for()
    visit.close()


def test_a_lost_server_is_said_and_met_again(browser: Any, server: Server) -> None:
    visit = opened(browser, server)
    page = visit.page
    page.route("**/v1/jobs*", lambda route: route.abort())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator(".yj-error", has_text="连不上有据").wait_for()
    page.unroute("**/v1/jobs*")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator(".yj-error").wait_for(state="detached")
    visit.close()


def test_the_badge_stands_on_other_pages_too(
    browser: Any, server: Server, ingester: IngestHere
) -> None:
    ingester.hold = threading.Event()
    sent(server, "石桥")
    for path in ("/library", "/evaluation", "/settings"):
        visit = Visit(browser, server.url, path, viewport={"width": 390, "height": 800})
        visit.page.locator(".yj-badge", has_text="1").wait_for()
        assert not visit.too_wide()
        visit.close()
    ingester.hold.set()
