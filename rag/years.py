"""`2023年` in a question is `去年` in an article of 2024."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.evidence import Assessment
from rag.features import Candidate
from rag.question import Understood, content_words

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")
_WORDS = {0: "今年", 1: "去年", 2: "前年"}


def in_articles_words(
    question: Understood, candidates: Sequence[Candidate]
) -> Iterator[tuple[Understood, str, list[Candidate]]]:
    """The question with its year as articles of a later date would say it.

    Gives the question, the word for the year, and the candidates whose date it holds for.
    """
    asked = _YEAR.search(question.searched)
    if asked is None:
        return
    for apart, word in _WORDS.items():
        dated = str(int(asked.group()) + apart)
        own = [c for c in candidates if (c.hit.stored.article.date or "").startswith(dated)]
        if own:
            searched = question.searched.replace(f"{asked.group()}年", word)
            terms = content_words(searched)
            yield replace(question, searched=searched, terms=terms), word, own


def saying(word: str, assessment: Assessment) -> Assessment:
    """The sentences that have a word; as sure as the best of them is near the best of all."""
    kept = tuple(evidence for evidence in assessment.evidence if word in evidence.text)
    best = assessment.evidence[0].probability if assessment.evidence else 0.0
    share = min(kept[0].probability / best, 1.0) if kept and best else 0.0
    return replace(assessment, evidence=kept, answerable=assessment.answerable * share)
