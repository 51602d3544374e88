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
) -> Iterator[tuple[Understood, tuple[str, str], list[Candidate]]]:
    """The question with its year as articles of a later date would say it.

    Gives the question, the year's two names, and the candidates whose date it holds for.
    """
    asked = _YEAR.search(question.searched)
    if asked is None:
        return
    for apart, word in _WORDS.items():
        dated = str(int(asked.group()) + apart)
        own = [c for c in candidates if (c.hit.stored.article.date or "").startswith(dated)]
        if own:
            year = f"{asked.group()}年"
            searched = question.searched.replace(year, word)
            terms = content_words(searched)
            yield replace(question, searched=searched, terms=terms), (word, year), own


def saying(words: Sequence[str], assessment: Assessment) -> Assessment:
    """The sentences that have one of some words."""
    return assessment.among(
        [e for e in assessment.evidence if any(word in e.text for word in words)]
    )
