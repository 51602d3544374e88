"""The reader as an evidence scorer: it reads the few best passages and names the short answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Span
from rag.evidence.closer import Look, look_closer, rescored
from rag.evidence.decision import Decision, Matrix, Measurements, Rows, question_row, sentence_rows
from rag.evidence.features import Measured, measure, question_features
from rag.evidence.scorer import Assessment, Evidence, FeatureScorer
from rag.language.text import spelt_as
from rag.models.embedding import PassageInput, Vectors, in_simplified, sourced_input
from rag.models.logistic import sigmoid
from rag.models.reader import PassageReader, Reading
from rag.question.question_types import QuestionType
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate
from rag.settings import AnswerSettings

_SHORT_TYPES = {
    QuestionType.WHO,
    QuestionType.WHEN,
    QuestionType.WHERE,
    QuestionType.HOW_MANY,
}
_SHORT = 24
_BINDING = "的了在于和与至到"
"""Ends of an answer that only bind it to what follows: 72岁`的`, 6月20日至25日`在`."""
_CERTAIN = 0.5


class ReaderScorer:
    """Reads the passages that measured features put first, and lets both decide together.

    Args:
        reader: the reader.
        features: measures before anything is read.
        decision: weighs what was measured and what was read.
        settings: how many passages are read, and when a short answer is named.
    """

    reads = True

    def __init__(
        self,
        reader: PassageReader,
        features: FeatureScorer,
        decision: Decision,
        settings: AnswerSettings,
    ) -> None:
        self._reader = reader
        self._features = features
        self._decision = decision
        self._settings = settings

    @property
    def fingerprint(self) -> str:
        """Names reader, decision and feature weights."""
        names = self._reader.fingerprint, self._decision.version, self._features.fingerprint
        return "+".join(names)

    def under(self, settings: AnswerSettings, /) -> ReaderScorer:
        """The same reader under other settings."""
        return ReaderScorer(self._reader, self._features, self._decision, settings)

    def assess(
        self,
        question: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: TermWeights,
    ) -> Assessment:
        """Score every sentence; see `EvidenceScorer`."""
        known = self.read(question, vector, candidates, weights)
        return Assessment((), 0.0) if known is None else self.weigh(question, known)

    def weigh(self, question: ParsedQuestion, known: Known) -> Assessment:
        """What is known, weighed by the decision."""
        scores = self._scores(known)
        answerable = self._decision.questions.probability(known.question_row(question, scores))
        scored = [
            known.evidence(n, float(p), self._short_answer(question, known, n, float(p)))
            for n, p in enumerate(sigmoid(scores))
        ]
        scored.sort(key=lambda evidence: -evidence.probability)
        return Assessment((*scored, *known.unread()), float(answerable))

    def _scores(self, known: Known) -> NDArray[np.float64]:
        """Log-odds of the sentences that were read, the likeliest after a closer look."""
        scores = self._decision.sentences.log_odds(known.rows.matrix)
        if self._decision.closer is None:
            return scores
        look = self.look(known, scores)
        return rescored(scores, look, self._decision.closer)

    def look(self, known: Known, scores: NDArray[np.float64]) -> Look:
        """The sentences that score highest, read once more; see `look_closer`."""
        return look_closer(self._reader, known.asked, known.shown, known.rows.places, scores)

    def read(
        self,
        question: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: TermWeights,
    ) -> Known | None:
        """What is measured and read, before it is weighed; None without a sentence."""
        measured = measure(question, vector, candidates, weights)
        if not measured.places:
            return None
        scores = self._features.sentences.log_odds(measured.matrix)
        order = np.argsort(-scores, kind="stable")
        nearest = tuple(dict.fromkeys(measured.places[row][0] for row in order))
        if any(candidate.reranked is not None for candidate in candidates):
            nearest = tuple(sorted(nearest, key=lambda n: -(candidates[n].reranked or 0.0)))
        chosen, shown, asked, readings = self._read_nearest(question, candidates, nearest)
        rows = sentence_rows(readings, chosen, measured, scores)
        features = question_features(question, measured, scores)
        alone = Measurements(features, float(self._features.questions.log_odds(features)))
        return Known(candidates, chosen, shown, asked, readings, measured, scores, rows, alone)

    def _read_nearest(
        self, question: ParsedQuestion, candidates: Sequence[Candidate], nearest: Sequence[int]
    ) -> tuple[tuple[int, ...], list[PassageInput], list[str], list[Reading]]:
        """The nearest passages, and the next ones where none of these seems to answer."""
        first, more = self._settings.read, self._settings.read_more
        chosen: tuple[int, ...] = ()
        shown: list[PassageInput] = []
        asked: list[str] = []
        readings: list[Reading] = []
        for part in (nearest[:first], nearest[first : first + more]):
            if not part or any(reading.has_answer >= _CERTAIN for reading in readings):
                break
            hits = [candidates[n].hit for n in part]
            given = [sourced_input(hit.stored.article, hit.passage) for hit in hits]
            spelt = spelt_as(question.searched, *(g.text for g in given), *question.written)
            readings += self._reader.read(spelt, [in_simplified(g) for g in given])
            chosen, shown = (*chosen, *part), [*shown, *given]
            asked += [spelt] * len(given)
        return chosen, shown, asked, readings

    def _short_answer(
        self, question: ParsedQuestion, known: Known, row: int, probability: float
    ) -> str | None:
        """The answer's few characters, where the question wants few and the reader is sure."""
        passage, sentence = known.rows.places[row]
        reading = known.readings[passage]
        if reading.answer is None or sentence not in reading.touched:
            return None
        text = known.shown[passage].text[reading.answer.start : reading.answer.end]
        if self._settings.short_answer == "always":
            return text or None
        if question.type not in _SHORT_TYPES or not 0 < len(text) <= _SHORT or "\n" in text:
            return None
        text = text.rstrip(_BINDING) or text
        return text if min(probability, reading.answer_score) >= _CERTAIN else None


@dataclass(frozen=True)
class Known:
    """What is known of a question's candidates, before it is weighed.

    Attributes:
        candidates: all of them.
        chosen: which were read, the nearest first.
        shown: the same with what stands over them; the reader sees them in Simplified characters.
        asked: the question as it was put to each of these.
        readings: one of each that was read.
        measured, scores: features of all sentences, and the log-odds that these alone give.
        rows: of the sentences that were read.
        alone: what features alone say of the question.
    """

    candidates: Sequence[Candidate]
    chosen: Sequence[int]
    shown: Sequence[PassageInput]
    asked: Sequence[str]
    readings: Sequence[Reading]
    measured: Measured
    scores: NDArray[np.float64]
    rows: Rows
    alone: Measurements

    def question_row(self, question: ParsedQuestion, scores: NDArray[np.float64]) -> Matrix:
        """What is known of the question; `scores`: log-odds of the sentences that were read."""
        return question_row(question, self.readings, self.rows, scores, self.alone)

    def evidence(self, row: int, probability: float, short: str | None) -> Evidence:
        """A sentence that was read, with the part of the answer that it holds."""
        passage, sentence = self.rows.places[row]
        candidate, reading = self.candidates[self.chosen[passage]], self.readings[passage]
        if reading.answer is None or sentence not in reading.touched:
            return Evidence(candidate, sentence, probability)
        start, end = self.shown[passage].spans[sentence]
        shift = candidate.hit.passage.sentences[sentence].start - start
        answer = reading.answer
        part = Span(max(answer.start, start) + shift, min(answer.end, end) + shift)
        return Evidence(candidate, sentence, probability, short, part)

    def unread(self) -> list[Evidence]:
        """The sentences of the other candidates, as the features order them."""
        order = np.argsort(-self.scores, kind="stable")
        places = (self.measured.places[row] for row in order)
        return [Evidence(self.candidates[c], n, 0.0) for c, n in places if c not in self.chosen]
