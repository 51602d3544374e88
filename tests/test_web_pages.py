"""Web pages: the article of ten families of sites, its day, its lists and what is hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
from site_pages import PARAGRAPHS, SITE_PAGES, TITLE, SitePage

from ingest.files.loading import LoadedFile, load
from ingest.pages.page import page_to_articles

PROSE = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


def read(tmp_path: Path, page: str) -> LoadedFile:
    path = tmp_path / "a.html"
    path.write_text(page, encoding="utf-8")
    (loaded,) = load(path)
    return loaded


def lines_of(tmp_path: Path, body: str, head: str = "") -> list[str]:
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return read(tmp_path, page).source.text.splitlines()


@pytest.mark.parametrize("site", SITE_PAGES, ids=lambda site: site.family)
def test_families_of_sites(tmp_path: Path, site: SitePage) -> None:
    (article,) = page_to_articles(read(tmp_path, site.html))
    assert article.title == TITLE
    texts = [paragraph.text for paragraph in article.paragraphs]
    assert [text for text in texts if text in PARAGRAPHS] == list(PARAGRAPHS)
    strange = ("别处", "另一篇", "隔壁县", "首页", "扫一扫", "埋下", "读者甲", "ICP", "打印本页")
    assert not [text for text in texts if any(word in text for word in strange)]
    assert (article.date, article.newspaper) == (site.date, site.newspaper)


class TestDates:
    @pytest.mark.parametrize(
        "body",
        [
            "<p>水闸定于2022年7月4日开工，请各村做好准备，不要误了农时。</p>",
            "<p>联系电话：0519-20220704，传真：2022-0704，欢迎来电垂询。</p>",
            "<p>根据柏政发〔2022〕7号、〔2022〕4号文件，各村的水闸由各村自己看管。</p>",
            "<p>水闸的照片见下。<img src='/2022/07/04/1.jpg'></p>",
            "<ul><li><a href='/2022/07/04/2.html'>另一条</a> 2022-07-04</li></ul>",
            "<div class='foot'>Copyright © 2022-07-04 柏溪网</div>",
            "<div>今天是2022年7月4日 星期一</div>",
            "<p>报名时间：2022年7月4日 09:00，逾期不再受理，请各村互相转告。</p>",
        ],
    )
    def test_days_that_the_page_only_mentions(self, tmp_path: Path, body: str) -> None:
        page = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{body}{PROSE}"
        assert read(tmp_path, page).metadata.date is None

    @pytest.mark.parametrize(
        ("head", "body"),
        [
            ("<meta itemprop='datePublished' content='2022-07-04'>", ""),
            ("<meta property='og:url' content='https://a.example/2022/0704/c1-2.html'>", ""),
            ("", "<div>发布时间：2022-07-04 09:30:00</div>"),
            ("", "<div><span>日期：</span><span>2022/7/4</span></div>"),
            ("", "<div>2022年7月4日 09:30 来源：<a href='/'>柏溪日报</a> 浏览：35次</div>"),
            ("", "<table><tr><td>成文日期</td><td>二〇二二年七月四日</td></tr></table>"),
            ("", "<div>成文日期：2022-07-04</div><div>发布日期：2022-07-20</div>"),
        ],
    )
    def test_days_that_the_page_states(self, tmp_path: Path, head: str, body: str) -> None:
        page = f"<html><head><title>{TITLE}</title>{head}</head>"
        loaded = read(tmp_path, f"{page}<body><h1>{TITLE}</h1>{body}{PROSE}</body></html>")
        assert loaded.metadata.date == "2022-07-04"

    def test_where_a_browser_saved_it_from(self, tmp_path: Path) -> None:
        saved = "<!-- saved from url=(0041)https://a.example/2022-07/04/content_9.htm -->"
        page = f"<!DOCTYPE html>\n{saved}\n<html><head></head><body>{PROSE}</body></html>"
        assert read(tmp_path, page).metadata.date == "2022-07-04"


class TestHidden:
    def test_answers_that_a_click_unfolds(self, tmp_path: Path) -> None:
        faq = "".join(
            f"<div class='item'><h3>第{n}个问题怎么办理？</h3>"
            f"<div class='answer' style='display:none'><p>{text}</p></div></div>"
            for n, text in enumerate(PARAGRAPHS)
        )
        lines = lines_of(tmp_path, f"<h1>办事问答</h1>{faq}")
        assert [line for line in lines if line in PARAGRAPHS] == list(PARAGRAPHS)

    def test_a_hidden_box_beside_the_text_stays_hidden(self, tmp_path: Path) -> None:
        box = "<div style='display:none'><p>弹窗里的话，谁也没有看见。</p></div>"
        loaded = read(tmp_path, f"<html><body>{PROSE}{box}</body></html>")
        assert loaded.source.text.splitlines() == list(PARAGRAPHS)
        assert loaded.remarks == ("略去了网页里 1 处看不见的文字",)

    def test_what_lies_off_the_screen_never_shows(self, tmp_path: Path) -> None:
        spam = f"<div style='position:absolute;left:-9999px'>{'关键词，关键词。' * 99}</div>"
        assert lines_of(tmp_path, f"{PROSE}{spam}") == list(PARAGRAPHS)


class TestLists:
    @pytest.mark.parametrize(
        ("tag", "items", "shown"),
        [
            ("<ol>", "<li>开闸<li>放水", ["1. 开闸", "2. 放水"]),
            (
                "<ol start=4>",
                "<li>开闸<li value=9>放水<li>关闸",
                ["4. 开闸", "9. 放水", "10. 关闸"],
            ),
            ("<ol type=A>", "<li>开闸<li>放水", ["A. 开闸", "B. 放水"]),
            ("<ol reversed>", "<li>开闸<li>放水", ["2. 开闸", "1. 放水"]),
            (
                "<ol style='list-style-type: cjk-ideographic'>",
                "<li>开闸<li>放水",
                ["一、开闸", "二、放水"],
            ),
            (
                "<ol>",
                "<li>开闸<ol type=i><li>看水位</ol><li>放水",
                ["1. 开闸", "i. 看水位", "2. 放水"],
            ),
            ("<ol>", "<li>1. 开闸<li>（2）放水", ["1. 开闸", "（2）放水"]),
            ("<ol style='list-style:none'>", "<li>开闸<li>放水", ["开闸", "放水"]),
            ("<ul>", "<li>开闸<li>放水", ["开闸", "放水"]),
        ],
    )
    def test_numbers_stand_before_items(
        self, tmp_path: Path, tag: str, items: str, shown: list[str]
    ) -> None:
        close = "</ul>" if tag == "<ul>" else "</ol>"
        lines = lines_of(
            tmp_path, f"<p>{PARAGRAPHS[0]}</p>{tag}{items}{close}<p>{PARAGRAPHS[1]}</p>"
        )
        assert lines == [PARAGRAPHS[0], *shown, PARAGRAPHS[1]]

    def test_a_style_sheet_takes_the_numbers_off(self, tmp_path: Path) -> None:
        lines = lines_of(
            tmp_path, f"<ol><li>开闸</li></ol>{PROSE}", "<style>ul,ol{list-style:none}</style>"
        )
        assert lines[0] == "开闸"


def test_heights_and_readings(tmp_path: Path) -> None:
    body = (
        "<p>水闸每天过水6.1×10<sup>5</sup>吨，闸室38m<sup>2</sup>，药剂是H<sub>2</sub>O<sub>2</sub>。</p>"
        "<p>老闸建于清代<sup><a href='#n1'>1</a></sup>，共十二孔<sup>2</sup>，"
        "地名<ruby>浔<rt>xún</rt></ruby>口。</p>"
        "<p>闸口面积<math><mi>S</mi><mo>=</mo><msup><mi>a</mi><mn>2</mn></msup></math>，以米计算。</p>"
    )
    assert lines_of(tmp_path, body) == [
        "水闸每天过水6.1×10⁵吨，闸室38m²，药剂是H₂O₂。",
        "老闸建于清代[1]，共十二孔[2]，地名浔口。",
        "闸口面积S=a²，以米计算。",
    ]


@pytest.mark.parametrize(
    ("full", "title"),
    [
        ("水闸完工_柏溪网", "水闸完工"),
        ("水闸完工 - 柏溪县人民政府", "水闸完工"),
        ("水闸完工-柏溪新闻网", "水闸完工"),
        ("2022-2023年度水闸-渠道养护办法", "2022-2023年度水闸-渠道养护办法"),
        ("“闸长制”——柏溪的新办法", "“闸长制”——柏溪的新办法"),
    ],
)
def test_titles_without_the_site(tmp_path: Path, full: str, title: str) -> None:
    page = f"<html><head><title>{full}</title></head><body>{PROSE}</body></html>"
    assert read(tmp_path, page).metadata.title == title


def test_a_newspapers_page_with_a_kicker_and_two_headlines_is_one_article(tmp_path: Path) -> None:
    body = (
        "<p>全县连续两月没有下雨</p><h2>水从山里来</h2><h4>——松岭抗旱记</h4><p>本报记者 石大川</p>"
    )
    head = "<title>松岭日报数字报-山里找水记</title>"
    page = f"<html><head>{head}</head><body><div>{body}{PROSE}</div></body></html>"
    (article,) = page_to_articles(read(tmp_path, page))
    assert article.title == "山里找水记"
    assert article.authors == ("石大川",)
    assert article.paragraphs[0].text == "全县连续两月没有下雨"


def test_a_page_with_several_top_headings_is_one_article(tmp_path: Path) -> None:
    body = f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><h1>用水</h1><p>{PARAGRAPHS[1]}</p>"
    page = f"<html><head><title>{TITLE}</title></head><body>{body}</body></html>"
    (article,) = page_to_articles(read(tmp_path, page))
    assert [paragraph.section for paragraph in article.paragraphs] == [None, "用水"]


def test_attachments_are_kept(tmp_path: Path) -> None:
    files = (
        "<p>附件：1. <a href='/a.doc'>用水申请表.doc</a></p><p><a href='/b.pdf'>水价表.pdf</a></p>"
    )
    lines = lines_of(tmp_path, f"{PROSE}{files}")
    assert lines[-2:] == ["附件：1. 用水申请表.doc", "水价表.pdf"]


def test_a_list_without_marks_is_not_joined_to_what_follows(tmp_path: Path) -> None:
    body = f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><ol><li>打开闸门上的锁</li>"
    body += "<li>摇动手柄二十圈</li></ol>"
    page = f"<html><body>{body}<p>水位到线以后放下闸门，把钥匙交还水利站。</p></body></html>"
    (article,) = page_to_articles(read(tmp_path, page))
    assert [paragraph.text for paragraph in article.paragraphs][1:] == [
        "1. 打开闸门上的锁",
        "2. 摇动手柄二十圈",
        "水位到线以后放下闸门，把钥匙交还水利站。",
    ]


class TestFacts:
    """What stands around the text can be quoted, and is no part of its flow."""

    def test_a_table_of_numbers_and_issuers_above_the_text(self, tmp_path: Path) -> None:
        rows = (
            "<tr><td>索引号</td><td>LC0112/2024-00387</td><td>主题分类</td><td>水利</td></tr>"
            "<tr><td>关联文件</td><td colspan=3>柏政规〔2024〕3号</td></tr>"
        )
        page = f"<table>{rows}</table><h1>{TITLE}</h1><div class=con>{PROSE}</div>"
        (article,) = page_to_articles(read(tmp_path, f"<title>{TITLE}</title>{page}"))
        texts = [paragraph.text for paragraph in article.paragraphs]
        facts = ["索引号：LC0112/2024-00387　主题分类：水利", "关联文件：柏政规〔2024〕3号"]
        assert texts == [*facts, *PARAGRAPHS]

    @pytest.mark.parametrize(
        ("line", "day"),
        [
            ("2022年9月14日 星期三　第05版：乡村振兴　<a>上一版</a>", "2022-09-14"),
            ("撰文：卓欣桐　出版：2021-10-09 21:15　更新：2021-10-10 07:48", "2021-10-09"),
            ("2022年7月4日 09:30　来源：柏溪日报　作者：鹿鸣川", "2022-07-04"),
        ],
    )
    def test_lines_above_the_text(self, tmp_path: Path, line: str, day: str) -> None:
        page = f"<title>{TITLE}</title><h1>{TITLE}</h1><div>{line}</div><div>{PROSE}</div>"
        loaded = read(tmp_path, page)
        (article,) = page_to_articles(loaded)
        first, *rest = (paragraph.text for paragraph in article.paragraphs)
        assert first.split()[0] in line
        assert first.split()[-1] in line
        assert rest == list(PARAGRAPHS)
        assert loaded.metadata.date == day

    def test_who_edited_it_below_the_text(self, tmp_path: Path) -> None:
        page = f"<h1>{TITLE}</h1><div>{PROSE}</div><div>[责任编辑：茅以晴]</div>"
        (article,) = page_to_articles(read(tmp_path, page))
        assert article.paragraphs[-1].text == "[责任编辑：茅以晴]"

    def test_a_calendar_and_the_day_of_the_visit_are_none(self, tmp_path: Path) -> None:
        calendar = "<table><tr><th>日<th>一<th>二</tr><tr><td>11<td>12<td>13</tr></table>"
        today = "<div>今天是2022年7月4日 星期一</div>"
        page = f"{calendar}{today}<h1>{TITLE}</h1><div>{PROSE}</div>"
        (article,) = page_to_articles(read(tmp_path, page))
        assert [paragraph.text for paragraph in article.paragraphs] == list(PARAGRAPHS)
