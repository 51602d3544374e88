"""Fits the decision for a reader of the user's choice on the user's own questions.

Every question is asked as it would be, and what was measured and read on the way is kept. A user's
set is small, so only the readings that any reader gives are weighed (Platt, 1999, with a few more);
how good that is, is told on fifths that were left out of the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eval.evidence_training.fitting import fit_logistic, model_record
from eval.measures.containment import holds_answer, holds_any, loose
from eval.question_sets import EvalQuestion
from rag.errors import QuestionsOneSided
from rag.evidence.decision import QUESTION_READINGS, SENTENCE_READINGS
from rag.evidence.reader_scorer import Known, ReaderScorer
from rag.evidence.scorer import Assessment
from rag.models.embedding import Vectors
from rag.models.logistic import LogisticModel
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate
from rag.settings import AnswerSettings

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

Numbers = NDArray[np.float64]
Labels = NDArray[np.int8]

_SENTENCES = (
    "presence", "presence_gap", "margin", "evidence", "evidence_gap", "evidence_best", "touched",
    "answer_score", "features", "sim",
)  # fmt: skip
_QUESTIONS = ("best", "elsewhere", "presence", "margin", "evidence", "features", "cover", "missing")
_STRENGTH = 0.3
_FOLDS = 5


@dataclass
class Listening:
    """A scorer that keeps what is known of the question that it was asked last, the first time."""

    inner: ReaderScorer
    heard: list[tuple[ParsedQuestion, Known]] = field(default_factory=list)
    reads: bool = True

    @property
    def fingerprint(self) -> str:
        """That of the scorer inside."""
        return self.inner.fingerprint

    def under(self, answer: AnswerSettings) -> Listening:
        """The same with other settings for answers."""
        return replace(self, inner=self.inner.under(answer))

    def assess(
        self,
        question: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: TermWeights,
    ) -> Assessment:
        """As the scorer inside."""
        known = self.inner.read(question, vector, candidates, weights)
        if known is None:
            return Assessment((), 0.0)
        if not self.heard:
            self.heard.append((question, known))
        return self.inner.weigh(question, known)


@dataclass(frozen=True)
class Heard:
    """A question, what was read for it, and which of those sentences answer (-1: cannot say)."""

    asked: EvalQuestion
    understood: ParsedQuestion
    known: Known
    gold: Labels


def listen(
    questions: Sequence[EvalQuestion],
    scorer: ReaderScorer,
    opened: Callable[[Listening], Pipeline],
    advance: Callable[[int, int], None] | None = None,
) -> list[Heard]:
    """Ask each question whose answerability is known; what was heard of those that were read.

    Args:
        questions: of both kinds.
        scorer: of the reader.
        opened: opens a pipeline with a scorer.
        advance: is told (done, total).
    """
    listening = Listening(scorer)
    pipeline = opened(listening)
    found = []
    try:
        for done, asked in enumerate(questions, start=1):
            if asked.answerable is not None:
                listening.heard.clear()
                pipeline.findings(asked.to_question())
                found += [_heard(asked, *heard) for heard in listening.heard]
            if advance:
                advance(done, len(questions))
    finally:
        pipeline.close()
    return found


def _heard(asked: EvalQuestion, understood: ParsedQuestion, known: Known) -> Heard:
    texts = []
    for passage, n in known.rows.places:
        candidate = known.candidates[known.chosen[passage]]
        texts.append(candidate.sentence_text(candidate.hit.passage.sentences[n]))
    return Heard(asked, understood, known, np.asarray([_label(asked, t) for t in texts], np.int8))


def _label(asked: EvalQuestion, text: str) -> int:
    """1: the sentence answers; 0: it does not; -1: it holds the words and may answer."""
    if not asked.answerable:
        return 0
    said = loose(text)
    if asked.evidence:
        if any(loose(one) in said or said in loose(one) for one in asked.evidence if said):
            return 1
        return -1 if holds_any(text, asked.answers) else 0
    if asked.answers and holds_answer(text, asked.answers):
        return 1
    return -1 if holds_any(text, asked.answers) else 0


def fitted(heard: Sequence[Heard]) -> dict[str, Any]:
    """The record of a decision fitted on these questions, without the reader's name.

    Raises:
        QuestionsOneSided: no question was answered by what was read, or every one was.
    """
    models = _fit(heard)
    return {
        "version": datetime.now(UTC).strftime("calibration-%Y-%m-%d"),
        "questions_fitted": len(heard),
        "held_out": _held_out(heard),
        "sentences": model_record(models[0]),
        "questions": model_record(models[1]),
    }


def _fit(heard: Sequence[Heard]) -> tuple[LogisticModel, LogisticModel]:
    matrix = np.vstack([one.known.rows.matrix for one in heard]) if heard else np.zeros((0, 1))
    gold = np.concatenate([one.gold for one in heard]) if heard else np.zeros(0, np.int8)
    _two_sided(gold[gold >= 0])
    sentences = _narrow_fit(matrix[gold >= 0], gold[gold >= 0], SENTENCE_READINGS, _SENTENCES)
    rows, right = _questions(sentences, heard)
    _two_sided(right)
    return sentences, _narrow_fit(rows, right, QUESTION_READINGS, _QUESTIONS)


def _narrow_fit(
    matrix: Numbers, labels: Labels, names: tuple[str, ...], used: tuple[str, ...]
) -> LogisticModel:
    """Fitted on some of the columns; the others weigh nothing."""
    places = [names.index(name) for name in used]
    columns = matrix[:, places]
    told = columns.std(axis=0) > 0  # a reader that names no answer leaves columns empty
    kept = [place for place, some in zip(places, told, strict=True) if some]
    model = fit_logistic(matrix[:, kept], labels, tuple(names[place] for place in kept), _STRENGTH)
    weights = np.zeros(len(names))
    weights[kept] = model.coefficients
    return LogisticModel(names, weights, model.bias)


def _questions(sentences: LogisticModel, heard: Sequence[Heard]) -> tuple[Numbers, Labels]:
    """Rows of the questions, and whether the likeliest sentence of each answers."""
    rows, right = [], []
    for one in heard:
        scores = sentences.log_odds(one.known.rows.matrix)
        rows.append(one.known.question_row(one.understood, scores))
        right.append(int(one.gold[int(np.argmax(scores))] != 0))
    return np.vstack(rows), np.asarray(right, dtype=np.int8)


def _two_sided(labels: NDArray[Any]) -> None:
    if len(set(labels.tolist())) < 2:
        raise QuestionsOneSided(answerable="true" if labels.any() else "false")


def _held_out(heard: Sequence[Heard]) -> dict[str, float] | None:
    """How well fits without a fifth tell of that fifth; None where a fit has one kind only."""
    chances: list[float] = []
    right: list[int] = []
    try:
        for fold in range(_FOLDS):
            left_out = heard[fold::_FOLDS]
            if not left_out:
                continue
            kept = [one for n, one in enumerate(heard) if n % _FOLDS != fold]
            sentences, questions = _fit(kept)
            rows, answers = _questions(sentences, left_out)
            chances += questions.probability(rows).tolist()
            right += answers.tolist()
        _two_sided(np.asarray(right))
    except QuestionsOneSided:
        return None
    from sklearn.metrics import roc_auc_score

    said, true = np.asarray(chances), np.asarray(right)
    brier = float(np.mean((said - true) ** 2))
    return {"auc": round(float(roc_auc_score(true, said)), 4), "brier": round(brier, 4)}
