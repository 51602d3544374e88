"""Pages stirred from known articles: what they hold, and how what was read from them is judged."""

from __future__ import annotations

import gzip
import json
import random
from itertools import pairwise
from pathlib import Path

import pytest
from short_news import BRIDGE, LIBRARY, RECIPE

from eval.benchmarks.stitching import run, score
from eval.layouts import LAYOUTS, Layout
from eval.stirred_pages import Stretch, stir_page
from rag.data_model.documents import Article, Paragraph

TEXTS = [BRIDGE, LIBRARY, RECIPE]


@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout != "rough"])
def test_pages_hold_every_character_in_order(layout: Layout) -> None:
    for seed in range(20):
        page = stir_page(TEXTS, random.Random(seed), layout)
        for number, text in enumerate(TEXTS):
            parts = [part for part in page.stretches if part.article == number]
            assert [part.offset for part in parts] == sorted(part.offset for part in parts)
            assert "".join(page.text[slice(*part.span)] for part in parts) == text
            assert any(part.cut for part in parts)
        for part in page.stretches:
            assert page.origin(part.span.start) == (part.article, part.offset)


def test_an_ordered_page_keeps_its_articles_whole() -> None:
    for seed in range(20):
        page = stir_page(TEXTS, random.Random(seed), "ordered")
        places = [(part.article, part.offset) for part in page.stretches]
        assert places == sorted(places)


def test_a_rough_page_loses_characters_at_cuts_alone() -> None:
    lost = 0
    for seed in range(40):
        page = stir_page(TEXTS, random.Random(seed), "rough")
        by_article: dict[int, list[Stretch]] = {}
        for part in page.stretches:
            assert page.text[slice(*part.span)] == TEXTS[part.article][part.offset : part.end]
            by_article.setdefault(part.article, []).append(part)
        for parts in by_article.values():
            for one, other in pairwise(parts):
                assert one.end == other.offset or (one.cut and one.end == other.offset - 1)
                lost += one.end != other.offset
    assert lost


def test_perfect_articles_have_every_cut_joined_and_stirred_ones_do_not() -> None:
    page = stir_page([BRIDGE, LIBRARY, RECIPE], random.Random(5), "bare")
    cuts = sum(1 for part in page.stretches if part.cut)

    def joined(articles: list[Article]) -> tuple[int, int]:
        tally = score(page, articles)
        return tuple(  # type: ignore[return-value]
            sum(n for name, n in tally.items() if name.startswith(what))
            for what in ("joined", "false")
        )

    perfect = []
    for number in range(3):
        spans = tuple(part.span for part in page.stretches if part.article == number)
        text = "".join(page.text[slice(*span)] for span in spans)
        perfect.append(Article(str(number), "题", (Paragraph(1, text, spans),)))
    assert joined(perfect) == (cuts, 0)
    every = tuple(part.span for part in page.stretches)
    text = "".join(page.text[slice(*span)] for span in every)
    assert joined([Article("x", "题", (Paragraph(1, text, every),))])[1] > 0


def test_the_benchmark_counts_cuts_and_joins(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl.gz"
    texts = [BRIDGE * 2, LIBRARY * 2, RECIPE * 2] * 10
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    for layout in LAYOUTS:
        report = run(file, pages=3, seed=1, layout=layout)
        again = run(file, pages=3, seed=1, layout=layout)
        metrics, repeated = report["metrics"], again["metrics"]
        assert isinstance(metrics, dict)
        assert isinstance(repeated, dict)
        assert metrics["cuts"] >= 6
        assert 0.0 <= metrics["false_joins"] <= 1.0
        assert 0.0 < metrics["right_article"] <= 1.0
        assert metrics["joined"] == repeated["joined"]
