"""A small network that says how likely one piece goes on in another, and picks the best links.

The score g of a pair comes from one hidden layer over its features, and then from the scores of
its detours: a link that leaves out a piece which would fit in between is the less likely. Among all
pieces that may follow an end, and "none" with score 0, the softmax of g is the probability of each;
the same among all ends for a beginning. The weights were fitted to both at once by
`scripts/train_stitching.py`, which also calibrates the confidence of the links chosen.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.seams.seam_features import Mask, Matrix

_FILE = Path(__file__).with_name("stitching.json")
_SMALLEST = 1e-9
_LEAST_DOUBT = 1e-6

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class PairModel:
    """Weights for features already in their own units.

    Attributes:
        features: their names, in order (f of them).
        hidden: shape (f, h), `hidden_bias`: shape (h,), `output`: shape (h,).
        direct: shape (f,): the linear part beside the hidden layer; `bias` is its constant.
        detours: for ends in mid-sentence and for ends of sentences, the weights of the pair's own
            score and of its best detour's, and a constant.
        calibration: for the same two, the weights of the two probabilities' log-odds and a
            constant.
    """

    features: tuple[str, ...]
    hidden: tuple[tuple[float, ...], ...]
    hidden_bias: tuple[float, ...]
    output: tuple[float, ...]
    direct: tuple[float, ...]
    bias: float
    detours: tuple[tuple[float, float, float], tuple[float, float, float]] = (
        (1.0, 0.0, 0.0),
        (1.0, 0.0, 0.0),
    )
    calibration: tuple[tuple[float, float, float], tuple[float, float, float]] = (
        (0.5, 0.5, 0.0),
        (0.5, 0.5, 0.0),
    )

    def scores(self, values: Matrix) -> Matrix:
        """G of each pair: shape (…, f) → (…)."""
        layer = np.tanh(values @ np.asarray(self.hidden) + np.asarray(self.hidden_bias))
        linear = values @ np.asarray(self.direct) + self.bias
        return np.asarray(layer @ np.asarray(self.output) + linear, dtype=np.float64)

    def against_detours(self, scores: Matrix, allowed: Mask, closed: Mask) -> Matrix:
        """G of each pair in the light of the others; `closed`, shape (n,): ends of sentences."""
        own, detour, constant = np.asarray(self.detours)[closed.astype(int)].T[:, :, None]
        return np.asarray(own * scores + detour * best_detours(scores, allowed) + constant)

    def confidence(self, given_end: float, given_begin: float, *, closed: bool) -> float:
        """Probability that a chosen link is right.

        Args:
            given_end: probability of this beginning, given the end.
            given_begin: probability of this end, given the beginning.
            closed: whether the left piece ends a sentence.
        """
        a, b, c = self.calibration[int(closed)]
        odds = a * _log_odds(given_end) + b * _log_odds(given_begin) + c
        return float(1.0 / (1.0 + np.exp(-odds)))


@dataclass(frozen=True, slots=True)
class Choice:
    """A link of the best assignment and its two probabilities."""

    source: int
    target: int
    given_end: float
    given_begin: float


def assign(scores: Matrix, allowed: Mask) -> list[Choice]:
    """The links with the largest sum of scores; each piece is left and right side once at most.

    Solved as a linear sum assignment in which leaving both sides alone is worth nothing.
    """
    from scipy.optimize import linear_sum_assignment

    masked = np.where(allowed, scores, -np.inf)
    gains = np.maximum(np.where(allowed, scores, 0.0), 0.0)
    by_end, by_begin = _softmax(masked), _softmax(masked.T).T
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return [
        Choice(row, column, float(by_end[row, column]), float(by_begin[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if gains[row, column] > 0
    ]


def given_begin_none(scores: Matrix, allowed: Mask) -> Vector:
    """Probability of each piece that it goes on from none of those allowed; shape (n,)."""
    masked = np.where(allowed, scores, -np.inf)
    return np.asarray(1.0 - _softmax(masked.T).sum(axis=1), dtype=np.float64)


def best_detours(scores: Matrix, allowed: Mask) -> Matrix:
    """How well the best piece in between fits there, as it sees it: shape (n, n), 0 for none.

    Piece k between i and j goes on from i with P(i | k), and goes on in j with P(j | k). Of the
    smaller of both, p, the result is −log(1 − p), for the best k.
    """
    masked = np.where(allowed, scores, -np.inf)
    from_before, to_after = _softmax(masked.T).T, _softmax(masked)
    best = np.zeros(scores.shape)
    for k in range(1, len(scores) - 1):
        through = np.minimum(from_before[:k, k][:, None], to_after[k, k + 1 :][None, :])
        best[:k, k + 1 :] = np.maximum(best[:k, k + 1 :], through)
    return np.asarray(-np.log1p(-np.minimum(best, 1.0 - _LEAST_DOUBT)), dtype=np.float64)


def _softmax(scores: Matrix) -> Matrix:
    """Of each row, with a further cell of score 0."""
    top = np.maximum(scores.max(axis=1, keepdims=True), 0.0)
    weights = np.exp(scores - top)
    return np.asarray(weights / (weights.sum(axis=1, keepdims=True) + np.exp(-top)))


def _log_odds(probability: float) -> float:
    held = min(max(probability, _SMALLEST), 1.0 - _SMALLEST)
    return float(np.log(held / (1.0 - held)))


@cache
def pair_model(name: str) -> PairModel:
    """A model that comes with the package: `page`, or `page+topic` with topic features."""
    found = json.loads(_FILE.read_text(encoding="utf-8"))["models"][name]
    return PairModel(
        features=tuple(found["features"]),
        hidden=tuple(tuple(row) for row in found["hidden"]),
        hidden_bias=tuple(found["hidden_bias"]),
        output=tuple(found["output"]),
        direct=tuple(found["direct"]),
        bias=found["bias"],
        detours=tuple(tuple(row) for row in found["detours"]),  # type: ignore[arg-type]
        calibration=tuple(tuple(row) for row in found["calibration"]),  # type: ignore[arg-type]
    )


def write_model(name: str, model: PairModel, path: Path = _FILE) -> None:
    """Store `model` beside those that the file already holds."""
    stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"models": {}}
    stored["version"] = 1
    stored["models"][name] = asdict(model)
    path.write_text(json.dumps(stored, sort_keys=True) + "\n", encoding="utf-8")
