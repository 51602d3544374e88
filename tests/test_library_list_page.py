"""The library page in a real browser: many articles, folders, large files, addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import MARKS, Server
from plain_pages import Visit

from rag.data_model.documents import Article, Paragraph, SourceFile, Span
from rag.library.library import Library
from rag.library.records import NewDocument
from rag.models.embedding import HashingEmbedder
from rag.settings import Settings, load_settings

pytestmark = MARKS

COUNT = 120


def document(n: int, version: str = "") -> NewDocument:
    title, text = f"渡口{n:03}{version}", f"第{n}号渡口通船，{version}每天{n}班。"
    article = Article(
        article_id=f"a{n}{version}",
        title=title,
        paragraphs=(Paragraph(1, text, (Span(0, len(text)),), section="船班", speaker="何苇"),),
        authors=("何苇",) if n % 3 else ("丁禾",),
        newspaper="江州日报" if n % 2 else "江州晚报",
        date=f"20{20 + n % 4}-03-05",
    )
    source = SourceFile(f"/in/{n}", f"{n}.txt", f"{n}{version}", "utf-8", text)
    return NewDocument(source, source.path, (article,), ())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings(tmp_path / "data", server={"upload_limit_mb": 1})
    with Library.open(settings.data_dir, write=True) as library:
        model = HashingEmbedder().fingerprint
        library.store([document(n) for n in range(COUNT)], model)
        library.store([document(7, "新")], model)
    return settings


def opened(browser: Any, server: Server, address: str = "", width: int = 1280) -> Visit:
    size = {"width": width, "height": 800}
    visit = Visit(browser, server.url, f"/library{address}", viewport=size)
    visit.page.wait_for_selector("[data-drops=ready]")
    visit.page.locator(".yj-listed :is(.yj-article-row, .yj-label)").first.wait_for()
    return visit


def names(visit: Visit) -> list[str]:
    return list(visit.page.locator(".yj-listed .yj-name").all_inner_texts())


def counted(visit: Visit, text: str) -> None:
    visit.page.locator(".yj-count", has_text=text).wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_facets_and_order_stand_in_the_address(
    browser: Any, server: Server, width: int
) -> None:
    visit = opened(browser, server, width=width)
    page = visit.page
    counted(visit, "共 120 篇")
    assert names(visit)[:2] == ["渡口007新", "渡口119"]
    assert len(names(visit)) == 50
    page.get_by_role("button", name="下一页").click()
    page.locator(".yj-listed", has_text="渡口069").wait_for()
    page.fill(".yj-pager input", "3")
    page.keyboard.press("Enter")
    page.locator(".yj-listed", has_text="渡口000").wait_for()
    assert len(names(visit)) == 20
    assert page.get_by_role("button", name="下一页").is_disabled()
    page.locator("[data-facet=newspaper]", has_text="江州晚报（60）").wait_for()
    page.select_option("[data-facet=newspaper]", "江州晚报")
    counted(visit, "60 篇，库里共 120 篇")
    page.select_option("[data-facet=year]", "2022")
    counted(visit, "30 篇，库里共 120 篇")
    page.locator("[data-facet=author]", has_text="丁禾（10）").wait_for()
    page.select_option("[data-facet=author]", "丁禾")
    counted(visit, "10 篇")
    page.select_option("#yj-sort", "oldest")
    page.locator(".yj-listed .yj-name", has_text="渡口006").first.wait_for()
    assert not visit.too_wide()
    page.reload()
    counted(visit, "10 篇，库里共 120 篇")
    assert page.locator("[data-facet=year]").input_value() == "2022"
    assert page.locator("#yj-sort").input_value() == "oldest"
    page.click("[data-reset]")
    counted(visit, "共 120 篇")
    page.fill("#yj-wanted", "渡口 晚报 01")
    counted(visit, "5 篇，库里共 120 篇")
    page.fill("#yj-wanted", "没有的")
    page.locator(".yj-listed", has_text="没有这样的文章").wait_for()
    visit.close()


def test_all_that_is_sought_is_changed_at_once_over_its_pages(browser: Any, server: Server) -> None:
    visit = opened(browser, server, "?newspaper=江州日报")
    page = visit.page
    whole = page.locator("[data-select-all]")
    page.check(".yj-all")
    assert page.inner_text(".yj-selected") == "选中 50 篇"
    assert whole.inner_text() == "选中全部 60 篇"
    whole.click()
    page.locator(".yj-selected", has_text="选中 60 篇").wait_for()
    page.uncheck(".yj-listed [data-select] >> nth=0")  # one by one again
    assert page.inner_text(".yj-selected") == "选中 49 篇"
    assert whole.is_hidden()
    page.check(".yj-listed [data-select] >> nth=0")
    whole.click()
    page.locator(".yj-selected", has_text="选中 60 篇").wait_for()
    page.fill("#yj-add-tag", "要闻")
    page.press("#yj-add-tag", "Enter")
    page.locator(".yj-undo", has_text="已给 60 篇加上").wait_for()
    visit.close()
    tagged = httpx.get(f"{server.url}v1/articles", params={"tag": "要闻"}).json()
    assert {one["newspaper"] for one in tagged} == {"江州日报"}
    assert len(tagged) == 60


def test_all_of_a_list_that_is_no_longer_shown_is_not_selected(
    browser: Any, server: Server
) -> None:
    visit = opened(browser, server, "?newspaper=江州日报")
    page = visit.page
    waiting: list[Any] = []
    page.route("**/library/ids?*", lambda route: waiting.append(route))
    page.check(".yj-all")
    page.locator("[data-select-all]").click()
    page.select_option("[data-facet=newspaper]", "江州晚报")
    counted(visit, "60 篇，库里共 120 篇")
    page.locator(".yj-listed", has_text="渡口118").wait_for()
    with page.expect_response("**/library/ids?*"):
        waiting[0].continue_()
    page.wait_for_timeout(300)  # in which it would be taken up
    assert page.inner_text(".yj-selected") == "全选"
    visit.close()


def test_what_is_chosen_meanwhile_is_not_all(browser: Any, server: Server) -> None:
    visit = opened(browser, server)
    page = visit.page
    waiting: list[Any] = []
    page.route("**/library/ids?*", lambda route: waiting.append(route))
    page.check(".yj-all")
    page.locator("[data-select-all]").click()
    page.uncheck(".yj-listed [data-select] >> nth=0")
    with page.expect_response("**/library/ids?*"):
        waiting[0].continue_()
    page.wait_for_timeout(300)
    assert page.inner_text(".yj-selected") == "选中 49 篇"
    visit.close()


def test_a_list_of_more_than_can_be_changed_at_once_says_so(browser: Any, server: Server) -> None:
    visit = opened(browser, server)
    page = visit.page

    def longer(route: Any) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, json=reply.json() | {"count": 12345})

    page.route("**/library/list?*", longer)
    page.select_option("#yj-sort", "oldest")
    counted(visit, "12,345 篇")
    page.check(".yj-all")
    assert page.inner_text("[data-select-all]") == "选中前 10,000 篇（共 12,345 篇）"
    visit.close()


def test_what_was_replaced_can_be_read_with_its_headings(browser: Any, server: Server) -> None:
    visit = opened(browser, server)
    page = visit.page
    page.locator(".yj-past summary", has_text="不再用来回答的 1 篇").click()
    page.get_by_role("button", name="逐篇看").click()
    page.locator(".yj-listed", has_text="有了新版").wait_for()
    assert names(visit) == ["渡口007"]
    page.locator(".yj-listed .yj-article-row").click()
    dialog = page.locator("dialog[open]")
    dialog.locator(".yj-section", has_text="船班").wait_for()
    assert "后来有了新版" in dialog.inner_text()
    assert dialog.locator("form").count() == 0
    page.keyboard.press("Escape")
    page.select_option("#yj-view", "alike")
    page.locator(".yj-listed", has_text="没有内容相近的文章").wait_for()
    page.select_option("#yj-view", "live")
    page.locator(".yj-listed .yj-article-row", has_text="渡口007新").click()
    dialog.locator(".yj-section", has_text="船班").wait_for()
    assert dialog.locator(".yj-speaker").inner_text() == "何苇"
    visit.close()


def test_a_correction_shows_that_it_is_being_saved(browser: Any, server: Server) -> None:
    visit = opened(browser, server)
    page = visit.page
    page.locator(".yj-listed .yj-article-row").first.click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=title]").fill("渡口换了名")
    page.evaluate(
        """() => { const real = window.fetch; window.fetch = (...given) =>
          new Promise((done) => { window.goOn = () => done(real(...given)); }); }"""
    )
    dialog.locator("text=保存更正").click()
    dialog.get_by_text("正在保存……").wait_for()
    assert dialog.get_attribute("aria-busy") == "true"
    assert dialog.locator("text=保存更正").is_disabled()
    assert dialog.locator("[data-close]").is_enabled()
    page.evaluate("window.goOn()")
    dialog.get_by_text("已保存。").wait_for()
    assert dialog.locator("h3").inner_text() == "渡口换了名"
    assert dialog.locator("text=保存更正").is_enabled()
    visit.close()


def test_a_folder_is_chosen_and_its_hidden_files_left_out(
    browser: Any, server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "剪报"
    (folder / "三月").mkdir(parents=True)
    for n in range(30):
        (folder / "三月" / f"短讯{n:02}.txt").write_text(f"# 第{n}座桥\n\n第{n}座桥通车。")
    (folder / ".隐藏.txt").write_text("不要")
    visit = opened(browser, server)
    page = visit.page
    page.set_input_files(".yj-folder input", str(folder))
    page.locator(".yj-tally", has_text="共 30 个文件，处理完 30 个").wait_for()
    counted(visit, "共 150 篇")
    assert page.locator(".yj-file").count() == 30
    jobs = page.evaluate("fetch('/v1/jobs').then((reply) => reply.json())")
    assert sorted(job["total"] for job in jobs) == [10, 20]
    visit.close()


def test_a_large_file_goes_on_after_a_broken_connection_and_a_reload(
    browser: Any, server: Server, tmp_path: Path
) -> None:
    large = tmp_path / "大.txt"
    line = "第{}座桥通车，桥长{}米，两岸的居民不用再等渡船。\n\n"
    body = "# 桥\n\n" + "".join(line.format(n, n) for n in range(20))
    large.write_text(body + " " * (34 << 20))
    visit = opened(browser, server)
    page = visit.page
    sent: list[str] = []
    lost: list[str] = []

    def lossy(route: Any) -> None:
        number = route.request.url.rsplit("/", 1)[1]
        if number == "2" and len(lost) < 20:
            lost.append(number)
            route.abort()
            return
        sent.append(number)
        route.continue_()

    page.route("**/v1/uploads/*/parts/*", lossy)
    page.set_input_files(".yj-drop input", str(large))
    page.locator(".yj-file", has_text="连接断了，正在重试").wait_for()
    page.reload()
    page.wait_for_selector("[data-drops=ready]")
    lost.extend(["gone"] * 20)
    page.set_input_files(".yj-drop input", str(large))
    page.locator(".yj-file", has_text="存入 1 篇文章").wait_for(timeout=120_000)
    assert sent == ["0", "1", "2", "3", "4"]
    visit.close()


def test_a_web_address_is_refused_in_place(browser: Any, server: Server) -> None:
    visit = opened(browser, server)
    page = visit.page
    page.fill("#yj-url", "http://127.0.0.1:9/页")
    page.keyboard.press("Enter")
    row = page.locator(".yj-failed", has_text="不能导入这个网址")
    row.wait_for()
    assert "内网" in row.inner_text()
    assert page.locator("#yj-url").input_value().startswith("http://127")
    assert page.locator(".yj-web button").is_enabled()
    visit.close()
