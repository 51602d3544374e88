"""The reader as an evidence scorer: it reads the few best passages and names the short answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.documents import Span
from rag.embedding import PassageInput, Vectors, sourced_input
from rag.evidence import Assessment, Evidence, FeatureScorer
from rag.features import Candidate, Weights
from rag.logistic import log_odds, sigmoid
from rag.phrasing import as_question
from rag.question import QuestionType, Understood
from rag.reader import Reader, Reading
from rag.settings import AnswerSettings
from rag.text import spelt_as

_READER_SHARE = 0.6
"""Weight of the reader's log-odds against the features' for "is it answered at all". The reader
tells more where texts are like those it learnt from (0.67 fits there), the features elsewhere."""
_TOO_UNSURE = 0.2
"""How far, in log-odds, the two together are too unsure where texts are unlike those learnt."""
_SHORT_TYPES = {
    QuestionType.WHO,
    QuestionType.WHEN,
    QuestionType.WHERE,
    QuestionType.HOW_MANY,
}
_SHORT = 24
_BINDING = "的了"
"""Ends of an answer that only bind it to what follows: 72岁`的`."""
_CERTAIN = 0.5


class ReaderScorer:
    """Reads the passages that measured features put first, and lets the reading decide.

    A sentence's probability is that of its passage holding the answer, times that of the
    sentence being evidence there; the sentences of the answer's own span count in full.

    Args:
        reader: the reader.
        features: measures before anything is read.
        settings: how many passages are read, and when a short answer is named.
    """

    def __init__(self, reader: Reader, features: FeatureScorer, settings: AnswerSettings) -> None:
        self._reader = reader
        self._features = features
        self._settings = settings

    @property
    def fingerprint(self) -> str:
        """Names reader and feature weights."""
        return f"{self._reader.fingerprint}+{self._features.fingerprint}"

    def assess(
        self,
        question: Understood,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: Weights,
    ) -> Assessment:
        """Score every sentence; see `EvidenceScorer`."""
        first = self._features.assess(question, vector, candidates, weights)
        if not first.evidence:
            return first
        by_row = {evidence.candidate.hit.id: evidence.candidate for evidence in first.evidence}
        chosen = list(by_row.values())[: self._settings.read]
        shown = [sourced_input(c.hit.stored.article, c.hit.passage) for c in chosen]
        asked = as_question(question.searched) if question.chinese else question.searched
        asked = spelt_as(asked, *(given.text for given in shown), *question.written)
        readings = self._reader.read(asked, shown)
        scored = [
            evidence
            for candidate, text, reading in zip(chosen, shown, readings, strict=True)
            for evidence in _sentences(
                candidate, text, reading, self._short_answer(question, text, reading)
            )
        ]
        scored.sort(key=lambda evidence: -evidence.probability)
        answerable = _mixed(max(r.has_answer for r in readings), first.answerable)
        rest = [e for e in first.evidence if e.candidate.hit.id not in {c.hit.id for c in chosen}]
        unread = [Evidence(e.candidate, e.index, 0.0) for e in rest]
        return Assessment((*scored, *unread), answerable)

    def _short_answer(
        self, question: Understood, shown: PassageInput, reading: Reading
    ) -> str | None:
        """The answer's few characters, where the question wants few and the reader is sure."""
        if reading.answer is None:
            return None
        text = shown.text[reading.answer.start : reading.answer.end]
        if self._settings.short_answer == "always":
            return text or None
        if question.type not in _SHORT_TYPES or not 0 < len(text) <= _SHORT or "\n" in text:
            return None
        text = text.rstrip(_BINDING) or text
        sure = reading.has_answer >= _CERTAIN and reading.answer_score >= _CERTAIN
        return text if sure else None


def _sentences(
    candidate: Candidate, shown: PassageInput, reading: Reading, short: str | None
) -> list[Evidence]:
    evidence = []
    for n, (start, end) in enumerate(shown.spans):
        answer, weight = reading.answer, reading.evidence[n]
        if answer is None or answer.end <= start or end <= answer.start:
            evidence.append(Evidence(candidate, n, reading.has_answer * weight))
            continue
        # an answer's own sentence comes before its neighbours
        weight = 0.5 + 0.5 * max(weight, reading.answer_score)
        shift = candidate.hit.passage.sentences[n].start - start
        part = Span(max(answer.start, start) + shift, min(answer.end, end) + shift)
        evidence.append(Evidence(candidate, n, reading.has_answer * weight, short, part))
    return evidence


def _mixed(reader: float, features: float) -> float:
    """The weighted mean of both, in log-odds, a little higher."""
    odds = _READER_SHARE * log_odds(reader) + (1 - _READER_SHARE) * log_odds(features)
    odds += _TOO_UNSURE
    return float(sigmoid(np.asarray(odds)))
