"""A closer look: the likeliest sentences are read once more, each alone and between its neighbours.

Over a whole passage the reader says that something of the kind is there; of a few lines it tells
better whether these are what was asked. The same model reads both, so nothing more ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Span
from rag.models.embedding import PassageInput, in_simplified
from rag.models.logistic import LogisticModel, log_odds
from rag.models.reader import PassageReader, Reading

Matrix = NDArray[np.float64]

LOOKED_AT = 2
"""How many sentences are read again."""
CLOSER_READINGS = (
    "score", "score_gap", "near_presence", "near_margin", "near_evidence", "near_answer",
    "alone_presence", "alone_margin", "alone_evidence", "alone_answer",
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a closer look gave.

    Attributes:
        rows: which sentences were read again, the likeliest first.
        matrix: shape (len(rows), len(CLOSER_READINGS)).
    """

    rows: tuple[int, ...]
    matrix: Matrix


def look_closer(
    reader: PassageReader,
    asked: Sequence[str],
    shown: Sequence[PassageInput],
    places: Sequence[tuple[int, int]],
    scores: NDArray[np.float64],
) -> Look:
    """Read the likeliest sentences again.

    Args:
        reader: that read the passages.
        asked: the question as it was put to each passage.
        shown: the passages with what stands over them.
        places: (passage, sentence) of each score.
        scores: log-odds of the sentences, shape (sentences,).
    """
    rows = [int(row) for row in np.argsort(-scores, kind="stable")[:LOOKED_AT]]
    readings = _readings(reader, asked, shown, [places[row] for row in rows])
    best = float(scores[rows[0]]) if rows else 0.0
    matrix = [
        [
            float(scores[row]),
            float(scores[row]) - best,
            *_told(between, min(places[row][1], 1)),  # the first sentence has none before it
            *_told(alone, 0),
        ]
        for row, (between, alone) in zip(rows, readings, strict=True)
    ]
    looked = np.asarray(matrix, dtype=np.float64).reshape(-1, len(CLOSER_READINGS))
    return Look(tuple(rows), looked)


def rescored(scores: NDArray[np.float64], look: Look, model: LogisticModel) -> NDArray[np.float64]:
    """The log-odds with those of the sentences that were looked at closer as `model` gives them."""
    after = scores.copy()
    after[list(look.rows)] = model.log_odds(look.matrix)
    return after


def excerpt(given: PassageInput, sentence: int, around: int) -> PassageInput:
    """The header with one sentence and so many on each side of it."""
    spans = given.spans[max(0, sentence - around) : sentence + around + 1]
    header = given.text[: given.spans[0].start]
    shift = spans[0].start - len(header)
    text = header + given.text[spans[0].start : spans[-1].end]
    return PassageInput(text, tuple(Span(s.start - shift, s.end - shift) for s in spans))


def _readings(
    reader: PassageReader,
    asked: Sequence[str],
    shown: Sequence[PassageInput],
    places: Sequence[tuple[int, int]],
) -> list[tuple[Reading, Reading]]:
    """Of each sentence: read between its neighbours, and alone."""
    found: dict[tuple[int, int], tuple[Reading, Reading]] = {}
    for question in dict.fromkeys(asked[passage] for passage, _ in places):
        these = [place for place in places if asked[place[0]] == question]
        given = [
            tuple(in_simplified(excerpt(shown[passage], n, around)) for around in (1, 0))
            for passage, n in these
        ]
        distinct = list(dict.fromkeys(chain.from_iterable(given)))
        read = dict(zip(distinct, reader.read(question, distinct), strict=True))
        found |= {
            place: (read[between], read[alone])
            for place, (between, alone) in zip(these, given, strict=True)
        }
    return [found[place] for place in places]


def _told(reading: Reading, sentence: int) -> list[float]:
    return [
        reading.presence,
        reading.margin,
        log_odds(reading.evidence[sentence]),
        float(sentence in reading.touched) * reading.answer_score,
    ]
