"""Fits the weights of features alone: a sentence model, then a question model on its scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.evidence_training.cases import Case, Labels
from eval.evidence_training.figures import figures_by_group
from eval.evidence_training.fitting import fit_logistic
from rag.features import QUESTION_FEATURES, SENTENCE_FEATURES, Measured, measure, question_features
from rag.logistic import LogisticModel

_STRENGTH = 0.3


@dataclass(frozen=True)
class MeasuredCase:
    """A case, the features of its sentences, and which of them answer."""

    case: Case
    measured: Measured
    gold: Labels

    @classmethod
    def of(cls, case: Case) -> MeasuredCase | None:
        """None where nothing was found."""
        measured = measure(case.understood, case.vector, case.candidates, case.weights)
        if not measured.places:
            return None
        return cls(case, measured, case.gold(measured.places))


def fit_features(made: Sequence[MeasuredCase]) -> tuple[LogisticModel, LogisticModel]:
    """The sentence model and the question model."""
    used = [one for one in made if (one.gold == 1).any()]
    matrix = np.vstack([one.measured.matrix for one in used])
    gold = np.concatenate([one.gold for one in used])
    sentences = fit_logistic(matrix[gold >= 0], gold[gold >= 0], SENTENCE_FEATURES, _STRENGTH)
    rows, right = _questions(sentences, made)
    return sentences, fit_logistic(rows, right.astype(np.int8), QUESTION_FEATURES, _STRENGTH)


def feature_figures(
    sentences: LogisticModel, questions: LogisticModel, made: Sequence[MeasuredCase]
) -> dict[str, Any]:
    """See `figures_by_group`."""
    rows, right = _questions(sentences, made)
    answerable = np.asarray([bool(one.case.wanted.places) for one in made])
    groups = [one.case.wanted.group for one in made]
    return figures_by_group(questions.probability(rows), right, answerable, groups)


def _questions(
    sentences: LogisticModel, made: Sequence[MeasuredCase]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Features of each question, and whether its likeliest sentence answers."""
    rows, right = [], []
    for one in made:
        scores = sentences.log_odds(one.measured.matrix)
        rows.append(question_features(one.case.understood, one.measured, scores))
        right.append(one.gold[int(np.argmax(scores))] != 0)
    return np.vstack(rows), np.asarray(right)
