"""Evidence becomes an answer, or a refusal. `TemplateGenerator` speaks in quotes only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rag import composition
from rag.answers import Answer, Question, Receipt, Refusal, RefusalReason, Statement
from rag.embedding import passage_header
from rag.evidence import Assessment
from rag.features import Weights, has_form
from rag.question import Understood
from rag.settings import AnswerSettings
from rag.text import fold
from rag.wording import render_answer, render_refusal

_RELEVANT = 0.34
"""Below this share of the question's weight in the best passage, nothing there is relevant."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that an answer is made of."""

    question: Question
    understood: Understood
    assessment: Assessment
    weights: Weights
    receipt: Receipt


class Generator(Protocol):
    """Turns findings into an answer."""

    def generate(self, findings: Findings, timings_ms: Mapping[str, float]) -> Answer:
        """Answer or refuse."""


class TemplateGenerator:
    """Answers in verbatim quotes set in fixed Chinese words."""

    def __init__(self, settings: AnswerSettings) -> None:
        self._settings = settings

    def generate(self, findings: Findings, timings_ms: Mapping[str, float]) -> Answer:
        """Answer if the evidence reaches the threshold, else refuse."""
        assessment = findings.assessment
        if assessment.evidence and assessment.answerable >= self._settings.threshold:
            return self._answer(findings, timings_ms)
        return self._refusal(findings, timings_ms)

    def _answer(self, findings: Findings, timings_ms: Mapping[str, float]) -> Answer:
        understood, assessment = findings.understood, findings.assessment
        quotes = composition.compose(understood, assessment, findings.weights, self._settings)
        citations = tuple(
            composition.citation(n, quote, findings.weights)
            for n, quote in enumerate(quotes, start=1)
        )
        statements = tuple(Statement(text=c.quote, citations=(c.n,)) for c in citations)
        short = assessment.short_answer
        if short and not any(short in c.quote for c in citations):
            short = None
        return Answer(
            id=findings.question.id,
            question=findings.question.question,
            searched_question=understood.searched,
            status="answered",
            text=render_answer(statements, citations, understood.type, short),
            short_answer=short,
            question_type=understood.type,
            statements=statements,
            citations=citations,
            confidence=round(assessment.answerable, 4),
            receipt=findings.receipt,
            timings_ms=dict(timings_ms),
        )

    def _refusal(self, findings: Findings, timings_ms: Mapping[str, float]) -> Answer:
        understood, assessment, weights = (
            findings.understood,
            findings.assessment,
            findings.weights,
        )
        quotes = composition.nearest(assessment, weights, self._settings)
        near = tuple(
            composition.citation(n, quote, weights) for n, quote in enumerate(quotes, start=1)
        )
        reason, missing = _why_not(understood, assessment, weights)
        message = render_refusal(
            reason, missing, understood.type, empty=not assessment.evidence and not near
        )
        return Answer(
            id=findings.question.id,
            question=findings.question.question,
            searched_question=understood.searched,
            status="refused",
            text=message,
            question_type=understood.type,
            confidence=round(assessment.answerable, 4),
            refusal=Refusal(reason=reason, message=message, nearest=near, missing_words=missing),
            receipt=findings.receipt,
            timings_ms=dict(timings_ms),
        )


def _why_not(
    understood: Understood, assessment: Assessment, weights: Weights
) -> tuple[RefusalReason, tuple[str, ...]]:
    """The reason, and the question's words that no candidate passage holds."""
    if not assessment.evidence:
        return "nothing_relevant", ()
    texts = {
        fold(f"{passage_header(hit.stored.article, hit.passage)}\n{hit.passage.text}")
        for hit in {e.candidate.hit.id: e.candidate.hit for e in assessment.evidence}.values()
    }
    missing = tuple(word for word in weights.words if not any(word in text for text in texts))
    best = assessment.evidence[0]
    held = weights.pair_cover(fold(best.candidate.hit.passage.text))
    if understood.chinese and held < _RELEVANT:
        return "nothing_relevant", missing
    if has_form(understood, best.text) is False:
        return "form_missing", missing
    return "not_stated", missing
