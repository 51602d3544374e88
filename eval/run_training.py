"""Fits a softmax over runs of characters (`rag.language.run_model`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.language.run_model import RunModel, runs_of

_STEPS = 127


class Example(NamedTuple):
    """A text, and what it is to be told as."""

    text: str
    label: str


def fit(
    train: Sequence[Example], *, seen: int, strength: float, balanced: bool = False
) -> RunModel:
    """The model of labelled texts.

    Args:
        train: what to learn from.
        seen: texts in which a run must occur to weigh anything.
        strength: inverse of the regularisation.
        balanced: whether every label counts alike, however often it occurs.
    """
    from sklearn.linear_model import LogisticRegression

    runs = [runs_of(example.text) for example in train]
    counted = Counter(run for some in runs for run in some)
    known = np.array(sorted(r for r, n in counted.items() if n >= seen), dtype=np.uint32)
    weight = "balanced" if balanced else None
    model = LogisticRegression(C=strength, max_iter=100, tol=1e-3, class_weight=weight)
    model.fit(_matrix(runs, known), [example.label for example in train])
    rows, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps the second label's row alone
        rows, bias = np.vstack([-rows / 2, rows / 2]), np.concatenate([-bias / 2, bias / 2])
    scale = np.abs(rows).max(axis=1) / _STEPS
    return RunModel(
        tuple(str(name) for name in model.classes_),
        known,
        np.rint(rows / scale[:, None]).T.astype(np.int8),
        scale.astype(np.float32),
        bias.astype(np.float32),
    )


def _matrix(runs: Sequence[set[int]], known: NDArray[np.uint32]) -> Any:
    """Shape (texts, known runs), sparse: 1 / √(known runs of the text) for each it has."""
    from scipy.sparse import csr_matrix

    at = {int(run): n for n, run in enumerate(known)}
    rows = [sorted(at[run] for run in some if run in at) for some in runs]
    ends = np.cumsum([0, *map(len, rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(len(row), 1))) for row in rows])
    columns = np.concatenate([np.array(row, dtype=np.int64) for row in rows])
    return csr_matrix((values, columns, ends), shape=(len(rows), len(known)))
