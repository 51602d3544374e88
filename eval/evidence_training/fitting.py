"""Logistic regression, and how its weights are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.logistic import LogisticModel


def fit_logistic(
    features: NDArray[np.float64], labels: NDArray[np.int8], names: tuple[str, ...], strength: float
) -> LogisticModel:
    """Fitted on standardised features, its weights in the features' own units.

    Args:
        features: shape (n, len(names)).
        labels: 0 or 1, shape (n,).
        names: of the features.
        strength: inverse of the regularisation, scikit-learn's `C`.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit(scaler.transform(features), labels)
    coefficients = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - coefficients @ scaler.mean_)
    return LogisticModel(names, coefficients, bias)


def model_record(model: LogisticModel) -> dict[str, Any]:
    """Bias and weights by name, for JSON."""
    weights = dict(zip(model.names, map(float, model.coefficients), strict=True))
    return {"bias": round(model.bias, 5), "weights": {k: round(v, 5) for k, v in weights.items()}}
