"""No character of a source is lost: it is in an article, or in a range that says why not."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_page_furniture import PROSE, SENTENCES, book
from typeset_pdfs import read

from ingest.files.loading import LoadedFile
from ingest.formats import docx as word
from ingest.formats import html
from ingest.lines.lines import is_blank
from ingest.pages.conservation import REASONS, UNNAMED, left_out
from ingest.pages.page import PageReading, read_page
from ingest.parts.extracted import Extracted
from rag.data_model.documents import LeftOut, SourceFile, Span

CORPUS = Path(__file__).parent.parent / "corpus"
LINES = (
    "# 河口码头一年",
    "## 先修栈桥",
    "### 栈桥的木料",
    "河口码头重新开渡",
    "——栈桥加长四十米",
    "本报记者 张三 李四",
    "本报河口5月3日电",
    "（下转第3版）",
    "责任编辑：王五　美编：赵六",
    "【链接】",
    "2024年5月3日　星期五　第3版",
    "图为新修的栈桥。",
    "船名　吨位　船龄",
    "一、修桥",
    "主持人：河口日报记者 王五",
    "嘉宾：",
    "赵六 河口大学教授",
    "=====",
    "**要点**：[渡船](https://example.com/a)每天`九`趟",
    "> 引用的话",
    "",
    "\u200b",
    *SENTENCES,
)


def reading(text: str, name: str, *, ready: bool = False) -> PageReading:
    return read_page(LoadedFile(SourceFile(f"/{name}", name, "0" * 64, "utf-8", text), ready=ready))


def unnamed(text: str, found: PageReading) -> str:
    """Characters of `text` that nothing accounts for."""
    named = {n for part in found.left_out for n in range(part.start, part.end)}
    kept = {n for a in found.articles for p in a.paragraphs for s in p.spans for n in range(*s)}
    titles = "".join(
        a.title + "".join(p.section or "" for p in a.paragraphs) for a in found.articles
    )
    lost = [part for part in found.left_out if part.reason == UNNAMED]
    assert not lost, [text[part.start : part.end] for part in lost]
    return "".join(
        c
        for n, c in enumerate(text)
        if n not in named and n not in kept and not is_blank(c) and c not in titles
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=14), st.sampled_from(["txt", "md"]))
def test_every_character_of_a_text(lines: list[str], suffix: str) -> None:
    text = "\n".join(lines)
    assert unnamed(text, reading(text, f"a.{suffix}")) == ""


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8))
def test_every_character_of_a_ready_article(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert unnamed(text, reading(text, "a.csv", ready=True)) == ""


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8))
def test_every_character_of_a_word_document(lines: list[str]) -> None:
    document = docx.Document()
    for line in lines:
        level = len(line) - len(line.lstrip("#"))
        bare = line.strip("# ")
        document.add_heading(bare, level) if level else document.add_paragraph(bare)
    out = io.BytesIO()
    document.save(out)
    contents = Extracted.from_dict(word.extract(io.BytesIO(out.getvalue())))
    assert unnamed(contents.text, reading(contents.text, "a.docx")) == ""


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8))
def test_every_character_of_a_web_page(lines: list[str]) -> None:
    body = "".join(f"<p>{line.replace('>', '&gt;')}</p>" for line in lines)
    page = f"<!doctype html><meta charset=utf-8><title>页</title><article>{body}</article>"
    contents = Extracted.from_dict(html.extract(io.BytesIO(page.encode())))
    assert unnamed(contents.text, reading(contents.text, "a.html")) == ""


@pytest.mark.parametrize("pages", [1, 2, 5])
def test_every_character_of_a_pdf(pages: int) -> None:
    contents, found = read(book(pages, number="第{n}页 共{of}页"))
    assert unnamed(contents.text, found) == ""


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*_*.txt")), ids=lambda path: path.stem)
def test_every_character_of_the_sample_pages(path: Path) -> None:
    text = path.read_text("utf-8")
    assert unnamed(text, reading(text, path.name)) == ""


def test_a_heading_without_text_is_a_paragraph() -> None:
    (article,) = reading(f"# 年报\n\n## 甲\n\n## 乙\n\n{SENTENCES[0]}\n", "a.md").articles
    assert [(p.text, p.section) for p in article.paragraphs] == [("甲", None), (SENTENCES[0], "乙")]


def test_a_chapter_and_its_first_part_name_the_section_together() -> None:
    text = f"# 年报\n\n## 第一章 码头\n\n### 第一节 栈桥\n\n{PROSE}\n\n### 第二节 渡船\n\n{PROSE}\n"
    (article,) = reading(text, "a.md").articles
    assert [p.section for p in article.paragraphs] == ["第一章 码头 第一节 栈桥", "第二节 渡船"]


def test_ranges_end_with_their_lines() -> None:
    source = "甲乙\n  丙丁 \n戊"
    parts = left_out(source, [Span(1, 2)], [LeftOut(3, 8, "页码")], Span(0, 0))
    assert [(source[p.start : p.end], p.reason) for p in parts] == [
        ("甲", UNNAMED),
        ("丙丁", "页码"),
        ("戊", UNNAMED),
    ]
    assert UNNAMED not in REASONS.values()
