"""Fits a sentence model, and a question model on its scores: features alone, or with readings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.evidence_training.cases import Case, Labels
from eval.evidence_training.figures import figures_by_group
from eval.evidence_training.fitting import fit_logistic, model_record
from eval.evidence_training.material import Wanted
from rag.evidence.closer import CLOSER_READINGS, Look, rescored
from rag.evidence.decision import QUESTION_READINGS, SENTENCE_READINGS
from rag.evidence.features import QUESTION_FEATURES, SENTENCE_FEATURES, measure, question_features
from rag.evidence.reader_scorer import Known, ReaderScorer
from rag.models.logistic import LogisticModel

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Models:
    """What was fitted; `closer` only where sentences were read again."""

    sentences: LogisticModel
    questions: LogisticModel
    closer: LogisticModel | None = None

    def record(self) -> dict[str, Any]:
        """Each model's bias and weights by name."""
        models = {"sentences": self.sentences, "closer": self.closer, "questions": self.questions}
        return {name: model_record(model) for name, model in models.items() if model}

    def scores(self, one: Weighable) -> Numbers:
        """Log-odds of a question's sentences."""
        first = self.sentences.log_odds(one.matrix)
        if self.closer is None or one.look is None:
            return first
        return rescored(first, one.look, self.closer)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is weighed.

    Attributes:
        sentences, questions: names of the features.
        strengths: inverse regularisation of the sentence model and of the question model.
        answered_only: whether only questions with a sentence that answers teach the first.
    """

    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    strengths: tuple[float, float]
    answered_only: bool


FEATURES = Kind(SENTENCE_FEATURES, QUESTION_FEATURES, (0.3, 0.3), answered_only=True)
READINGS = Kind(SENTENCE_READINGS, QUESTION_READINGS, (0.3, 0.3), answered_only=False)
_CLOSER_STRENGTH = 0.3


@dataclass
class Weighable:
    """A question, what is known of its sentences, and which of them answer.

    Attributes:
        matrix: shape (sentences, features).
        gold: a label for each sentence.
        question_row: features of the question, given the sentences' log-odds.
        known: what was read, without the candidates; None where nothing was.
        look: what a closer look at its likeliest sentences gave, once there was one.
    """

    wanted: Wanted
    matrix: Numbers
    gold: Labels
    question_row: Callable[[Numbers], Numbers]
    known: Known | None = None
    look: Look | None = None


def measured(case: Case) -> Weighable | None:
    """By features alone; None where nothing was found."""
    found = measure(case.understood, case.vector, case.candidates, case.weights)
    if not found.places:
        return None

    def row(scores: Numbers) -> Numbers:
        return question_features(case.understood, found, scores)

    return Weighable(case.wanted, found.matrix, case.gold(found.places), row)


def read(case: Case, scorer: ReaderScorer) -> Weighable | None:
    """With what the reader makes of it; None where nothing was found."""
    known = scorer.read(case.understood, case.vector, case.candidates, case.weights)
    if known is None:
        return None
    places = [(known.chosen[passage], n) for passage, n in known.rows.places]
    understood, read_only = case.understood, replace(known, candidates=())

    def row(scores: Numbers) -> Numbers:
        return read_only.question_row(understood, scores)

    return Weighable(case.wanted, known.rows.matrix, case.gold(places), row, read_only)


def fit_sentences(made: Sequence[Weighable], kind: Kind) -> LogisticModel:
    """The sentence model."""
    used = [one for one in made if (one.gold == 1).any()] if kind.answered_only else made
    matrix = np.vstack([one.matrix for one in used])
    gold = np.concatenate([one.gold for one in used])
    known = gold >= 0
    return fit_logistic(matrix[known], gold[known], kind.sentences, kind.strengths[0])


def look_again(made: Sequence[Weighable], sentences: LogisticModel, scorer: ReaderScorer) -> None:
    """Read each question's likeliest sentences again."""
    for one in made:
        if one.known is not None:
            one.look = scorer.look(one.known, sentences.log_odds(one.matrix))


def fit(made: Sequence[Weighable], kind: Kind, sentences: LogisticModel) -> Models:
    """All models, given that of sentences, by which those that were looked at were chosen."""
    closer = _fit_closer(made)
    models = Models(sentences, sentences, closer)
    rows, right = _questions(models, made)
    questions = fit_logistic(rows, right.astype(np.int8), kind.questions, kind.strengths[1])
    return replace(models, questions=questions)


def _fit_closer(made: Sequence[Weighable]) -> LogisticModel | None:
    looked = [(one.look, one.gold) for one in made if one.look]
    if not looked:
        return None
    matrix = np.vstack([look.matrix for look, _ in looked])
    gold = np.concatenate([labels[list(look.rows)] for look, labels in looked])
    return fit_logistic(matrix[gold >= 0], gold[gold >= 0], CLOSER_READINGS, _CLOSER_STRENGTH)


def figures(models: Models, made: Sequence[Weighable]) -> dict[str, Any]:
    """See `figures_by_group`; `read` is how often a sentence that answers was looked at at all."""
    rows, right = _questions(models, made)
    answerable = np.asarray([bool(one.wanted.places) for one in made])
    groups = [one.wanted.group for one in made]
    chances = models.questions.probability(rows)
    found = figures_by_group(chances, right, answerable, groups)
    looked_at = [bool((one.gold != 0).any()) for one in made if one.wanted.places]
    found["all"]["read"] = round(float(np.mean(looked_at)), 3) if looked_at else None
    return found


def _questions(models: Models, made: Sequence[Weighable]) -> tuple[Numbers, NDArray[np.bool_]]:
    """Features of each question, and whether its likeliest sentence answers."""
    scores = [models.scores(one) for one in made]
    rows = [one.question_row(given) for one, given in zip(made, scores, strict=True)]
    right = [one.gold[int(np.argmax(s))] != 0 for one, s in zip(made, scores, strict=True)]
    return np.vstack(rows), np.asarray(right)
