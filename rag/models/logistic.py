"""Logistic models: probabilities from weighed features, and the arithmetic around them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FARTHEST = 1e-4
"""Probabilities nearer to 0 or 1 than this say no more."""


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """P = 1 / (1 + exp(-(bias + coefficients · features))).

    Attributes:
        names: what each coefficient weighs.
        coefficients: shape (len(names),).
    """

    names: tuple[str, ...]
    coefficients: NDArray[np.float64]
    bias: float

    @classmethod
    def of(cls, record: Mapping[str, Any], names: tuple[str, ...]) -> LogisticModel:
        """The model that a record keeps as `bias` and `weights` by name.

        Raises:
            ValueError: the record weighs other features than `names`.
        """
        weights = record["weights"]
        if set(weights) != set(names):
            raise ValueError(f"weights of {sorted(weights)}, not of {sorted(names)}")
        return cls(names, np.asarray([weights[name] for name in names]), record["bias"])

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (...,) for features of shape (..., len(names))."""
        return np.asarray(features @ self.coefficients + self.bias)

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (...,) for features of shape (..., len(names))."""
        return sigmoid(self.log_odds(features))


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(x))))


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), bounded."""
    held = min(max(probability, _FARTHEST), 1 - _FARTHEST)
    return math.log(held / (1 - held))
