"""Invented pages of many newspaper styles become the articles that a reader would see in them.

`newspapers/NAME.txt` is the page, `newspapers/NAME.json` its gold: each paragraph is
`first words…last words`, or an object that also names section, speaker or speaker_title.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.files.loading import load
from ingest.pages.page import page_to_articles
from rag.data_model.documents import Article, Paragraph, spans_text

PAGES = Path(__file__).parent / "newspapers"
NAMES = sorted(page.stem for page in PAGES.glob("*.txt"))


def matches(paragraph: Paragraph, gold: str | dict[str, Any]) -> bool:
    """Whether the paragraph begins and ends like `gold` (`…`: what is left out)."""
    fields = {"text": gold} if isinstance(gold, str) else dict(gold)
    pieces, at = fields.pop("text").split("…"), 0
    for piece in pieces:
        at = paragraph.text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    whole = paragraph.text.startswith(pieces[0]) and paragraph.text.endswith(pieces[-1])
    return whole and all(getattr(paragraph, name) == value for name, value in fields.items())


def told(article: Article) -> str:
    return "\n".join(
        f"{p.n} [{p.section}|{p.speaker}|{p.speaker_title}] {p.text[:24]}…{p.text[-16:]}"
        for p in article.paragraphs
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_page_becomes_its_articles(name: str) -> None:
    gold = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    loaded = next(iter(load(PAGES / f"{name}.txt")))
    found = page_to_articles(loaded)
    for got in found:
        for paragraph in got.paragraphs:
            assert spans_text(loaded.source.text, paragraph.spans) == paragraph.text
    heads = [(None if a.title_inferred else a.title, list(a.authors)) for a in found]
    assert heads == [(want["title"], want["authors"]) for want in gold["articles"]]
    for want, got in zip(gold["articles"], found, strict=True):
        assert len(got.paragraphs) == len(want["paragraphs"]), told(got)
        for paragraph, expected in zip(got.paragraphs, want["paragraphs"], strict=True):
            assert matches(paragraph, expected), (expected, told(got))
        assert list(got.affiliations) == want.get("affiliations", [])
        for field in ("newspaper", "date", "page"):
            assert getattr(got, field) == want.get(field, gold.get(field)), field
