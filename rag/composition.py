"""Which stretches of the evidence are quoted: whole sentences, few, within the length aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answers import Citation, Source
from rag.documents import cut_spans
from rag.evidence import Assessment, Evidence
from rag.features import Weights
from rag.records import StoredArticle
from rag.settings import AnswerSettings
from rag.text import clause_spans, fold

_FURTHER = 0.6
"""A further sentence is quoted if it is at least this likely, relative to the best."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of one paragraph, `[start, end)` in the article's text."""

    stored: StoredArticle
    paragraph: int
    start: int
    end: int
    probability: float

    @property
    def text(self) -> str:
        """Its characters."""
        return self.stored.article.text[self.start : self.end]


def compose(assessment: Assessment, weights: Weights, settings: AnswerSettings) -> list[Quote]:
    """The quotes that answer, the likeliest first, neighbours merged."""
    chosen: list[Quote] = []
    room = settings.max_quote
    best = assessment.evidence[0]
    for evidence in assessment.evidence:
        quote = _bounded(quote_of(evidence), weights, settings.max_quote)
        if chosen and (
            evidence.probability < _FURTHER * best.probability or len(quote.text) > room
        ):
            break
        if any(_same_words(quote, other) for other in chosen):
            continue
        chosen.append(quote)
        room -= len(quote.text)
    return merged(chosen)


def nearest(assessment: Assessment, weights: Weights, settings: AnswerSettings) -> list[Quote]:
    """The likeliest sentence of each of the nearest passages."""
    found: dict[int, Quote] = {}
    for evidence in assessment.evidence:
        hit = evidence.candidate.hit
        if hit.id not in found and len(found) < settings.nearest:
            found[hit.id] = _bounded(quote_of(evidence), weights, settings.max_quote)
    return list(found.values())


def quote_of(evidence: Evidence) -> Quote:
    """The whole sentence."""
    sentence = evidence.sentence
    stored = evidence.candidate.hit.stored
    return Quote(stored, sentence.paragraph, sentence.start, sentence.end, evidence.probability)


def merged(quotes: Sequence[Quote]) -> list[Quote]:
    """Quotes that touch within a paragraph become one, in the place of the first of them."""
    result: list[Quote] = []
    for quote in quotes:
        for at, other in enumerate(result):
            if (
                other.stored.key == quote.stored.key
                and other.paragraph == quote.paragraph
                and _touch(other, quote)
            ):
                result[at] = Quote(
                    other.stored,
                    other.paragraph,
                    min(other.start, quote.start),
                    max(other.end, quote.end),
                    max(other.probability, quote.probability),
                )
                break
        else:
            result.append(quote)
    return result


def citation(n: int, quote: Quote, weights: Weights) -> Citation:
    """The citation of a quote, with the spans of the source file that spell it."""
    article = quote.stored.article
    paragraph = article.paragraphs[quote.paragraph - 1]
    offset = article.paragraph_starts[quote.paragraph - 1]
    spans = cut_spans(paragraph.spans, quote.start - offset, quote.end - offset)
    return Citation(
        n=n,
        article_id=article.article_id,
        title=article.title,
        title_inferred=article.title_inferred,
        authors=article.authors,
        newspaper=article.newspaper,
        date=article.date,
        page=article.page,
        section=paragraph.section,
        speaker=paragraph.speaker,
        speaker_title=paragraph.speaker_title,
        paragraph=paragraph.n,
        quote=quote.text,
        source=Source(
            file=quote.stored.file,
            sha256=quote.stored.sha256,
            spans=tuple((start, end) for start, end in spans),
        ),
        score=round(quote.probability, 4),
        matched_words=weights.matched(fold(quote.text)),
    )


def _bounded(quote: Quote, weights: Weights, limit: int) -> Quote:
    """A sentence that is far too long is quoted by the run of clauses that says most."""
    if len(quote.text) <= 2 * limit:
        return quote
    clauses = clause_spans(quote.text)
    best, best_cover = clauses[:1], -1.0
    first = 0
    for last in range(len(clauses)):
        while clauses[last].end - clauses[first].start > limit and first < last:
            first += 1
        text = fold(quote.text[clauses[first].start : clauses[last].end])
        cover = weights.pair_cover(text)
        if cover > best_cover:
            best, best_cover = clauses[first : last + 1], cover
    start, end = best[0].start, min(best[-1].end, best[0].start + 2 * limit)
    return Quote(
        quote.stored, quote.paragraph, quote.start + start, quote.start + end, quote.probability
    )


def _touch(a: Quote, b: Quote) -> bool:
    gap = a.stored.article.text[min(a.end, b.end) : max(a.start, b.start)]
    return not gap.strip()


def _same_words(a: Quote, b: Quote) -> bool:
    return fold(a.text) == fold(b.text)
