"""One decision: what is measured and what is read give one probability a sentence and a question.

Logistic models weigh both, and what a closer look at the likeliest sentences gives. They were
fitted on written questions of all styles that the reader was not trained on
(`python -m eval.evidence_training decision`) and lie beside that reader.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ReaderCorrupt, ReaderMissing
from rag.errors.reasons import why
from rag.evidence.closer import CLOSER_READINGS
from rag.evidence.features import QUESTION_FEATURES, SENTENCE_FEATURES, Measured
from rag.evidence.signs import SIGNS
from rag.models.logistic import LogisticModel, log_odds, sigmoid
from rag.models.reader import READER, Reading
from rag.question.question_types import QuestionType
from rag.question.tellable import told_odds
from rag.question.understanding import ParsedQuestion, bare_question

DECISION = "decision.json"
Matrix = NDArray[np.float64]

SENTENCE_READINGS = (
    "presence", "presence_gap", "margin", "margin_gap", "evidence", "evidence_gap", "evidence_best",
    "touched", "answer_score", "features", "features_gap", "sim", "sim_gap", "pairs", "asks",
    "length", "first", "form", *SIGNS,
)  # fmt: skip
_OF_FEATURES = (
    "sim",
    "passage_sim",
    "cover",
    "cover_near",
    "cover_passage",
    "pairs",
    "missing",
    "form",
    "terms",
)
_TYPES = tuple(f"type_{kind.value}" for kind in QuestionType)
QUESTION_READINGS = (
    "best", "second", "elsewhere", "any", "presence", "presence_second", "margin", "answer_score",
    "evidence", "features", *_OF_FEATURES, "foreign", "told", *_TYPES,
)  # fmt: skip
_NOTHING = -8.0
"""Log-odds of what is not there."""


@dataclass(frozen=True)
class Rows:
    """The sentences of the passages that were read.

    Attributes:
        places: (passage among those read, sentence in it), one a row.
        matrix: shape (sentences, len(SENTENCE_READINGS)).
    """

    places: tuple[tuple[int, int], ...]
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Decision:
    """Weighs readings; all models give log-odds. Without `closer` nothing is read twice."""

    sentences: LogisticModel
    questions: LogisticModel
    version: str
    closer: LogisticModel | None = None

    @classmethod
    def open(cls, folder: Path = READER) -> Decision:
        """The decision that was fitted for the reader of a folder.

        Raises:
            ReaderMissing, ReaderCorrupt: it is not there, or weighs something else.
        """
        path = folder / DECISION
        try:
            return cls.of(json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise ReaderMissing(path=path, reason=why(error)) from error
        except (ValueError, KeyError) as error:
            raise ReaderCorrupt(path=path, reason=why(error)) from error

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Decision:
        """The decision that a record keeps.

        Raises:
            ValueError, KeyError: it was changed, or weighs something else.
        """
        if record.get("sha256", digest_of(record)) != digest_of(record):
            raise ValueError("sha256 与记录不符")
        closer = record.get("closer")
        return cls(
            LogisticModel.of(record["sentences"], SENTENCE_READINGS),
            LogisticModel.of(record["questions"], QUESTION_READINGS),
            record["version"],
            closer and LogisticModel.of(closer, CLOSER_READINGS),
        )


def digest_of(record: Mapping[str, Any]) -> str:
    """A hash over what a decision's record says, other than the hash itself."""
    said = {name: value for name, value in record.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def sentence_rows(
    readings: Sequence[Reading],
    read: Sequence[int],
    measured: Measured,
    scores: NDArray[np.float64],
) -> Rows:
    """What is known of each sentence of the passages that were read.

    Args:
        readings: one a passage.
        read: which of the measured candidates each of them is.
        measured: the features of all candidates' sentences.
        scores: log-odds by features alone, one for each measured sentence.
    """
    row_of = {place: row for row, place in enumerate(measured.places)}
    places = tuple((n, s) for n, one in enumerate(readings) for s in range(len(one.evidence)))
    rows = [row_of[read[n], sentence] for n, sentence in places]
    of = [readings[n] for n, _ in places]
    presence, margin = np.array([one.presence for one in of]), np.array([one.margin for one in of])
    shares = [[log_odds(share) for share in one.evidence] for one in readings]
    best = [max(of_one, default=_NOTHING) for of_one in shares]
    share = np.array([shares[n][sentence] for n, sentence in places])
    touched = np.array([float(s in readings[n].touched) for n, s in places])
    feature = dict(zip(SENTENCE_FEATURES, measured.matrix[rows].T, strict=True))
    sims = measured.matrix[:, SENTENCE_FEATURES.index("sim")]
    columns = (
        presence,
        presence - max((one.presence for one in readings), default=0.0),
        margin,
        margin - max((one.margin for one in readings), default=0.0),
        share,
        share - np.array([best[n] for n, _ in places]),
        share - max(best, default=_NOTHING),
        touched,
        touched * np.array([one.answer_score for one in of]),
        scores[rows],
        scores[rows] - max(scores, default=0.0),
        feature["sim"],
        feature["sim"] - max(sims, default=0.0),
        *(feature[name] for name in ("pairs", "asks", "length", "first", "form", *SIGNS)),
    )
    return Rows(places, np.stack(columns, axis=-1).astype(np.float64))


@dataclass(frozen=True, slots=True)
class Measurements:
    """What features alone say of a question.

    Attributes:
        features: as `question_features` gives them.
        answerable: log-odds that they alone give.
    """

    features: NDArray[np.float64]
    answerable: float


def question_row(
    question: ParsedQuestion,
    readings: Sequence[Reading],
    rows: Rows,
    scores: NDArray[np.float64],
    measurements: Measurements,
) -> Matrix:
    """What is known of the whole question, shape (len(QUESTION_READINGS),).

    Args:
        question: as understood.
        readings: of the passages.
        rows: their sentences.
        scores: the sentences' log-odds.
        measurements: what features alone say.
    """
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    passage = rows.places[best][0]
    elsewhere = next((scores[i] for i in order if rows.places[i][0] != passage), _NOTHING)
    second = scores[order[1]] if len(order) > 1 else _NOTHING
    none = float(np.log1p(-sigmoid(scores).clip(max=1 - 1e-6)).sum())
    presences = sorted((r.presence for r in readings), reverse=True)
    known = dict(zip(QUESTION_FEATURES, measurements.features, strict=True))
    kinds = [float(f"type_{question.type.value}" == name) for name in _TYPES]
    return np.asarray(
        [
            scores[best],
            second,
            elsewhere,
            log_odds(1.0 - math.exp(none)),
            presences[0],
            presences[1] if len(presences) > 1 else _NOTHING,
            readings[passage].margin,
            readings[passage].answer_score,
            rows.matrix[best][SENTENCE_READINGS.index("evidence")],
            measurements.answerable,
            *(known[name] for name in _OF_FEATURES),
            float(not question.chinese),
            told_odds(bare_question(question.searched)),
            *kinds,
        ],
        dtype=np.float64,
    )


def _unfitted(names: tuple[str, ...]) -> LogisticModel:
    return LogisticModel(names, np.zeros(len(names)), 0.0)


UNFITTED = Decision(_unfitted(SENTENCE_READINGS), _unfitted(QUESTION_READINGS), "unfitted")
"""Says one half of everything: what a decision is before it is fitted."""
