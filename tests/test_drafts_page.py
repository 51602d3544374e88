"""Drafts on the evaluation page, by mouse and by keys alone; names of sets and runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import HOSTILE, MARKS, Server, until
from fake_pipeline import FakePipeline, write_library
from plain_pages import Visit
from test_evaluation_page import add, jsonl, run

from eval.feedback import Feedback, FeedbackStore
from eval.question_sets import load_questions
from rag.data_model.answers import Question
from rag.language.visible import visible
from rag.settings import Settings, load_settings

pytestmark = MARKS

MORE = (
    "江口大桥全长2360米，主塔高180米。\n青湾茶厂占地500亩。江岸灯塔全长90米。灯塔岛现有120户。\n"
    "低空经济是指以低空空域为依托、以飞行器为主体的综合经济形态。\n"
)
WRONG = {
    "id": "错",
    "question": "海上风电的风机去年发电多少千瓦时？",
    "answers": [["9.2亿千瓦时"]],
    "evidence": ["灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"],
}


class Mistaken(FakePipeline):
    """Quotes the second best, so that there is something that should have won."""

    def _sentences(self, question: str, filters: Any) -> Any:
        found = super()._sentences(question, filters)
        best = max(found, key=lambda one: one.score)
        return [one for one in found if one is not best or "去年" not in question]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings(tmp_path)
    write_library(settings.data_dir)
    write_library(settings.data_dir, body=MORE, title="江口见闻")
    return settings


@pytest.fixture
def visit(browser: Any, settings: Settings) -> Iterator[Visit]:
    with Server(settings, Mistaken, chat=False) as server:
        visit = Visit(browser, server.url, "/evaluation")
        visit.page.wait_for_selector(".yj-choice")
        yield visit
        visit.close()


def judge_one(settings: Settings, question: str, **said: Any) -> None:
    """What somebody said of an answer in the chat."""
    pipeline = FakePipeline(settings)
    answer = pipeline.ask(Question(question=question))
    pipeline.close()
    FeedbackStore(settings.data_dir).add(Feedback(id="one", answer=answer, **said))


def name_it(visit: Visit, name: str) -> None:
    visit.page.locator(".yj-naming input").fill(name)
    visit.page.keyboard.press("Enter")
    visit.page.locator(".yj-naming").wait_for(state="detached")


def test_drafts_are_looked_through_by_keys_and_saved_as_a_set(
    visit: Visit, settings: Settings
) -> None:
    judge_one(settings, "灯塔岛风电场有多少台风机？", verdict="down", expected="38台")
    page = visit.page
    page.locator("[data-open-drafts]").press("Enter")
    until(page, "document.activeElement.matches('[data-propose]')")  # none is there yet
    page.keyboard.press("Enter")
    page.locator(".yj-draft").first.wait_for()
    until(page, "document.activeElement.matches('.yj-draft')")
    cards = page.locator(".yj-draft")
    assert cards.count() >= 4
    assert "来自评价" in cards.first.inner_text()
    bridge = cards.filter(has_text="江口大桥全长多少米？")
    assert "江口大桥全长2360米" in bridge.inner_text()
    first = page.evaluate("document.activeElement.dataset.draft")
    page.keyboard.press("a")
    page.locator(f'[data-draft="{first}"][data-state=accepted]').wait_for()
    until(page, f"document.activeElement.dataset.draft != '{first}'")
    other = page.locator(".yj-draft[data-state=open]").filter(has_not_text="江口大桥全长").first
    second = other.get_attribute("data-draft")
    other.press("x")
    page.locator(f'[data-draft="{second}"][data-state=rejected]').wait_for()
    bridge.focus()
    page.keyboard.press("e")
    until(page, "document.activeElement.name == 'question'")
    page.keyboard.type("那座")  # the field's end is not known: both stand somewhere in it
    page.locator("[name=answers]").fill("2360米|2.36公里")
    page.locator("[name=question]").fill("江口大桥有多长？")
    page.locator("[name=question]").press("Enter")
    edited = cards.filter(has_text="江口大桥有多长？")
    edited.wait_for()
    assert "改过" in edited.inner_text()
    edited.press("a")
    page.locator(".yj-drafts-count", has_text="收下 2").wait_for()
    with page.expect_download() as download:
        page.click("text=下载表格")
    table = load_questions(Path(download.value.path()))
    assert {"江口大桥有多长？", "灯塔岛风电场有多少台风机？"} <= {q.question for q in table}
    page.click("[data-save-drafts]")
    name_it(visit, "我的题.jsonl")
    page.locator(".yj-choice:has(:checked)", has_text="我的题.jsonl").wait_for()
    assert "2 题" in page.locator(".yj-choice:has(:checked)").inner_text()
    page.click("[data-propose]")  # neither what was saved nor what was rejected comes again
    page.locator(".yj-drafts-said", has_text="没有").or_(
        page.locator(".yj-drafts-said", has_text="拟出")
    ).wait_for()
    known = {one.get_attribute("data-draft") for one in page.locator(".yj-draft").all()}
    assert not known & {first, second}
    run(visit, "我的题.jsonl")


def test_what_makes_no_question_is_told_and_the_draft_stays(visit: Visit) -> None:
    page = visit.page
    page.click("[data-open-drafts]")
    page.click("[data-propose]")
    page.locator(".yj-draft").first.wait_for()
    page.locator("[data-edit]").first.click()
    page.locator("[name=question]").fill("\u3000")
    page.click(".yj-draft-edit [type=submit]")
    page.locator(".yj-draft-wrong .yj-error", has_text="空的").wait_for()
    page.keyboard.press("Escape")
    before = page.locator(".yj-draft").first.inner_text()
    page.locator("[data-edit]").first.click()
    page.locator("[name=answers]").fill("别的答案")
    page.click(".yj-draft-edit [type=submit]")
    page.locator(".yj-remarks", has_text="证据里没有这个答案：别的答案").wait_for()
    assert page.locator(".yj-draft").first.inner_text() != before


def test_hostile_drafts_are_only_text(browser: Any, settings: Settings) -> None:
    text = "".join(HOSTILE)[:900]
    judge_one(settings, text, verdict="down", expected=HOSTILE[0], evidence=HOSTILE[:6])
    with Server(settings, FakePipeline, chat=False) as server:
        phone = Visit(browser, server.url, "/evaluation", viewport={"width": 390, "height": 844})
        phone.page.click("[data-open-drafts]")
        phone.page.click("[data-propose]")
        phone.page.locator(".yj-draft").first.wait_for()
        shown = phone.page.locator(".yj-draft").first.text_content()
        assert visible(HOSTILE[0]) in shown
        assert phone.page.locator("main :is(img, script, iframe)").count() == 0
        assert phone.too_wide() == []
        phone.close()


def test_sets_and_runs_are_renamed_and_a_set_is_deleted_without_its_runs(visit: Visit) -> None:
    page = visit.page
    assert page.locator(".yj-of-set").is_hidden()  # nobody renames what comes with the program
    add(visit, "旧名.jsonl", jsonl([WRONG]))
    page.locator(".yj-choice:has(:checked)", has_text="旧名.jsonl").wait_for()
    page.click("[data-rename-set]")
    name_it(visit, "<b>新名</b>.jsonl")
    page.locator(".yj-choice:has(:checked)", has_text="<b>新名</b>.jsonl").wait_for()
    run(visit, "<b>新名</b>.jsonl")
    page.click("[data-rename]")
    name_it(visit, "换阈值以前")
    page.locator(".yj-run[aria-current]", has_text="换阈值以前").wait_for()
    page.locator(".yj-run-head h2", has_text="换阈值以前").wait_for()
    assert "<b>新名</b>.jsonl" in page.locator(".yj-run-head").inner_text()
    assert "核" in page.locator(".yj-run-head").inner_text()
    visit.confirm(lambda: page.click("[data-remove-set]"))
    page.locator(".yj-choice", has_text="新名").wait_for(state="detached")
    page.locator(".yj-run[aria-current]", has_text="换阈值以前").click()
    page.locator(".yj-asked", has_text="海上风电").wait_for()


def test_a_wrong_answer_leads_to_what_should_have_won_in_one_click(visit: Visit) -> None:
    page = visit.page
    add(visit, "错题.jsonl", jsonl([WRONG]))
    page.locator(".yj-choice:has(:checked)", has_text="错题.jsonl").wait_for()
    run(visit, "错题.jsonl")
    with visit.context.expect_page() as opened:
        page.click(".yj-should")
    there = opened.value
    there.wait_for_selector(".yj-passage mark")
    sides = there.locator(".yj-sides section")
    assert "该引的" in sides.nth(0).inner_text()
    assert "检索得分" in sides.nth(0).inner_text()
    assert "实引的" in sides.nth(1).inner_text()
    assert "把握" in sides.nth(1).inner_text()
    assert "38台风机" in there.locator(".yj-passage mark").inner_text()
    run_id = page.locator(".yj-run[aria-current]").get_attribute("data-run")
    reply = httpx.get(f"{visit.url}evaluation/runs/{run_id}/passage?id=x", timeout=30)
    assert (reply.status_code, reply.json()["code"]) == (422, "bad_request")


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("PATCH", "sets/bundled", {"name": "x"}, "set_bundled"),
        ("DELETE", "sets/bundled", None, "set_bundled"),
        ("PATCH", "sets/none", {"name": "x"}, "set_missing"),
        ("PATCH", "runs/none", {"name": "x"}, "run_missing"),
        ("PATCH", "runs/none", {"name": " "}, "bad_request"),
        ("POST", "drafts/decide", {"id": "none", "state": "accepted"}, "draft_missing"),
        ("POST", "drafts/save", {"name": "x"}, "draft_missing"),
        ("GET", "drafts/file.xlsx", None, "draft_missing"),
        ("POST", "drafts", {"count": 0}, "bad_request"),
    ],
)
def test_what_cannot_be_is_told_in_our_words(
    visit: Visit, method: str, path: str, body: Any, code: str
) -> None:
    reply = httpx.request(method, f"{visit.url}evaluation/{path}", json=body)
    assert reply.status_code in {400, 404, 409, 422}
    assert reply.json()["code"] == code
    evil = {"Origin": "http://evil.example"}
    if method != "GET":
        again = httpx.request(method, f"{visit.url}evaluation/{path}", json=body, headers=evil)
        assert again.status_code == 403


def test_an_empty_library_has_nothing_to_draft(browser: Any, tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "other")
    write_library(settings.data_dir, body="天。\n", title="天")
    with Server(settings, FakePipeline, chat=False) as server:
        reply = httpx.post(f"{server.url}evaluation/drafts", json={}, timeout=30)
    assert (reply.status_code, reply.json()["code"]) == (422, "nothing_to_draft")
