"""The library page in a real browser: files in, set right, found, removed; errors in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import HOSTILE, MARKS, Chat, Server, wait_for_chat
from fake_pipeline import FakePipeline, IngestHere
from plain_pages import Visit

from rag.library.library import Library
from rag.proof.verification import unproven_articles
from rag.settings import Settings

pytestmark = MARKS

PAGE = """江州日报 2024年3月5日 第6版

# 灯塔岛的风电

□本报记者 何苇

灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。

岛上的居民原来靠柴油机发电，一天只有六个小时的电。

# 石湾村办起夜校

□本报记者 丁禾

石湾村的夜校每周开三次课，教村民算账和开网店。

夜校的老师是镇上退休的会计。
"""


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    ingester = IngestHere(settings)
    with Server(settings, FakePipeline, chat=False, ingester=ingester) as server:
        yield server


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Visit]:
    visit = Visit(browser, server.url, "/library")
    visit.page.wait_for_selector("[data-drops=ready]")
    yield visit
    visit.close()


def drop(page: Any, *files: tuple[str, bytes]) -> None:
    page.set_input_files(
        "input[type=file]",
        [{"name": name, "mimeType": "text/plain", "buffer": content} for name, content in files],
    )


def add_page(visit: Visit) -> None:
    drop(visit.page, ("版面.txt", PAGE.encode()))
    visit.page.locator(".yj-listed .yj-article-row").nth(1).wait_for()


def open_article(visit: Visit, title: str) -> Any:
    visit.page.locator(".yj-listed .yj-article-row", has_text=title).click()
    dialog = visit.page.locator("dialog[open]")
    dialog.locator("h3", has_text=title).wait_for()
    return dialog


def test_an_empty_library_teaches_and_takes_its_first_file(visit: Visit) -> None:
    page = visit.page
    page.locator(".yj-teach").wait_for()
    taught = page.locator(".yj-teach").inner_text()
    for part in ("还没有文章", "程序所拟", ".pdf", ".docx"):
        assert part in taught
    add_page(visit)
    assert page.locator(".yj-teach").is_hidden()
    row = page.locator(".yj-listed .yj-article-row", has_text="灯塔岛的风电").inner_text()
    for part in ("《江州日报》", "2024-03-05", "第6版", "何苇", "段", "版面.txt"):
        assert part in row
    assert "存入 2 篇文章" in page.locator(".yj-file").inner_text()


def test_a_bad_file_says_so_in_place_and_the_next_one_works(visit: Visit) -> None:
    page = visit.page
    drop(page, ("坏的.pdf", b"not a pdf"), ("空的.txt", b"  \n"), ("版面.txt", PAGE.encode()))
    page.locator(".yj-listed .yj-article-row").nth(1).wait_for()
    bad = page.locator(".yj-file", has_text="坏的.pdf")
    assert "文件内容与扩展名不符" in bad.inner_text()
    assert "请改用正确的扩展名" in bad.inner_text()
    assert "文件里没有文字" in page.locator(".yj-file", has_text="空的.txt").inner_text()
    assert page.locator(".yj-failed").count() == 2


def test_particulars_are_corrected_and_kept(visit: Visit, settings: Settings) -> None:
    page = visit.page
    add_page(visit)
    dialog = open_article(visit, "石湾村办起夜校")
    dialog.locator("[name=title]").fill("石湾夜校开课了")
    dialog.locator("[name=authors]").fill("丁禾、周舟")
    dialog.locator("[name=date]").fill("上个月")
    dialog.locator("text=保存更正").click()
    dialog.locator(".yj-error", has_text="认不出日期").wait_for()
    dialog.locator("[name=date]").fill("2024年3月6日")
    dialog.locator("text=保存更正").click()
    dialog.locator("h3", has_text="石湾夜校开课了").wait_for()
    page.keyboard.press("Escape")
    row = page.locator(".yj-listed .yj-article-row", has_text="石湾夜校开课了")
    row.wait_for()
    assert "丁禾、周舟" in row.inner_text()
    assert "2024-03-06" in row.inner_text()
    assert page.locator(".yj-past").inner_text() == ""  # a corrected version is not listed as gone
    with Library.open(settings.data_dir) as library:
        assert not unproven_articles(library)


def test_pieces_are_joined_split_and_moved(visit: Visit, settings: Settings) -> None:
    add_page(visit)
    dialog = open_article(visit, "灯塔岛的风电")
    dialog.locator(".yj-piece").first.hover()
    dialog.locator("[data-join='1']").click()
    dialog.locator(".yj-tag", has_text="接得对，有人确认过").wait_for()
    assert dialog.locator(".yj-piece").count() == 1
    dialog.locator(".yj-cut").click()
    dialog.locator(".yj-piece").nth(1).wait_for()
    dialog.locator(".yj-piece").nth(1).hover()
    dialog.locator("[data-move='2']").select_option(label="石湾村办起夜校")
    dialog.locator(".yj-piece").nth(1).wait_for(state="detached")
    with Library.open(settings.data_dir) as library:
        texts = {one.article.title: one.article.text for one in library.articles()}
        assert not unproven_articles(library)
    assert texts["石湾村办起夜校"].startswith("岛上的居民原来靠柴油机发电")
    assert texts["灯塔岛的风电"] == "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"


def test_a_file_is_looked_at_corrected_and_then_stored(visit: Visit, settings: Settings) -> None:
    page = visit.page
    page.check("#yj-look-first")
    drop(page, ("版面.txt", PAGE.encode()))
    row = page.locator(".yj-file .yj-article-row", has_text="石湾村办起夜校")
    row.wait_for()
    with Library.open(settings.data_dir) as library:
        assert library.articles() == []
    row.click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=title]").fill("夜校")
    dialog.locator("text=保存更正").click()
    dialog.get_by_text("已保存。").wait_for()
    page.keyboard.press("Escape")
    page.locator(".yj-file button", has_text="存入").click()
    page.locator(".yj-listed .yj-article-row", has_text="夜校").wait_for()
    with Library.open(settings.data_dir) as library:
        assert [one.article.title for one in library.articles()] == ["灯塔岛的风电", "夜校"]


def test_words_are_found_and_marked_and_an_article_removed(visit: Visit) -> None:
    page = visit.page
    add_page(visit)
    page.fill("#yj-query", "３８台 發電")
    page.keyboard.press("Enter")
    page.wait_for_selector(".yj-found mark")
    assert set(page.locator(".yj-found mark").all_inner_texts()) >= {"38台", "发电"}
    page.locator(".yj-found .yj-article-row").first.click()
    mark = page.locator("dialog[open] mark").first
    mark.wait_for()
    assert mark.inner_text() in {"38台", "发电"}
    page.keyboard.press("Escape")
    page.fill("#yj-wanted", "丁禾")
    page.locator(".yj-listed .yj-article-row").nth(1).wait_for(state="detached")
    dialog = open_article(visit, "石湾村办起夜校")
    dialog.locator("[data-remove]").click()
    page.locator(".yj-listed", has_text="没有这样的文章").wait_for()
    page.locator(".yj-bin summary", has_text="回收站 1 篇").wait_for()


def test_emptying_the_bin_asks_in_a_dialog_of_ours(visit: Visit) -> None:
    page = visit.page
    add_page(visit)
    open_article(visit, "石湾村办起夜校").locator("[data-remove]").click()
    page.locator(".yj-bin summary", has_text="回收站 1 篇").click()
    purge = page.locator("[data-purge]")
    asking = page.get_by_role("alertdialog", name="清空回收站？")
    ways: list[Callable[[], object]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: page.keyboard.press("Enter"),  # the focus begins on 取消
        lambda: asking.get_by_role("button", name="取消").click(),
        lambda: page.mouse.click(5, 5),
    ]
    for no in ways:
        purge.focus()
        page.keyboard.press("Enter")
        asking.wait_for()
        assert "不能再恢复" in asking.inner_text()
        assert page.evaluate("document.activeElement.textContent") == "取消"
        no()
        asking.wait_for(state="detached")
        assert page.evaluate("document.activeElement.hasAttribute('data-purge')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "清空"
    page.keyboard.press("Enter")
    page.get_by_text("已清空回收站，共 1 篇").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_question_fits_every_window(
    browser: Any, server: Server, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 700}
    visit = Visit(browser, server.url, "/library", viewport=size, color_scheme=scheme)
    visit.page.wait_for_selector("[data-drops=ready]")
    add_page(visit)
    open_article(visit, "石湾村办起夜校").locator("[data-remove]").click()
    visit.page.locator(".yj-bin summary", has_text="回收站 1 篇").click()
    visit.page.locator("[data-purge]").click()
    box = visit.page.locator("dialog.yj-confirm").bounding_box()
    assert box["x"] > 0
    assert box["x"] + box["width"] < width
    assert not visit.too_wide()
    visit.close()


def test_many_files_are_taken_in_their_order_and_counted(visit: Visit) -> None:
    page = visit.page
    notes = [(f"短讯{n}.txt", f"# 第{n}号渡口\n\n第{n}号渡口通船。".encode()) for n in range(6)]
    drop(page, *notes, ("空的.txt", b" "))
    page.locator(".yj-tally", has_text="共 7 个文件，处理完 7 个，1 个没能读入").wait_for()
    shown = page.locator(".yj-file > .yj-row > .yj-name").all_inner_texts()
    assert shown == [name for name, _ in notes] + ["空的.txt"]
    assert "共 6 篇" in page.locator(".yj-count").inner_text()


def test_a_new_state_of_a_file_may_replace_the_old_one(visit: Visit, settings: Settings) -> None:
    page = visit.page
    add_page(visit)
    drop(page, ("版面.txt", PAGE.replace("38台", "41台").encode()))
    page.locator(".yj-file", has_text="原有一份同名的文件，其中 2 篇").wait_for()
    page.locator(".yj-file button", has_text="用这一份替换").click()
    page.locator(".yj-file", has_text="已替换同名的旧文件").wait_for()
    page.locator(".yj-count", has_text="共 2 篇").wait_for()
    assert page.locator(".yj-file button", has_text="两份都留着").count() == 0
    with Library.open(settings.data_dir) as library:
        text = "".join(one.article.text for one in library.articles())
        assert "41台" in text
        assert "38台" not in text
        assert len(library.articles(superseded=True)) == 2


def test_a_folder_that_is_dropped_gives_its_files(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    folder = tmp_path / "剪报"
    (folder / "三月").mkdir(parents=True)
    (folder / "三月" / "版面.txt").write_text(PAGE, encoding="utf-8")
    (folder / ".隐藏.txt").write_text("不要", encoding="utf-8")
    devtools = visit.context.new_cdp_session(page)
    area = page.locator(".yj-drop").bounding_box()
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": area["x"] + 50,
                "y": area["y"] + 50,
                "data": {"items": [], "files": [str(folder)], "dragOperationsMask": 1},
            },
        )
    page.locator(".yj-listed .yj-article-row").nth(1).wait_for()
    assert page.locator(".yj-file").count() == 1


def test_hostile_names_and_particulars_are_only_text(visit: Visit, settings: Settings) -> None:
    page = visit.page
    hostile = [text for text in HOSTILE if text.strip()]
    record = "---\ntitle: {0}\nauthors: {0}\n---\n\n这一篇写着{0}，到此为止。\n"
    drop(
        page,
        *(
            (f"{text}{n}.txt".replace("/", "／"), record.format(text).encode())
            for n, text in enumerate(hostile)
        ),
    )
    page.locator(".yj-file:has(progress:not([hidden]))").first.wait_for(state="detached")
    page.locator(".yj-listed .yj-article-row").nth(len(hostile) - 1).wait_for()
    for row in page.locator(".yj-listed .yj-article-row").all()[:6]:
        row.click()
        page.locator("dialog[open] .yj-text").wait_for()
        page.keyboard.press("Escape")
    foreign = page.locator(
        "main :is(img, script, style, iframe, svg, h1, object, embed, form form)"
    )
    assert foreign.count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_sideways_scrolling(
    browser: Any, server: Server, scheme: str
) -> None:
    phone = Visit(
        browser,
        server.url,
        "/library",
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,
    )
    add_page(phone)
    assert phone.too_wide() == []
    open_article(phone, "石湾村办起夜校")
    assert phone.too_wide() == []
    phone.close()


def test_a_file_dropped_here_is_quoted_in_the_chat_under_its_corrected_title(
    browser: Any, settings: Settings
) -> None:
    with Server(settings, FakePipeline, ingester=IngestHere(settings)) as server:
        wait_for_chat(server.url)
        visit = Visit(browser, server.url, "/library")
        visit.page.wait_for_selector("[data-drops=ready]")
        add_page(visit)
        dialog = open_article(visit, "灯塔岛的风电")
        dialog.locator("[name=title]").fill("灯塔岛用上了风电")
        dialog.locator("text=保存更正").click()
        dialog.locator("h3", has_text="灯塔岛用上了风电").wait_for()
        visit.close()
        chat = Chat(browser, server.url)
        turn = chat.ask("灯塔岛风电场有多少台风机？")
        assert "灯塔岛风电场共有38台风机" in turn.inner_text()
        assert "《灯塔岛用上了风电》" in turn.inner_text()
        chat.close()
