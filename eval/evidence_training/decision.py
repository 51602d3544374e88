"""Fits the decision: what features and readings together say of sentences and of questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.evidence_training.cases import Case, Labels
from eval.evidence_training.figures import figures_by_group
from eval.evidence_training.fitting import fit_logistic
from rag.decision import QUESTION_READINGS, SENTENCE_READINGS
from rag.logistic import LogisticModel
from rag.reading import Known, ReaderScorer

_SENTENCES, _QUESTIONS = 0.3, 0.1
"""Inverse strength of regularisation."""


@dataclass(frozen=True)
class ReadCase:
    """A case, what is known of it, and which of the sentences that were read answer."""

    case: Case
    known: Known
    gold: Labels

    @classmethod
    def of(cls, case: Case, scorer: ReaderScorer) -> ReadCase | None:
        """None where nothing was found."""
        known = scorer.read(case.understood, case.vector, case.candidates, case.weights)
        if known is None:
            return None
        places = [(known.chosen[passage], n) for passage, n in known.rows.places]
        return cls(case, known, case.gold(places))


def fit_decision(made: Sequence[ReadCase]) -> tuple[LogisticModel, LogisticModel]:
    """The sentence model and the question model."""
    matrix = np.vstack([one.known.rows.matrix for one in made])
    gold = np.concatenate([one.gold for one in made])
    sentences = fit_logistic(matrix[gold >= 0], gold[gold >= 0], SENTENCE_READINGS, _SENTENCES)
    rows, right = _questions(sentences, made)
    return sentences, fit_logistic(rows, right.astype(np.int8), QUESTION_READINGS, _QUESTIONS)


def decision_figures(
    sentences: LogisticModel, questions: LogisticModel, made: Sequence[ReadCase]
) -> dict[str, Any]:
    """See `figures_by_group`; `read` is how often a sentence that answers was read at all."""
    rows, right = _questions(sentences, made)
    answerable = np.asarray([bool(one.case.wanted.places) for one in made])
    groups = [one.case.wanted.group for one in made]
    found = figures_by_group(questions.probability(rows), right, answerable, groups)
    read = [bool((one.gold != 0).any()) for one in made if one.case.wanted.places]
    found["all"]["read"] = round(float(np.mean(read)), 3) if read else None
    return found


def _questions(
    sentences: LogisticModel, made: Sequence[ReadCase]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What is known of each question, and whether its likeliest sentence answers."""
    rows, right = [], []
    for one in made:
        scores = sentences.log_odds(one.known.rows.matrix)
        rows.append(one.known.question_row(one.case.understood, scores))
        right.append(one.gold[int(np.argmax(scores))] != 0)
    return np.vstack(rows), np.asarray(right)
