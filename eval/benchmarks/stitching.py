"""Broken pages put together again: how many cuts are joined rightly, how many joins are false.

A page holds 2–5 random news articles, each cut at 1–3 random positions; a third of the cuts fall
in mid-word, a third between words in mid-sentence, a third at a sentence's end. The pieces are
shuffled into one another, those of one article in order; no headline or mark tells where an
article starts. Articles come from the file's last fifth, which no statistics were learnt from.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

from eval.corpora import embedder_of
from eval.news_pages import PagePiece, make_page, measuring_part, read_news
from ingest.stitching import JOIN_THRESHOLD, MOVE_THRESHOLD, Link, link_fragments
from rag.embedding import Embedder
from rag.settings import Settings


def run(
    file: Path,
    pages: int = 500,
    seed: int = 20240501,
    embedder: Embedder | None = None,
    settings: Settings | None = None,
) -> dict[str, object]:
    """Measure stitching on pages made of the news in `file`.

    Args:
        file: JSONL (gzipped or not) with `text`.
        pages: how many pages to make.
        seed: of the one random generator.
        embedder: for the topics of the pieces; without it and settings, their words alone decide.
        settings: name the embedder, if none is given.

    Returns:
        `joined`: the share of cuts whose two sides are linked; `false_joins`: the share of links
        that join what was never one; the same `joined` for each kind of cut, for cuts in
        mid-sentence (both kinds) and at a sentence's end; and pages a second.

    Raises:
        DataFileMissing: `file` cannot be read.
    """
    if embedder is None and settings is not None:
        embedder = embedder_of(settings)
    texts = measuring_part(read_news(file))
    rng = random.Random(seed)  # noqa: S311 - repeatable pages, no secrets
    tally: Counter[str] = Counter()
    spent = 0.0
    for _ in range(pages):
        page = make_page(rng.sample(texts, min(rng.randint(2, 5), len(texts))), rng)
        started = time.perf_counter()
        links = link_fragments([piece.text for piece in page], embedder)
        spent += time.perf_counter() - started
        tally += _score(page, [link for link in links if link.accepted])
    return {
        "benchmark": "stitching",
        "settings": {
            "file": file.name,
            "pages": pages,
            "seed": seed,
            "thresholds": [JOIN_THRESHOLD, MOVE_THRESHOLD],
            "model": embedder.fingerprint if embedder else None,
        },
        "metrics": _metrics(tally, pages / max(spent, 1e-9)),
    }


def _score(page: list[PagePiece], links: list[Link]) -> Counter[str]:
    """Cuts, joined cuts and false joins of one page, by kind of cut."""
    tally: Counter[str] = Counter(f"cuts {piece.cut}" for piece in page if piece.cut)
    for link in links:
        left, right = page[link.source], page[link.target]
        if left.article == right.article and left.part + 1 == right.part:
            tally[f"joined {left.cut}"] += 1
        else:
            tally[f"false {left.cut or 'none'}"] += 1
    return tally


def _metrics(tally: Counter[str], rate: float) -> dict[str, float | int]:
    def total(what: str, *kinds: str) -> int:
        return sum(tally[f"{what} {kind}"] for kind in kinds)

    every, inside = ("word", "sentence", "end"), ("word", "sentence")
    joined, wrong = total("joined", *every), total("false", *every, "none")

    def share(*kinds: str) -> float:
        return round(total("joined", *kinds) / max(total("cuts", *kinds), 1), 4)

    def false_share(*kinds: str) -> float:
        links = total("joined", *kinds) + total("false", *kinds)
        return round(total("false", *kinds) / max(links, 1), 4)

    return {
        "cuts": total("cuts", *every),
        "joined": share(*every),
        "false_joins": round(wrong / max(joined + wrong, 1), 4),
        "joined_mid_word": share("word"),
        "joined_mid_sentence": share(*inside),
        "joined_sentence_end": share("end"),
        "false_joins_mid_sentence": false_share(*inside),
        "false_joins_sentence_end": false_share("end", "none"),
        "pages_per_second": round(rate, 2),
    }
