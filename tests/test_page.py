"""A page becomes the right articles; a plain document stays one; every character has its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.files.loading import LoadedFile, load
from ingest.lines.metadata import Metadata
from ingest.pages.page import page_to_articles
from rag.data_model.documents import Article, SourceFile, spans_text
from rag.models.embedding import HashingEmbedder

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
SEED = ROOT.parent / "shared" / "seeds" / "chongqing-daily-page.txt"
GOLD: list[dict[str, Any]] = json.loads((CORPUS / "gold_articles.json").read_text("utf-8"))
GOLD_FILES = sorted({article["file"] for article in GOLD})


def file_of(text: str, name: str = "a.txt", **known: Any) -> LoadedFile:
    ready = known.pop("ready", False)
    return LoadedFile(SourceFile(name, name, "0" * 64, "utf-8", text), Metadata(**known), ready)


def articles_of(text: str, name: str = "a.txt", **known: Any) -> tuple[Article, ...]:
    loaded = file_of(text, name, **known)
    articles = page_to_articles(loaded)
    for article in articles:
        for n, paragraph in enumerate(article.paragraphs, start=1):
            assert paragraph.n == n
            assert spans_text(text, paragraph.spans) == paragraph.text
    return articles


@pytest.mark.parametrize("name", GOLD_FILES)
@pytest.mark.parametrize("embedder", [None, HashingEmbedder()], ids=["words", "embedder"])
def test_sample_pages_become_their_articles(name: str, embedder: HashingEmbedder | None) -> None:
    loaded = next(iter(load(CORPUS / name)))
    wanted = [article for article in GOLD if article["file"] == name]
    found = page_to_articles(loaded, embedder)
    inferred = {article["title"] for article in wanted if article["title_inferred"]}
    titles = [article.title for article in found if not article.title_inferred]
    assert titles == [article["title"] for article in wanted if article["title"] not in inferred]
    for want, got in zip(wanted, found, strict=True):
        for field in ("title_inferred", "newspaper", "date", "page"):
            assert getattr(got, field) == want[field], field
        assert list(got.authors) == want["authors"]
        assert list(got.affiliations) == want["affiliations"]
        assert [join.at_paragraph for join in got.joins] == want["joins"]
        assert [(p.text, p.section, p.speaker) for p in got.paragraphs] == [
            (p["text"], p["section"], p["speaker"]) for p in want["paragraphs"]
        ]


def test_the_seed_page_becomes_three_articles() -> None:
    if not SEED.exists():
        pytest.skip("the seed page is not beside this checkout")
    loaded = next(iter(load(SEED)))
    first, second, third = page_to_articles(loaded)
    assert [a.title_inferred for a in (first, second, third)] == [False, True, False]
    assert [len(a.authors) for a in (first, second, third)] == [0, 1, 1]
    assert [len(a.affiliations) for a in (first, second, third)] == [0, 1, 1]
    assert [len(a.joins) for a in (first, second, third)] == [1, 1, 1]
    for article in (first, second, third):
        for paragraph in article.paragraphs:
            assert spans_text(loaded.source.text, paragraph.spans) == paragraph.text
            assert paragraph.text[-1] in "。？)" or paragraph.speaker is None
    guests = {p.speaker: p.speaker_title for p in first.paragraphs if p.speaker_title}
    assert len(guests) == 2


PLAIN = [
    "桥\n\n这座桥很长。\n\n这座桥很老。\n",
    "春天来了，花开了。\n夏天来了，天热了。\n秋天来了，叶落了。\n",
    "# 总则\n\n## 目的\n\n为了规范管理，制定本办法。\n\n## 范围\n\n本办法适用于全市。\n",
    "# 第一章 绪论\n\n本书讲桥。\n\n# 第二章 桥史\n\n桥的历史很长。\n",
    "购物清单\n苹果 三斤\n牛奶 两盒\n鸡蛋 一打\n",
    "会议纪要\n\n时间：周一上午。\n地点：三楼会议室。\n\n议题一\n\n大家讨论了明年的预算，决定压缩开支百分之五。\n",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_document_stays_one_article(text: str) -> None:
    (article,) = articles_of(text)
    assert not [join for join in article.joins if join.confidence >= 0.5]
    assert len(article.paragraphs) >= 2


def test_title_comes_from_the_heading_else_from_the_file_name() -> None:
    (headed,) = articles_of("老桥新生\n\n这座老桥经过半年的维修，昨天重新开放了。\n")
    assert (headed.title, headed.title_inferred) == ("老桥新生", False)
    (bare,) = articles_of("这座老桥经过半年的维修，昨天重新开放了。\n", "老桥.txt")
    assert (bare.title, bare.title_inferred) == ("老桥", True)


def test_ready_articles_keep_their_lines_and_name() -> None:
    text = "第一行没有说完\n# 第二行\n\n第三行。\n"
    (article,) = articles_of(text, ready=True, title="甲", article_id="x-1")
    assert [p.text for p in article.paragraphs] == ["第一行没有说完", "# 第二行", "第三行。"]
    assert (article.article_id, article.title) == ("x-1", "甲")


def test_ids_are_stable_and_differ_with_the_text() -> None:
    (one,), (same,) = articles_of("桥通了。\n"), articles_of("桥通了。\n")
    (other,) = articles_of("桥断了。\n")
    assert one.article_id == same.article_id != other.article_id
    assert len(one.article_id) == 12


def test_unmarked_page_with_bylines_and_furniture() -> None:
    text = (
        "江州日报 2024年6月3日 星期一 第4版\n\n"
        "老桥维修后重新开放\n本报记者 苏禾\n\n"
        "经过半年的维修，城北的老桥昨天重新开放，行人和自行车可以通行。\n"
        "维修期间，工人更换了全部栏杆和照明设施。\n"
        "图为市民走过老桥。 罗景行 摄\n\n"
        "图书馆延长开放时间\n"
        "本报讯（通讯员 傅明川）从下月起，市图书馆每天开放到晚上十点，周末不休息。\n"
        "读者可以凭身份证直接入馆，不必另外办理借书证。\n\n"
        "责任编辑 卢静 版式 程山\n"
    )
    bridge, library = articles_of(text)
    assert (bridge.title, bridge.authors) == ("老桥维修后重新开放", ("苏禾",))
    assert (library.title, library.authors) == ("图书馆延长开放时间", ("傅明川",))
    assert {(a.newspaper, a.date, a.page) for a in (bridge, library)} == {
        ("江州日报", "2024-06-03", "4")
    }
    assert "责任编辑" not in library.text
    assert [len(a.paragraphs) for a in (bridge, library)] == [3, 2]


def test_narrow_columns_are_unwrapped() -> None:
    paragraph = (
        "城北的老桥建成于六十年前，是当时全市最长的一座桥，许多老人都记得通车那一天的热闹。" * 3
    )
    lines = [paragraph[n : n + 18] for n in range(0, len(paragraph), 18)]
    (article,) = articles_of("老桥的故事\n\n" + "\n".join(lines) + "\n")
    assert [p.text for p in article.paragraphs] == [paragraph]
    assert len(article.paragraphs[0].spans) == len(lines)


def test_jump_notes_are_no_text() -> None:
    text = (
        "# 老桥新生\n\n本报记者 苏禾\n\n"
        "经过半年的维修，城北的老桥昨天重新开放，行人可以通行。（下转第3版）\n"
    )
    (article,) = articles_of(text)
    assert article.text.endswith("行人可以通行。")


@pytest.mark.parametrize("text", ["# 只有标题\n", "责任编辑 卢静\n", "□苏禾\n", "\n \n", "：\n"])
def test_pages_with_next_to_nothing_do_not_fail(text: str) -> None:
    articles_of(text)
