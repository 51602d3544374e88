"""`2023年` in a question is `去年` in an article of 2024, and 二〇二三年 in another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.evidence.scorer import Assessment
from rag.language.numerals import YEAR_NUMERAL, number_of
from rag.language.text import fold
from rag.question.spellings import as_spelt
from rag.question.understanding import ParsedQuestion, content_words
from rag.retrieval.candidates import Candidate

_YEAR = re.compile(rf"(?<!\d){YEAR_NUMERAL}(?=年)")
_WORDS = {0: "今年", 1: "去年", 2: "前年"}


def in_articles_words(
    question: ParsedQuestion, candidates: Sequence[Candidate]
) -> Iterator[tuple[ParsedQuestion, tuple[str, ...], list[Candidate]]]:
    """The question as articles write its numbers, its year as later ones do.

    Gives the question, what a sentence must have one of, and the candidates that it holds for.
    """
    yield from as_spelt(question, candidates)
    asked = _YEAR.search(question.searched)
    if asked is None:
        return
    for apart, word in _WORDS.items():
        dated = str((number_of(asked.group()) or 0) + apart)
        own = [c for c in candidates if (c.hit.stored.article.date or "").startswith(dated)]
        if own:
            year = f"{asked.group()}年"
            searched = question.searched.replace(year, word)
            terms = content_words(searched)
            yield replace(question, searched=searched, terms=terms), (word, year), own


def asked_in_articles_words(
    question: ParsedQuestion,
    candidates: Sequence[Candidate],
    assessment: Assessment,
    assess: Callable[[ParsedQuestion, Sequence[Candidate]], Assessment],
) -> Assessment:
    """The evidence of the likeliest wording first, with what the others found after it."""
    for worded, words, own in in_articles_words(question, candidates):
        said = saying(words, assess(worded, own))
        if said.answerable > assessment.answerable:
            assessment = worded_first(said, assessment)
    return assessment


def worded_first(said: Assessment, before: Assessment) -> Assessment:
    """What was found in other words, and after it what was found before that."""
    places = {evidence.place for evidence in said.evidence}
    rest = [e for e in before.evidence if e.place not in places]
    return replace(said, evidence=(*said.evidence, *rest))


def saying(words: Sequence[str], assessment: Assessment) -> Assessment:
    """The sentences that have one of some words."""
    return assessment.among(
        [e for e in assessment.evidence if any(word in fold(e.text) for word in words)]
    )
