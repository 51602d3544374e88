"""The gists of articles against outlines that readers wrote, beside the articles' first sentences.

A point of an outline is covered where what is quoted shares a sentence that tells it; a quote may
be a stretch of that, so the share of its characters is told beside it. The baseline is lead-3, as
in R. Nallapati et al.: SummaRuNNer, AAAI 2017, within as many characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.benchmarks.latency import latency_figures
from eval.data_files import made_of_rows
from eval.measures.containment import loose, shares_evidence
from eval.reading import mean, pipeline_of, result
from eval.written import read_sources
from rag.data_model.answers import Answer, Filters, Question
from rag.data_model.documents import Article
from rag.desk.gist import MOST
from rag.language.text import numbered_sentences
from rag.models.embedding import Embedder, Progress
from rag.settings import Settings

_ASKED = "这篇文章主要讲了什么？"


@dataclass(frozen=True, slots=True)
class Outline:
    """What a gist should tell: of each point, the sentences any of which tells it."""

    article: str
    points: tuple[tuple[str, ...], ...]

    def coverage(self, quotes: Sequence[str]) -> float:
        """The share of the points that quotes tell."""
        told = [any(shares_evidence(quote, point) for quote in quotes) for point in self.points]
        return mean(told)

    def wording(self, quotes: Sequence[str]) -> float:
        """How much of the wording of the points is quoted: of each, of its most quoted sentence."""
        held = [loose(quote) for quote in quotes]
        shares = []
        for point in self.points:
            golds = list(filter(None, map(loose, point)))
            shares.append(max(map(_quoted_share, golds, [held] * len(golds)), default=0.0))
        return mean(shares)


def _quoted_share(gold: str, held: Sequence[str]) -> float:
    """How much of a sentence is quoted; what two quotes share counts once."""
    if any(gold in quote for quote in held):
        return 1.0
    quoted = {
        start + at
        for quote in held
        if quote and (start := gold.find(quote)) >= 0
        for at in range(len(quote))
    }
    return len(quoted) / len(gold)


def run(
    file: Path,
    articles: Sequence[Path] | None = None,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Ask what each article is about.

    Args:
        file: outlines, `{"article", "points": [{"point", "evidence": [sentence, …]}]}` a line.
        articles: JSONL files that hold their articles.
        settings: of the pipeline.
        progress: called with (articles stored, in all).
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: a file cannot be used.
    """
    settings = settings or Settings()
    outlines = read_outlines(file)
    known = read_sources(articles or ())
    held = [known[outline.article] for outline in outlines]
    with pipeline_of(held, settings, embedder, cache_dir, progress) as pipeline:
        gists = [
            pipeline.ask(Question(question=_ASKED, filters=Filters(articles=(o.article,))))
            for o in outlines
        ]
    figures = figures_of(outlines, gists, [lead_of(article) for article in held])
    return result(
        "gist", file, settings, figures, articles=len(held), model=pipeline.embedder.fingerprint
    )


def read_outlines(file: Path) -> list[Outline]:
    """The outlines of a file.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: it cannot be used.
    """
    return list(made_of_rows(file, _outline))


def _outline(record: dict[str, Any]) -> Outline:
    points = tuple(tuple(point["evidence"]) for point in record["points"])
    return Outline(str(record["article"]), points)


def lead_of(article: Article) -> list[str]:
    """The first three sentences, as far as they have room."""
    quotes: list[str] = []
    for sentence in numbered_sentences(article.text, article.paragraph_starts)[:3]:
        text = article.text[sentence.start : sentence.end]
        if sum(map(len, quotes)) + len(text) > MOST:
            break
        quotes.append(text)
    return quotes


def figures_of(
    outlines: Sequence[Outline], gists: Sequence[Answer], leads: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """Mean coverage 0–1 and length in characters, of the gists and of the baseline."""
    quoted = [[citation.quote for citation in gist.citations] for gist in gists]
    return {
        "coverage": mean(o.coverage(q) for o, q in zip(outlines, quoted, strict=True)),
        "wording": mean(o.wording(q) for o, q in zip(outlines, quoted, strict=True)),
        "length": mean(sum(map(len, quotes)) for quotes in quoted),
        "longest": max((sum(map(len, quotes)) for quotes in quoted), default=0),
        "lead_3": {
            "coverage": mean(o.coverage(q) for o, q in zip(outlines, leads, strict=True)),
            "length": mean(sum(map(len, quotes)) for quotes in leads),
        },
        **latency_figures(gists),
    }
