"""Which stretches of the evidence are quoted: whole sentences, few, within the length aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answers import Citation, Source
from rag.documents import cut_spans
from rag.enumeration import enumerations
from rag.evidence import Assessment, Evidence
from rag.features import Weights
from rag.question import QuestionType, Understood
from rag.records import StoredArticle
from rag.settings import AnswerSettings
from rag.text import SPEAKER_LABEL, clause_spans, fold, sentence_spans

_MANY = {
    QuestionType.LIST,
    QuestionType.HOW,
    QuestionType.WHY,
    QuestionType.COMPARISON,
    QuestionType.OPINION,
    QuestionType.OTHER,
}
_SHORT = 40
"""A sentence of so few characters may need the next one."""

_LIST_FACTOR = 5
"""A list may be this many times as long as another answer."""

_FURTHER, _FURTHER_FACT = 0.6, 0.85
"""A further sentence is quoted if it is at least this likely, relative to the best; a question for
one fact rarely needs one."""


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


def compose(
    question: Understood, assessment: Assessment, weights: Weights, settings: AnswerSettings
) -> list[Quote]:
    """The quotes that answer, the likeliest first, neighbours merged.

    A question for several things gets all items of the enumeration that its best evidence is
    part of, or announces.
    """
    best = assessment.evidence[0]
    if question.type in _MANY and (listed := _enumerated(best, settings.max_quote)):
        return listed
    chosen: list[Quote] = []
    room = settings.max_quote
    further = _FURTHER if question.type in _MANY else _FURTHER_FACT
    for evidence in assessment.evidence:
        quote = _bounded(quote_of(evidence), weights, settings.max_quote)
        if chosen and (evidence.probability < further * best.probability or len(quote.text) > room):
            break
        if any(_same_words(quote, other) for other in chosen):
            continue
        chosen.append(_continued(quote, room) if question.type in _MANY else quote)
        room -= len(chosen[-1].text)
    return merged(chosen)


def _continued(quote: Quote, room: int) -> Quote:
    """A short sentence with the next one of its paragraph: it often only announces that."""
    article = quote.stored.article
    start = article.paragraph_starts[quote.paragraph - 1]
    text = article.paragraphs[quote.paragraph - 1].text
    if len(quote.text) > _SHORT:
        return quote
    for span in sentence_spans(text):
        if start + span.start >= quote.end:
            fits = start + span.end - quote.start <= room
            return replace(quote, end=start + span.end) if fits else quote
    return quote


def _enumerated(best: Evidence, max_quote: int) -> list[Quote]:
    """All items of the enumeration that `best` belongs to, after the sentence that leads in."""
    stored = best.candidate.hit.stored
    start = best.sentence.start
    for enumeration in enumerations(stored.article):
        if not enumeration.touches(start):
            continue
        sentences = list(enumeration.items)
        if enumeration.lead and enumeration.lead.start == start:
            sentences.insert(0, enumeration.lead)
        quotes = [
            _spoken(Quote(stored, s.paragraph, s.start, s.end, best.probability)) for s in sentences
        ]
        if sum(len(quote.text) for quote in quotes) <= _LIST_FACTOR * max_quote:
            return merged(quotes)
    return []


def nearest(assessment: Assessment, weights: Weights, settings: AnswerSettings) -> list[Quote]:
    """The likeliest sentence of each of the nearest passages."""
    found: dict[int, Quote] = {}
    for evidence in assessment.evidence:
        hit = evidence.candidate.hit
        if hit.id not in found and len(found) < settings.nearest:
            found[hit.id] = _bounded(quote_of(evidence), weights, settings.max_quote)
    return list(found.values())


def quote_of(evidence: Evidence) -> Quote:
    """The whole sentence, without the name of its speaker before it."""
    sentence = evidence.sentence
    stored = evidence.candidate.hit.stored
    return _spoken(
        Quote(stored, sentence.paragraph, sentence.start, sentence.end, evidence.probability)
    )


def _spoken(quote: Quote) -> Quote:
    """A quote at the start of a speaker's paragraph, without `姓名：`."""
    article = quote.stored.article
    paragraph = article.paragraphs[quote.paragraph - 1]
    label = SPEAKER_LABEL.match(quote.text)
    at_start = quote.start == article.paragraph_starts[quote.paragraph - 1]
    if not (paragraph.speaker and at_start and label and label.end() < len(quote.text)):
        return quote
    return replace(quote, start=quote.start + label.end())


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
