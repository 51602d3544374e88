"""Collections, tags and the bin in a real browser, on the library page and in the chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import MARKS, Chat, Server, wait_for_chat
from fake_pipeline import FakePipeline, IngestHere
from pages import BRIDGE, TEA, ingest_into, write
from plain_pages import Visit

from rag.library.library import Library
from rag.settings import Settings, load_settings

pytestmark = MARKS

NIGHT = "夜校开课\n夜校昨晚开课，报名的有二百人。\n"
DEFAULT = "默认文集"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    ingest_into(tmp_path / "data", write(tmp_path / "in", bridge=BRIDGE, tea=TEA, night=NIGHT))
    return load_settings(tmp_path / "data")


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    with Server(settings, FakePipeline, chat=False, ingester=IngestHere(settings)) as server:
        yield server


@pytest.fixture(params=[1280, 390])
def visit(browser: Any, server: Server, request: Any) -> Iterator[Visit]:
    visit = Visit(browser, server.url, "/library", viewport={"width": request.param, "height": 800})
    visit.page.wait_for_selector("[data-drops=ready]")
    visit.page.locator(".yj-listed .yj-article-row").nth(2).wait_for()
    yield visit
    visit.close()


def rows(page: Any) -> list[str]:
    return sorted(page.locator(".yj-listed .yj-name").all_inner_texts())


def select(page: Any, *titles: str) -> None:
    for title in titles:
        page.get_by_label(f"选择《{title}》").check()


def said(page: Any, text: str) -> None:
    page.locator(".yj-undo", has_text=text).wait_for()


def test_articles_are_moved_tagged_removed_and_put_back(visit: Visit, settings: Settings) -> None:
    page = visit.page
    assert page.locator("#yj-move-to").is_hidden()
    page.click("text=新建文集")
    page.keyboard.type(DEFAULT)
    page.keyboard.press("Enter")
    page.locator(".yj-naming-said", has_text="已经有名为").wait_for()
    page.fill("[name=name]", "工程")
    page.keyboard.press("Enter")
    page.locator(".yj-listed", has_text="这个文集里还没有文章").wait_for()
    assert page.locator(".yj-selection").is_hidden()
    assert "新文章存进文集“工程”" in page.locator(".yj-into").inner_text()
    page.locator(".yj-shelf", has_text="全部").click()
    page.locator(".yj-listed .yj-article-row").nth(2).wait_for()
    select(page, "青石湾大桥合龙", "夜校开课")
    assert page.locator(".yj-selected").inner_text() == "选中 2 篇"
    page.fill("#yj-add-tag", "要闻")
    page.keyboard.press("Enter")
    said(page, "已给 2 篇加上“要闻”")
    page.select_option("#yj-move-to", "工程")
    said(page, "已把 2 篇移到“工程”")
    assert not visit.too_wide()
    page.locator(".yj-shelf", has_text="工程").click()
    page.locator(".yj-count", has_text="2 篇，库里共 3 篇").wait_for()
    assert rows(page) == ["夜校开课", "青石湾大桥合龙"]
    page.locator(".yj-all").check()
    page.click("[data-remove-selected]")
    said(page, "已移除 2 篇")
    page.locator(".yj-listed", has_text="这个文集里还没有文章").wait_for()
    page.locator(".yj-undo button", has_text="撤销").click()
    said(page, "已恢复 2 篇")
    assert rows(page) == ["夜校开课", "青石湾大桥合龙"]
    with Library.open(settings.data_dir) as library:
        assert [one.articles for one in library.collections()] == [1, 2]
        assert [one.articles for one in library.tags()] == [2]


def test_the_bin_is_looked_into_and_emptied(visit: Visit, settings: Settings) -> None:
    page = visit.page
    page.locator(".yj-all").check()
    page.click("[data-remove-selected]")
    said(page, "已移除 3 篇")
    page.locator(".yj-bin summary", has_text="回收站 3 篇").click()
    page.get_by_label("恢复《夜校开课》").click()
    said(page, "已恢复 1 篇")
    page.locator(".yj-bin summary", has_text="回收站 2 篇").wait_for()
    assert rows(page) == ["夜校开课"]
    visit.confirm(lambda: page.click("[data-purge]"))
    said(page, "已清空回收站，共 2 篇")
    page.locator(".yj-past summary", has_text="不再用来回答的 2 篇").wait_for()
    with Library.open(settings.data_dir) as library:
        assert (len(library.heads()), library.binned()) == (1, ())
    page.locator(".yj-listed .yj-article-row").click()
    page.locator("dialog[open] [data-remove]").click()
    said(page, "已移除 1 篇")
    page.locator(".yj-teach h3").wait_for()
    page.locator(".yj-undo button").click()
    page.locator(".yj-listed .yj-article-row").wait_for()


def test_a_collection_is_renamed_and_removed_with_its_articles_kept(
    visit: Visit, settings: Settings
) -> None:
    page = visit.page
    with Library.open(settings.data_dir, write=True) as library:
        library.create_collection("<b>工程</b>")
        library.move("<b>工程</b>", [one.article.article_id for one in library.heads()][:1])
    page.reload()
    page.locator(".yj-shelf", has_text="<b>工程</b>").click()
    page.click("text=改名")
    page.fill("[name=name]", "水利")
    page.keyboard.press("Enter")
    page.locator(".yj-shelf[aria-pressed=true]", has_text="水利").wait_for()
    page.click("text=删除文集")
    page.locator("dialog[open] select").select_option(label=DEFAULT)
    page.click("dialog[open] [type=submit]")
    page.locator(".yj-shelf").nth(2).wait_for(state="detached")
    # the shelves are drawn before the list, whose reply brings the count
    page.locator(".yj-count", has_text=re.compile("^共 3 篇$")).wait_for()
    assert len(rows(page)) == 3
    assert "collection" not in page.url


def test_an_upload_goes_to_the_collection_that_is_shown(visit: Visit, settings: Settings) -> None:
    page = visit.page
    with Library.open(settings.data_dir, write=True) as library:
        library.create_collection("渡口")
    page.reload()
    page.locator(".yj-shelf", has_text="渡口").click()
    page.locator(".yj-into", has_text="渡口").wait_for()
    content = "# 渡口\n\n三号渡口昨天通船。".encode()
    page.set_input_files(
        "input[type=file]", [{"name": "a.txt", "mimeType": "text/plain", "buffer": content}]
    )
    page.locator(".yj-listed .yj-article-row", has_text="渡口").wait_for()
    assert rows(page) == ["渡口"]


def test_the_chat_chooses_collections_and_remembers_them(browser: Any, settings: Settings) -> None:
    with Library.open(settings.data_dir, write=True) as library:
        made = library.create_collection("工程")
        bridge = next(
            one.article.article_id for one in library.heads() if "大桥" in one.article.title
        )
        library.move("工程", [bridge])
        library.tag(["要闻"], [bridge])
    with Server(settings, FakePipeline, ingester=IngestHere(settings)) as server:
        wait_for_chat(server.url)
        chat = Chat(browser, server.url)
        page, chips = chat.page, chat.page.locator(".yj-filter")
        page.locator(".yj-count", has_text="3 篇").wait_for()
        page.click(".yj-filter-toggle")
        page.locator(".yj-pick", has_text=DEFAULT).click()
        assert "没有" in chat.ask("青石湾大桥总投资多少亿元？").inner_text()
        page.click(".yj-filter-toggle")
        page.locator(".yj-pick", has_text="工程").click()
        assert chips.all_inner_texts() == [f"文集：{DEFAULT}", "文集：工程"]
        page.locator(".yj-filter", has_text=DEFAULT).click()
        assert "大桥" in chat.ask("青石湾大桥总投资多少亿元？").locator(".yj-card").inner_text()
        page.evaluate(
            """Object.keys(localStorage).filter((key) => key !== "youju.shelves")
              .forEach((key) => localStorage.removeItem(key))"""
        )
        chat.open(server.url)
        page.locator(".yj-filter", has_text="工程").wait_for()
        with Library.open(settings.data_dir, write=True) as library:
            library.rename_collection(made.id, "水利")
        chat.open(server.url)
        page.locator(".yj-toast", has_text="“工程”已经不在了").wait_for()
        assert chips.count() == 0
        page.click(".yj-filter-toggle")
        page.locator(".yj-pick", has_text="要闻").click()
        assert chips.all_inner_texts() == ["标签：要闻"]
        page.set_viewport_size({"width": 390, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        chat.close()
