"""A list is answered by the items that its document announces by the very word asked for."""

from __future__ import annotations

from rag.evidence.listings import announced, announcement, listed_things
from rag.evidence.scorer import Assessment, Evidence
from rag.language.enumeration import enumerations
from rag.language.text import fold
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion

_HELD = 0.66
"""The share of the question that the article must hold."""


def announced_first(
    question: ParsedQuestion, assessment: Assessment, weights: TermWeights
) -> Assessment:
    """Put the items first that are announced by the very word for what is asked.

    They take the place of the best evidence, as likely as that; no answer gets surer by it.
    """
    things = listed_things(question)
    if not things or not assessment.evidence:
        return assessment
    first = assessment.evidence[0]
    if _is_listed(first, things):
        return assessment
    for evidence in assessment.evidence:
        article = evidence.candidate.hit.stored.article
        if not announced(things, article, evidence.sentence.start):
            continue
        if weights.held(fold(f"{article.title}\n{article.text}")) >= _HELD:
            return assessment.led_by(evidence)
    return assessment


def _is_listed(evidence: Evidence, things: str) -> bool:
    """Whether a sentence belongs to an enumeration that is announced by that word."""
    article = evidence.candidate.hit.stored.article
    return any(
        evidence.sentence.start in {s.start for s in enumeration.members}
        and things in announcement(enumeration, article)
        for enumeration in enumerations(article)
    )
