"""Stretches that are quoted, and the citations that say where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.data_model.answers import Chosen, Citation, Source, Why
from rag.data_model.documents import Span, cut_spans
from rag.language.text import fold
from rag.library.records import StoredArticle
from rag.library.reprints import holds
from rag.question.term_weights import TermWeights
from rag.retrieval.retriever import Hit

SURE = 0.95
"""The probability of what the page itself says of what is asked."""
UNSURE = 0.5
"""The probability of what it says of something near that."""


class Quotable(Protocol):
    """What can be quoted: characters of a source file that belong to an article."""

    @property
    def stored(self) -> StoredArticle:
        """The article."""

    @property
    def paragraph(self) -> int:
        """The number of its paragraph, from 1."""

    @property
    def probability(self) -> float:
        """That it answers."""

    @property
    def text(self) -> str:
        """Its characters."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where they stand in the source file."""

    @property
    def hit(self) -> Hit | None:
        """The passage that was found, if it came from one."""

    @property
    def chosen(self) -> Chosen:
        """The rule that chose it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of one paragraph, `[start, end)` in the article's text."""

    stored: StoredArticle
    paragraph: int
    start: int
    end: int
    probability: float
    hit: Hit | None = None
    chosen: Chosen = "evidence"

    @property
    def text(self) -> str:
        """Its characters."""
        return self.stored.article.text[self.start : self.end]

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where they stand in the source file; several where the page broke it in two."""
        article = self.stored.article
        offset = article.paragraph_starts[self.paragraph - 1]
        paragraph = article.paragraphs[self.paragraph - 1]
        return cut_spans(paragraph.spans, self.start - offset, self.end - offset)


def whole_paragraph(stored: StoredArticle, n: int, probability: float = SURE) -> Quote:
    """Paragraph `n`, as a line of the page that answers by itself."""
    start = stored.article.paragraph_starts[n - 1]
    end = start + len(stored.article.paragraphs[n - 1].text)
    return Quote(stored, n, start, end, probability, chosen="fact")


@dataclass(frozen=True, slots=True)
class LineQuote:
    """A line of the page that is no paragraph of its article: a byline, or the page's own head."""

    stored: StoredArticle
    paragraph: int
    span: Span
    text: str
    probability: float
    chosen: Chosen = "fact"
    hit: None = None

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where it stands in the source file."""
        return (self.span,)


def citation(
    n: int, quote: Quotable, weights: TermWeights, rules: tuple[str, ...] = ()
) -> Citation:
    """The citation of a quote, with the spans of the source file that spell it."""
    article = quote.stored.article
    paragraph = article.paragraphs[quote.paragraph - 1]
    within = isinstance(quote, Quote)
    return Citation(
        n=n,
        article_id=article.article_id,
        title=article.title,
        title_inferred=article.title_inferred,
        authors=article.authors,
        newspaper=article.newspaper,
        date=article.date,
        page=article.page,
        section=paragraph.section if within else None,
        speaker=paragraph.speaker if within else None,
        speaker_title=paragraph.speaker_title if within else None,
        paragraph=paragraph.n,
        quote=quote.text,
        source=Source(
            file=quote.stored.file,
            sha256=quote.stored.sha256,
            spans=tuple((start, end) for start, end in quote.spans),
        ),
        score=round(quote.probability, 4),
        matched_words=weights.matched(fold(quote.text)),
        reprints=tuple(
            other.article.article_id
            for other in quote.stored.reprints
            if holds(other.article, quote.text, quote.paragraph)
        ),
        why=_why(quote, rules),
    )


def _why(quote: Quotable, rules: tuple[str, ...]) -> Why:
    hit = quote.hit
    if hit is None:
        return Why(chosen=quote.chosen, rules=rules)
    return Why(
        chosen=quote.chosen,
        rules=rules,
        dense=None if hit.dense is None else round(hit.dense, 4),
        lexical=None if hit.lexical is None else round(hit.lexical, 4),
        dense_rank=hit.dense_rank,
        lexical_rank=hit.lexical_rank,
    )


def merged(quotes: Sequence[Quotable]) -> list[Quotable]:
    """Quotes that touch within a paragraph become one, in the place of the first of them."""
    result: list[Quotable] = []
    for quote in quotes:
        for at, other in enumerate(result):
            if isinstance(quote, Quote) and isinstance(other, Quote) and _touch(other, quote):
                result[at] = replace(
                    other,
                    start=min(other.start, quote.start),
                    end=max(other.end, quote.end),
                    probability=max(other.probability, quote.probability),
                )
                break
        else:
            result.append(quote)
    return result


def _touch(a: Quote, b: Quote) -> bool:
    """Whether nothing but white space is between two quotes of a paragraph."""
    if a.stored.key != b.stored.key or a.paragraph != b.paragraph:
        return False
    gap = a.stored.article.text[min(a.end, b.end) : max(a.start, b.start)]
    return not gap.strip()
