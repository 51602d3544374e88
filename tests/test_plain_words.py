"""What nobody should meet on a page: words only we know, dialogs of the browser's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def test_the_readme_says_where_settings_lie() -> None:
    said = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ".youju/youju.toml" in said
    assert "docs/settings.md" in said
