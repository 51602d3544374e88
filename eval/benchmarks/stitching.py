"""Broken pages put together again: how many cuts are joined rightly, how many joins are false.

A page holds 2–5 random news articles, each cut at 1–3 random positions; a third of the cuts fall
in mid-word, a third between words in mid-sentence, a third at a sentence's end. The pieces are
shuffled into one another, those of one article in order. Pages are read as `ingest` reads them,
from their text alone, and judged by the articles that come out. Articles come from the file's
last fifth, which no statistics were learnt from.

`layout` is one of those that `eval.stirred_pages` sets.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from eval.corpora import embedder_of
from eval.layouts import Layout
from eval.news_pages import measuring_part, read_news
from eval.stirred_pages import StirredPage, stir_page
from ingest.files.loading import LoadedFile
from ingest.lines.metadata import Metadata
from ingest.pages.page import page_to_articles
from ingest.seams.stitching import JOIN_THRESHOLD, MOVE_THRESHOLD, UNMARKED_JOIN_THRESHOLD
from rag.data_model.documents import Article, SourceFile
from rag.models.embedding import Embedder
from rag.settings import Settings

Place = tuple[int, int]


def run(
    file: Path,
    pages: int = 500,
    seed: int = 20240501,
    layout: Layout = "bare",
    *,
    embedder: Embedder | None = None,
    settings: Settings | None = None,
) -> dict[str, object]:
    """Measure stitching on pages made of the news in `file`.

    Args:
        file: JSONL (gzipped or not) with `text`.
        pages: how many pages to make.
        seed: of the one random generator.
        layout: how they are set.
        embedder: for the topics of the pieces; without it and settings, their words alone decide.
        settings: name the embedder, if none is given.

    Returns:
        `joined`: the share of cuts after which the article goes on where it really does;
        `false_joins`: the share of joins that join what was never one; the same for cuts in
        mid-sentence and at a sentence's end; `right_article`: the share of characters that stand
        in the article that holds most of theirs; and pages a second.

    Raises:
        DataFileMissing: `file` cannot be read.
    """
    if embedder is None and settings is not None:
        embedder = embedder_of(settings)
    texts = measuring_part(read_news(file))
    rng = random.Random(seed)  # noqa: S311 - repeatable pages, no secrets
    made = (
        stir_page(rng.sample(texts, min(rng.randint(2, 5), len(texts))), rng, layout)
        for _ in range(pages)
    )
    tally, spent = _read(made, embedder)
    return {
        "benchmark": "stitching",
        "settings": {
            "file": file.name,
            "pages": pages,
            "seed": seed,
            "layout": layout,
            "thresholds": [JOIN_THRESHOLD, MOVE_THRESHOLD],
            "unmarked_join_threshold": UNMARKED_JOIN_THRESHOLD,
            "model": embedder.fingerprint if embedder else None,
        },
        "metrics": _metrics(tally, pages / max(spent, 1e-9)),
    }


def _read(pages: Iterable[StirredPage], embedder: Embedder | None) -> tuple[Counter[str], float]:
    """The scores of all pages together, and the seconds that reading them took."""
    tally: Counter[str] = Counter()
    spent = 0.0
    for page in pages:
        source = SourceFile("page.txt", "page.txt", "", "utf-8", page.text)
        started = time.perf_counter()
        articles = page_to_articles(LoadedFile(source, Metadata()), embedder)
        spent += time.perf_counter() - started
        tally += score(page, articles)
    return tally, spent


def score(page: StirredPage, articles: Sequence[Article]) -> Counter[str]:
    """Cuts, joined cuts and false joins of one page, by kind of cut, and characters in place."""
    following = _following(page)
    kinds = {stretch.span.end - 1: stretch.cut for stretch in page.stretches if stretch.cut}
    tally: Counter[str] = Counter(f"cuts {kind}" for kind in kinds.values())
    in_order = {one.span.end - 1: other.span.start for one, other in pairwise(page.stretches)}
    for left, right, merged in _seams(page, articles):
        kind, true = kinds.get(left), following.get(left) == right
        whole = merged or kind in {None, "end"}
        if true and kind and whole:
            tally[f"joined {kind}"] += 1
        elif not true and (merged or in_order.get(left) != right):
            tally[f"false {'end' if not merged else 'inside'}"] += 1
    return tally + _characters(page, articles)


def _following(page: StirredPage) -> dict[int, int]:
    """Where on the page an article really goes on after each stretch's last character."""
    own: dict[int, list[tuple[int, int, int]]] = {}
    for stretch in page.stretches:
        entry = (stretch.offset, stretch.span.start, stretch.span.end)
        own.setdefault(stretch.article, []).append(entry)
    return {
        one[2] - 1: other[1]
        for stretches in map(sorted, own.values())
        for one, other in pairwise(stretches)
    }


def _seams(page: StirredPage, articles: Sequence[Article]) -> Iterator[tuple[int, int, bool]]:
    """Neighbouring characters of one article that do not stand side by side on the page.

    Each with whether both are in one paragraph; what is no article's text is passed over.
    """
    for article in articles:
        before: Place | None = None
        for paragraph in article.paragraphs:
            for start, end in paragraph.spans:
                if page.origin(start) is None or page.origin(end - 1) is None:
                    continue
                if before and before[0] + 1 != start:
                    yield before[0], start, before[1] == paragraph.n
                before = end - 1, paragraph.n


def _characters(page: StirredPage, articles: Sequence[Article]) -> Counter[str]:
    """Characters in all, and those in the article that most of their own article is in."""
    held: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for n, article in enumerate(articles):
        for paragraph in article.paragraphs:
            for start, end in paragraph.spans:
                if origin := page.origin(start):
                    held[origin[0]][n] += end - start
    largest: dict[int, int] = {}
    for counts in held.values():
        (n, many), *_ = counts.most_common(1)
        largest[n] = max(largest.get(n, 0), many)
    every = sum(stretch.span.end - stretch.span.start for stretch in page.stretches)
    return Counter({"characters": every, "in place": sum(largest.values())})


def _metrics(tally: Counter[str], rate: float) -> dict[str, float | int]:
    def total(what: str, *kinds: str) -> int:
        return sum(tally[f"{what} {kind}"] for kind in kinds)

    every, inside = ("word", "sentence", "end"), ("word", "sentence")

    def joined(*kinds: str) -> float:
        return round(total("joined", *kinds) / max(total("cuts", *kinds), 1), 4)

    def wrong(kinds: tuple[str, ...], *places: str) -> float:
        false = total("false", *places)
        return round(false / max(total("joined", *kinds) + false, 1), 4)

    return {
        "cuts": total("cuts", *every),
        "joined": joined(*every),
        "false_joins": wrong(every, "inside", "end"),
        "joined_mid_word": joined("word"),
        "joined_mid_sentence": joined(*inside),
        "joined_sentence_end": joined("end"),
        "false_joins_mid_sentence": wrong(inside, "inside"),
        "false_joins_sentence_end": wrong(("end",), "end"),
        "right_article": round(tally["in place"] / max(tally["characters"], 1), 4),
        "pages_per_second": round(rate, 2),
    }
