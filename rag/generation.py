"""Evidence becomes an answer, or a refusal. `TemplateGenerator` speaks in quotes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.data_model.answers import (
    Answer,
    Certainty,
    Citation,
    Mismatch,
    Question,
    Receipt,
    Refusal,
    RefusalReason,
    Slip,
    Statement,
)
from rag.inquiry import SpeakerEvidence
from rag.language.text import fold, spelt_as
from rag.models.embedding import passage_header
from rag.question.missing_words import missing_words
from rag.question.out_of_scope import is_out_of_scope, sets_a_task
from rag.question.question_types import QuestionType
from rag.question.understanding import ParsedQuestion
from rag.quoting import composition
from rag.quoting.page_facts import Facts
from rag.quoting.quotes import Quotable, citation
from rag.rules.answer_forms import lacks_form
from rag.rules.asked_speakers import Scope
from rag.rules.near_miss import NearMiss
from rag.settings import AnswerSettings
from rag.wording.phrases import noting, render_answer, render_refusal

_RELEVANT = 0.34
"""Below this share of the question's weight in the best passage, nothing there is relevant."""


DIFFERENCE = "difference"
"""The type of an answer that shows one quantity with several values."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that an answer is made of.

    Attributes:
        facts: lines of the page that answer by themselves, if the question is of that kind.
        sides: evidence, of anybody or of each person whose view is asked.
        corrections: words searched for in the place of slips.
        further: whether only what was not quoted before will do, and something was.
    """

    question: Question
    understood: ParsedQuestion
    facts: Facts | None
    sides: tuple[SpeakerEvidence, ...]
    scope: Scope
    receipt: Receipt
    corrections: tuple[Slip, ...] = ()
    further: bool = False

    def silenced(self) -> Findings:
        """The same where nothing of it answers: it is shown as what came near."""
        sides = tuple(side.silenced() for side in self.sides)
        return replace(self, facts=None, sides=sides)


class Generator(Protocol):
    """Turns findings into an answer."""

    def generate(self, findings: Findings, timings_ms: Mapping[str, float]) -> Answer:
        """Answer or refuse."""

    def under(self, settings: AnswerSettings) -> Generator:
        """The same under other settings."""


class TemplateGenerator:
    """Answers in verbatim quotes set in fixed Chinese words."""

    def __init__(self, settings: AnswerSettings) -> None:
        self._settings = settings

    def under(self, settings: AnswerSettings) -> TemplateGenerator:
        """The same under other settings."""
        return TemplateGenerator(settings)

    def generate(self, findings: Findings, timings_ms: Mapping[str, float]) -> Answer:
        """Answer if the evidence reaches the threshold, else refuse."""
        if sets_a_task(findings.understood):
            return self._refusal(findings, timings_ms)
        if findings.facts and not findings.facts.last:
            return self._told(findings, findings.facts, timings_ms)
        threshold = self._threshold(findings.understood)
        sure = [
            side
            for side in findings.sides
            if side.assessment.evidence and side.answerable >= threshold
        ]
        if sure:
            return self._answer(findings, sure, timings_ms)
        if findings.facts:
            return self._told(findings, findings.facts, timings_ms)
        return self._refusal(findings, timings_ms)

    def _threshold(self, understood: ParsedQuestion) -> float:
        """What evidence for a question has to be believed at least."""
        settings = self._settings
        alone = settings.threshold
        if understood.type is QuestionType.WHY:  # an article rarely says that it gives a reason
            return alone if understood.appended else settings.threshold_of_why
        return max(alone, settings.threshold_appended) if understood.appended else alone

    def _told(self, findings: Findings, facts: Facts, timings_ms: Mapping[str, float]) -> Answer:
        weights = findings.sides[0].weights
        confidence = min(quote.probability for quote in facts.quotes)
        citations = [citation(n, quote, weights) for n, quote in enumerate(facts.quotes, start=1)]
        short = facts.short if facts.short and facts.short in citations[0].quote else None
        return self._quoting(findings, citations, short, confidence, timings_ms)

    def _answer(
        self, findings: Findings, sides: Sequence[SpeakerEvidence], timings_ms: Mapping[str, float]
    ) -> Answer:
        citations: list[Citation] = []
        for side in sides:
            for quote in self._quotes(side):
                n = len(citations) + 1
                citations.append(citation(n, quote, side.weights, side.rules))
        confidence = min(side.answerable for side in sides)
        if any(side.differing for side in sides):
            return self._quoting(findings, citations, None, confidence, timings_ms, kind=DIFFERENCE)
        first = citations[0].quote
        short = sides[0].assessment.short_answer(first) if len(sides) == 1 else None
        return self._quoting(findings, citations, short, confidence, timings_ms)

    def _quotes(self, side: SpeakerEvidence) -> Sequence[Quotable]:
        if side.view:
            return side.view.quotes
        if side.differing:
            quotes = map(composition.quote_of, side.differing)
            return [replace(quote, chosen="difference") for quote in quotes]
        return composition.compose(side.question, side.assessment, side.weights, self._settings)

    def _quoting(
        self,
        findings: Findings,
        citations: Sequence[Citation],
        short: str | None,
        confidence: float,
        timings_ms: Mapping[str, float],
        *,
        kind: str | None = None,
    ) -> Answer:
        statements = tuple(Statement(text=c.quote, citations=(c.n,)) for c in citations)
        kind = kind or findings.understood.type
        certainty: Certainty = "sure" if confidence >= self._settings.sure else "unsure"
        return Answer(
            id=findings.question.id,
            question=findings.question.question,
            history=findings.question.history,
            filters=findings.question.filters,
            exact=findings.question.exact,
            searched_question=findings.understood.searched,
            corrections=findings.corrections,
            bridged=findings.understood.bridged,
            status="answered",
            text=noting(
                findings.corrections,
                render_answer(statements, citations, kind, short, certainty),
            ),
            short_answer=short,
            question_type=kind,
            statements=statements,
            citations=tuple(citations),
            confidence=round(confidence, 4),
            certainty=certainty,
            receipt=findings.receipt,
            timings_ms=dict(timings_ms),
        )

    def _refusal(self, findings: Findings, timings_ms: Mapping[str, float]) -> Answer:
        understood = findings.understood
        side = max(findings.sides, key=lambda side: side.answerable)
        missed = side.near_miss
        evidence = ((missed.evidence,) if missed else ()) + side.assessment.evidence
        quotes = composition.nearest(evidence, side.weights, self._settings)
        near = tuple(
            citation(n, quote, side.weights, side.rules) for n, quote in enumerate(quotes, start=1)
        )
        reason, missing = _why_not(findings, side)
        if missed:
            reason, missing = "not_stated", tuple(w for w in missing if w not in missed.asked)
        told = missed and not _is_its_heading(missed)
        mismatch = Mismatch(asked=missed.asked, told=missed.told) if missed and told else None
        further = findings.further and reason != "out_of_scope" and not (missing or mismatch)
        message = render_refusal(
            reason,
            missing,
            understood.type,
            mismatch=mismatch,
            found=bool(near),
            filtered=not findings.question.filters.empty,
            further=further,
        )
        return Answer(
            id=findings.question.id,
            question=findings.question.question,
            history=findings.question.history,
            filters=findings.question.filters,
            exact=findings.question.exact,
            searched_question=understood.searched,
            corrections=findings.corrections,
            bridged=findings.understood.bridged,
            status="refused",
            text=noting(findings.corrections, message),
            question_type=understood.type,
            confidence=round(side.assessment.answerable, 4),
            refusal=Refusal(
                reason=reason,
                message=message,
                nearest=near,
                missing_words=missing,
                mismatch=mismatch,
                further=further,
            ),
            receipt=findings.receipt,
            timings_ms=dict(timings_ms),
        )


def _is_its_heading(missed: NearMiss) -> bool:
    """Whether what is asked stands over the sentence that seems to tell of something else."""
    article = missed.evidence.candidate.hit.stored.article
    section = article.paragraphs[missed.evidence.sentence.paragraph - 1].section
    return fold(missed.asked) in fold(f"{article.title}\n{section or ''}")


def _why_not(findings: Findings, side: SpeakerEvidence) -> tuple[RefusalReason, tuple[str, ...]]:
    """The reason, and the question's words that are missing in all candidate passages."""
    understood, assessment, weights = side.question, side.assessment, side.weights
    if not assessment.evidence:
        return "nothing_relevant", ()
    if findings.scope.unknown:
        return "nothing_relevant", (findings.scope.unknown,)
    if is_out_of_scope(understood):
        return "out_of_scope", ()
    texts = {
        fold(f"{passage_header(hit.stored.article, hit.passage)}\n{hit.passage.text}")
        for hit in {e.candidate.hit.id: e.candidate.hit for e in assessment.evidence}.values()
    }
    missing = tuple(
        spelt_as(word, *understood.written)
        for word in missing_words(understood.searched, texts, weights.share)
    )
    best = assessment.evidence[0]
    held = weights.pair_cover(fold(best.candidate.hit.passage.text))
    if understood.chinese and held < _RELEVANT:
        return "nothing_relevant", missing
    if lacks_form(understood, best.text):
        return "form_missing", missing
    return "not_stated", missing
