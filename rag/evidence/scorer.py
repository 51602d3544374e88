"""Which sentences answer a question, and how sure that is.

A scorer gives each sentence of the candidates a probability that it holds the answer, and the
question a calibrated probability that any does. `FeatureScorer` weighs what `rag.evidence.features`
measures with weights that were fitted on labelled questions (`rag/data/features.json`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from rag.data_model.documents import Sentence, Span
from rag.evidence.features import (
    QUESTION_FEATURES,
    SENTENCE_FEATURES,
    measure,
    question_features,
)
from rag.models.embedding import Vectors
from rag.models.logistic import LogisticModel, sigmoid
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate
from rag.settings import AnswerSettings

_WEIGHTS = Path(__file__).parents[1] / "data" / "features.json"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence and the probability that it answers.

    Attributes:
        candidate: the passage.
        index: of the sentence in it.
        probability: 0–1.
        short: its few characters that answer, if they are sure.
        answer: where the likeliest answer stands in the article's text, as far as the sentence
            holds it.
    """

    candidate: Candidate
    index: int
    probability: float
    short: str | None = None
    answer: Span | None = None

    @property
    def sentence(self) -> Sentence:
        """Where it stands in its article."""
        return self.candidate.hit.passage.sentences[self.index]

    @property
    def place(self) -> tuple[int, int]:
        """Row of its article, and where it starts in that."""
        return self.candidate.hit.stored.key, self.sentence.start

    @property
    def text(self) -> str:
        """Its characters."""
        return self.candidate.sentence_text(self.sentence)


@dataclass(frozen=True, slots=True)
class Assessment:
    """All sentences, the likeliest first, and the probability that the best ones answer."""

    evidence: tuple[Evidence, ...]
    answerable: float

    def among(self, kept: Sequence[Evidence]) -> Assessment:
        """These sentences alone; as sure as the best of them is near the best of all."""
        best = self.evidence[0].probability if self.evidence else 0.0
        share = min(kept[0].probability / best, 1.0) if kept and best else 0.0
        return replace(self, evidence=tuple(kept), answerable=self.answerable * share)

    def led_by(self, evidence: Evidence) -> Assessment:
        """The same with one of its sentences first, as likely as the best was: no surer by it."""
        raised = replace(evidence, probability=self.evidence[0].probability)
        rest = [e for e in self.evidence if e is not evidence]
        return replace(self, evidence=(raised, *rest))

    def short_answer(self, quote: str) -> str | None:
        """The likeliest few characters that answer, of the best sentence's article, in `quote`."""
        own = self.evidence[0].candidate.hit.stored.key
        shorts = (e.short for e in self.evidence if e.candidate.hit.stored.key == own)
        return next((short for short in shorts if short and short in quote), None)


class EvidenceScorer(Protocol):
    """Weighs the sentences of candidate passages.

    Attributes:
        reads: whether it understands questions in other languages than the articles'.
    """

    reads: bool

    @property
    def fingerprint(self) -> str:
        """Names scorer and weights."""

    def assess(
        self,
        question: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: TermWeights,
    ) -> Assessment:
        """Score every sentence; `vector` is the question's, shape (dim,)."""

    def under(self, settings: AnswerSettings, /) -> EvidenceScorer:
        """The same under other settings; itself, if it heeds none."""


class FeatureScorer:
    """Weighs measured features: about a millisecond, no model run.

    Attributes:
        sentences, questions: the models, of sentence and of question features.
    """

    reads = False

    def __init__(self, sentences: LogisticModel, questions: LogisticModel, version: str) -> None:
        self.sentences = sentences
        self.questions = questions
        self._version = version

    @property
    def fingerprint(self) -> str:
        """Names the weights."""
        return f"features-{self._version}"

    @classmethod
    def bundled(cls) -> FeatureScorer:
        """With the weights that come with the install."""
        return cls(*load_models())

    def under(self, _: AnswerSettings, /) -> FeatureScorer:
        """Itself: it heeds none."""
        return self

    def assess(
        self,
        question: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: TermWeights,
    ) -> Assessment:
        """Score every sentence; see `EvidenceScorer`."""
        measured = measure(question, vector, candidates, weights)
        if not measured.places:
            return Assessment((), 0.0)
        scores = self.sentences.log_odds(measured.matrix)
        answerable = self.questions.log_odds(question_features(question, measured, scores))
        order = np.argsort(-scores, kind="stable").tolist()
        probabilities = sigmoid(scores).tolist()
        evidence = tuple(
            Evidence(candidates[at], n, probabilities[row])
            for row in order
            for at, n in [measured.places[row]]
        )
        return Assessment(evidence, float(sigmoid(answerable)))


@cache
def load_models() -> tuple[LogisticModel, LogisticModel, str]:
    """The sentence model, the question model and the version of the weights of the install.

    Raises:
        ValueError: the file weighs other features than this program measures.
    """
    record = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return (
        LogisticModel.of(record["sentences"], SENTENCE_FEATURES),
        LogisticModel.of(record["questions"], QUESTION_FEATURES),
        record["version"],
    )
