"""Which stretches of the evidence are quoted: whole sentences, few, within the length aimed at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.data_model.documents import Sentence, Span
from rag.evidence.scorer import Assessment, Evidence
from rag.language.enumeration import Enumeration, enumerations
from rag.language.text import SPEAKER_LABEL, clause_spans, fold, sentence_spans, windows
from rag.question.question_types import QuestionType
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.quoting.quotes import Quotable, Quote, merged
from rag.quoting.trimming import shortened, trimmed
from rag.rules.interviewer_sentences import asks
from rag.settings import AnswerSettings

_MANY = {
    QuestionType.LIST,
    QuestionType.HOW,
    QuestionType.WHY,
    QuestionType.COMPARISON,
    QuestionType.OPINION,
    QuestionType.OTHER,
}
_REPEATS = 0.5
"""A sentence with so much of it in the question says little: what it leads to is quoted too."""

_NEXT = 0.4
"""Of several things, the very next sentence is quoted if so likely, relative to the one before."""

_TOPIC = 40
"""A paragraph's first sentence of so few characters names its topic, but hardly tells how."""

_LIST_FACTOR = 5
"""A list may be this many times as long as another answer."""

_SLIGHT = 0.03
"""A further sentence that is less likely says nothing."""

_LOOKED_AT = 12
"""Sentences among which the answer is taken to be, where it is anywhere."""


def compose(
    question: ParsedQuestion, assessment: Assessment, weights: TermWeights, settings: AnswerSettings
) -> list[Quotable]:
    """The quotes that answer, the likeliest first, neighbours merged.

    Sentences are added until the answer is likely enough among them, as far as there is room.

    A question for several things gets all items of the enumeration that its best evidence is
    part of, or announces.
    """
    best = assessment.evidence[0]
    if question.type in _MANY:
        quote = quote_of(best)
        explained = question.type is QuestionType.LIST
        if listed := enumerated(quote, settings.max_quote, explained=explained):
            return listed
    chosen: list[Quote] = []
    room = settings.max_quote
    wanted = settings.enough * sum(e.probability for e in assessment.evidence[:_LOOKED_AT])
    reached = 0.0
    for evidence in assessment.evidence[:_LOOKED_AT]:
        if chosen and (reached >= wanted or evidence.probability < _SLIGHT):
            break
        quote = quote_of(evidence)
        # a sentence that asks is not cut: what it doubts would stand as a fact
        answer = None if asks(evidence.text) else evidence.answer
        if answer:
            quote = shortened(quote, answer, weights, settings.max_quote)
        quote = _bounded(quote, weights, settings.max_quote)
        if chosen and len(quote.text) > room:
            continue
        if any(_same_words(quote, other) for other in chosen):
            continue
        if chosen and question.type not in _MANY and _siblings(quote, chosen[0]):
            continue  # one fact stands in one item of a list
        whole = _continued(quote, question, assessment, room, leads=not evidence.short)
        if answer and evidence.short and whole == quote:
            whole = trimmed(whole, answer, question, weights)
        chosen.append(replace(whole, chosen="further") if chosen else whole)
        reached += evidence.probability
        room -= len(whole.text)
    return merged(chosen)


def _continued(
    quote: Quote, question: ParsedQuestion, assessment: Assessment, room: int, *, leads: bool
) -> Quote:
    """The quote with the next sentence of its paragraph, where it goes on or may lead to that."""
    following = _following(quote)
    if following is None or following.end - quote.start > room:
        return quote
    likely = max(
        (e.probability for e in assessment.evidence if _stands_at(e, quote, following)), default=0.0
    )
    goes_on = question.type in _MANY and likely >= _NEXT * quote.probability
    leads = leads and (_repeats(quote, question) or _announces(quote, question))
    return replace(quote, end=following.end) if goes_on or leads else quote


def _following(quote: Quote) -> Span | None:
    """The next sentence of the paragraph, in the article's text."""
    article = quote.stored.article
    start = article.paragraph_starts[quote.paragraph - 1]
    spans = sentence_spans(article.paragraphs[quote.paragraph - 1].text)
    after = (Span(start + s.start, start + s.end) for s in spans if start + s.start >= quote.end)
    return next(after, None)


def _stands_at(evidence: Evidence, quote: Quote, span: Span) -> bool:
    same_article = evidence.candidate.hit.stored.key == quote.stored.key
    return same_article and evidence.sentence.start == span.start


def _announces(quote: Quote, question: ParsedQuestion) -> bool:
    """Whether a sentence ends with a colon, or is the topic of a paragraph that tells how."""
    if fold(quote.text).rstrip().endswith(":"):
        return True
    first = quote.start == quote.stored.article.paragraph_starts[quote.paragraph - 1]
    return question.type is QuestionType.HOW and first and len(quote.text) <= _TOPIC


def _repeats(quote: Quote, question: ParsedQuestion) -> bool:
    """Whether most of a sentence stands in the question."""
    pairs = [pair for run in re.findall(r"\w+", fold(quote.text)) for pair in windows(run, 2)]
    return sum(pair in question.searched for pair in pairs) >= _REPEATS * len(pairs)


def enumerated(best: Quote, max_quote: int, *, explained: bool = False) -> list[Quotable]:
    """All items of the enumeration that `best` belongs to, after the sentence that leads in.

    With `explained`, a sentence that explains an item belongs to it.
    """
    stored = best.stored
    for enumeration in enumerations(stored.article):
        place = next((s for s in enumeration.members if s.start <= best.start < s.end), None)
        if place is None and explained:
            place = _explained(best, enumeration)
        if place is None:
            continue
        sentences = list(enumeration.items)
        if place == enumeration.lead:
            sentences.insert(0, place)
        quotes = [
            spoken(
                replace(best, paragraph=s.paragraph, start=s.start, end=s.end, chosen="list_item")
            )
            for s in sentences
        ]
        if sum(len(quote.text) for quote in quotes) <= _LIST_FACTOR * max_quote:
            return merged(quotes)
    return []


def _explained(best: Quote, enumeration: Enumeration) -> Sentence | None:
    """The item that a sentence stands behind: before the next, or in the last one's paragraph."""
    items = enumeration.items
    for item, following in zip(items, (*items[1:], None), strict=True):
        ends = (
            best.paragraph == item.paragraph if following is None else best.start < following.start
        )
        if item.start < best.start and ends:
            return item
    return None


def nearest(
    likeliest: Sequence[Evidence], weights: TermWeights, settings: AnswerSettings
) -> list[Quote]:
    """The likeliest sentence of each of the nearest passages."""
    found: dict[int, Quote] = {}
    for evidence in likeliest:
        hit = evidence.candidate.hit
        if hit.id not in found and len(found) < settings.nearest:
            quote = _bounded(quote_of(evidence), weights, settings.max_quote)
            found[hit.id] = replace(quote, chosen="nearest")
    return list(found.values())


def quote_of(evidence: Evidence) -> Quote:
    """The whole sentence, without the name of its speaker before it."""
    sentence = evidence.sentence
    return spoken(
        Quote(
            evidence.candidate.hit.stored,
            sentence.paragraph,
            sentence.start,
            sentence.end,
            evidence.probability,
            evidence.candidate.hit,
        )
    )


def spoken(quote: Quote) -> Quote:
    """A quote at the start of a speaker's paragraph, without `姓名：`."""
    article = quote.stored.article
    paragraph = article.paragraphs[quote.paragraph - 1]
    label = SPEAKER_LABEL.match(quote.text)
    at_start = quote.start == article.paragraph_starts[quote.paragraph - 1]
    if not (paragraph.speaker and at_start and label and label.end() < len(quote.text)):
        return quote
    return replace(quote, start=quote.start + label.end())


def _bounded(quote: Quote, weights: TermWeights, limit: int) -> Quote:
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
    return replace(quote, start=quote.start + start, end=quote.start + end)


def _siblings(a: Quote, b: Quote) -> bool:
    """Whether two quotes are items of one enumeration."""
    return a.stored.key == b.stored.key and any(
        sum(any(q.start <= s.start < q.end for s in e.members) for q in (a, b)) > 1
        for e in enumerations(a.stored.article)
    )


def _same_words(a: Quote, b: Quote) -> bool:
    return fold(a.text) == fold(b.text)
