"""What nobody should meet on a page: words only we know, dialogs of the browser's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.data_model.documents import Article, Join, Paragraph, Span
from rag.library.records import ArticleHead
from ui.library_page.rendering import row_html

ROOT = Path(__file__).parents[1]
ROOMS = ("rag", "ingest", "eval", "ui", "docs")
SUFFIXES = {".py", ".js", ".html", ".po", ".md", ".toml"}
JARGON = re.compile(r"第\s*[\d{][^代\n]{0,6}代文章|文章库第\s*[\d{]|接合\s*[\d{]|最低把握")
DIALOG = re.compile(r"(?<![\w.$])(?:window\.)?(?:confirm|alert|prompt)\s*\(")


def files(*suffixes: str) -> Iterator[Path]:
    yield ROOT / "README.md"
    for room in ROOMS:
        yield from (one for one in (ROOT / room).rglob("*") if one.suffix in suffixes)


def found(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in files(*suffixes)
        for match in pattern.finditer(file.read_text(encoding="utf-8"))
    ]


def test_no_word_that_only_we_know() -> None:
    assert found(JARGON, *SUFFIXES) == []


def test_no_page_asks_by_a_dialog_of_the_browser() -> None:
    assert found(DIALOG, ".js", ".html") == []


@pytest.mark.parametrize(
    ("pattern", "bad"),
    [
        (JARGON, "第1代文章库"),
        (JARGON, '"第 {} 代文章库"'),
        (JARGON, "接合1处"),
        (JARGON, "最低把握100%"),
        (DIALOG, "if (confirm('删除？'))"),
        (DIALOG, "window.alert(text)"),
    ],
)
def test_what_was_there_once_would_be_seen(pattern: re.Pattern[str], bad: str) -> None:
    assert pattern.search(bad)


@pytest.mark.parametrize(
    ("sure", "said"),
    [
        ((1.0, 0.997), "2 处断句接回"),
        ((0.91,), "1 处断句接回，把握 91%"),
        ((1.0, 0.7), "2 处断句接回，最没把握的 70%"),
    ],
)
def test_how_sure_joins_are_is_said_where_it_says_something(
    sure: tuple[float, ...], said: str
) -> None:
    joins = tuple(Join(n, one) for n, one in enumerate(sure, 1))
    paragraph = Paragraph(1, "渡口", (Span(0, 2),))
    head = ArticleHead.of(Article("a", "渡口", (paragraph,), joins=joins))
    assert f">{said}</span>" in row_html(head, "a.txt")


def test_the_readme_says_where_settings_lie() -> None:
    said = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ".youju/youju.toml" in said
    assert "docs/settings.md" in said
