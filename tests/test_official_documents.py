"""An authority's document: what it is about is its title, whoever stands above it in red."""

from __future__ import annotations

import pytest

from ingest.files.loaded import LoadedFile
from ingest.lines.bylines import read_byline
from ingest.pages.page import page_to_articles
from rag.data_model.documents import Article, SourceFile

HEAD = "松岭县人民政府文件"
NUMBER = "松政发〔2023〕8号"
TITLE = "松岭县人民政府关于修复河堤的通知"
BODY = """各乡镇人民政府：

去年汛期河堤有三处塌了，今年四月底以前要修好，钱由县财政出。

2023年2月6日"""


def read(text: str, name: str = "a.md") -> Article:
    (found,) = page_to_articles(LoadedFile(SourceFile(name, name, "0", "utf-8", text)))
    return found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"# {HEAD}\n\n{NUMBER}\n\n## {TITLE}\n\n{BODY}", "a.md"),
        (f"# {HEAD}\n\n{NUMBER}\n\n# {TITLE}\n\n## 一、工期\n\n{BODY}", "a.md"),
        (f"{HEAD}\n\n{NUMBER}　签发人：石大川\n\n{TITLE}\n\n{BODY}", "a.txt"),
    ],
)
def test_the_title_is_what_it_is_about(text: str, name: str) -> None:
    article = read(text, name)
    assert article.title == TITLE
    assert article.paragraphs[0].text == HEAD
    assert article.paragraphs[1].text.startswith(NUMBER)
    assert article.date == "2023-02-06"


def test_a_head_without_a_number_is_a_title() -> None:
    article = read(f"# 招标文件\n\n## {TITLE}\n\n{BODY}")
    assert article.title == "招标文件"
    assert article.date is None


def test_a_day_among_others_dates_nothing() -> None:
    article = read(f"# {HEAD}\n\n{NUMBER}\n\n## {TITLE}\n\n{BODY}\n\n2023年2月9日")
    assert article.date is None


@pytest.mark.parametrize("text", ["白一川1，石大川2*", "白一川¹，石大川¹,²", "白一川1,2, 石大川2*"])
def test_authors_are_named_with_their_units_marks(text: str) -> None:
    byline = read_byline(text)
    assert byline is not None
    assert byline.names == ("白一川", "石大川")


def test_figures_behind_other_words_are_no_marks() -> None:
    assert read_byline("高一3班，高二4班") is None


@pytest.mark.parametrize("text", ["白一川 · 某某财经记者", "白一川｜本报记者"])
def test_a_post_may_stand_behind_the_name(text: str) -> None:
    byline = read_byline(text)
    assert byline is not None
    assert byline.names == ("白一川",)
    assert byline.certain
