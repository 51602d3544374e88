"""Fits a sentence model, and a question model on its scores: features alone, or with readings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.evidence_training.cases import Case, Labels
from eval.evidence_training.figures import figures_by_group
from eval.evidence_training.fitting import fit_logistic
from rag.evidence.decision import QUESTION_READINGS, SENTENCE_READINGS
from rag.evidence.features import QUESTION_FEATURES, SENTENCE_FEATURES, measure, question_features
from rag.evidence.reader_scorer import ReaderScorer
from rag.models.logistic import LogisticModel

Numbers = NDArray[np.float64]
Models = tuple[LogisticModel, LogisticModel]


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
READINGS = Kind(SENTENCE_READINGS, QUESTION_READINGS, (0.3, 0.1), answered_only=False)


@dataclass(frozen=True)
class Weighable:
    """A case, what is known of its sentences, and which of them answer.

    Attributes:
        matrix: shape (sentences, features).
        gold: a label for each sentence.
        question_row: features of the question, given the sentences' log-odds.
    """

    case: Case
    matrix: Numbers
    gold: Labels
    question_row: Callable[[Numbers], Numbers]


def measured(case: Case) -> Weighable | None:
    """By features alone; None where nothing was found."""
    found = measure(case.understood, case.vector, case.candidates, case.weights)
    if not found.places:
        return None

    def row(scores: Numbers) -> Numbers:
        return question_features(case.understood, found, scores)

    return Weighable(case, found.matrix, case.gold(found.places), row)


def read(case: Case, scorer: ReaderScorer) -> Weighable | None:
    """With what the reader makes of it; None where nothing was found."""
    known = scorer.read(case.understood, case.vector, case.candidates, case.weights)
    if known is None:
        return None
    places = [(known.chosen[passage], n) for passage, n in known.rows.places]

    def row(scores: Numbers) -> Numbers:
        return known.question_row(case.understood, scores)

    return Weighable(case, known.rows.matrix, case.gold(places), row)


def fit(made: Sequence[Weighable], kind: Kind) -> Models:
    """The sentence model and the question model."""
    used = [one for one in made if (one.gold == 1).any()] if kind.answered_only else made
    matrix = np.vstack([one.matrix for one in used])
    gold = np.concatenate([one.gold for one in used])
    known = gold >= 0
    sentences = fit_logistic(matrix[known], gold[known], kind.sentences, kind.strengths[0])
    rows, right = _questions(sentences, made)
    questions = fit_logistic(rows, right.astype(np.int8), kind.questions, kind.strengths[1])
    return sentences, questions


def figures(models: Models, made: Sequence[Weighable]) -> dict[str, Any]:
    """See `figures_by_group`; `read` is how often a sentence that answers was looked at at all."""
    sentences, questions = models
    rows, right = _questions(sentences, made)
    answerable = np.asarray([bool(one.case.wanted.places) for one in made])
    groups = [one.case.wanted.group for one in made]
    found = figures_by_group(questions.probability(rows), right, answerable, groups)
    looked_at = [bool((one.gold != 0).any()) for one in made if one.case.wanted.places]
    found["all"]["read"] = round(float(np.mean(looked_at)), 3) if looked_at else None
    return found


def _questions(
    sentences: LogisticModel, made: Sequence[Weighable]
) -> tuple[Numbers, NDArray[np.bool_]]:
    """Features of each question, and whether its likeliest sentence answers."""
    scores = [sentences.log_odds(one.matrix) for one in made]
    rows = [one.question_row(given) for one, given in zip(made, scores, strict=True)]
    right = [one.gold[int(np.argmax(s))] != 0 for one, s in zip(made, scores, strict=True)]
    return np.vstack(rows), np.asarray(right)
