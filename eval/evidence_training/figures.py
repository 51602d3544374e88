"""How well right is told from wrong, and how honestly, by where questions come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.measures.calibration_error import expected_calibration_error

Truth = NDArray[np.bool_]
_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.67)


def figures_by_group(
    chances: NDArray[np.float64], right: Truth, answerable: Truth, groups: Sequence[str]
) -> dict[str, Any]:
    """Figures of all questions and of each group.

    Args:
        chances: stated probability that the likeliest sentence answers, shape (n,).
        right: whether it does, shape (n,).
        answerable: whether any sentence does, shape (n,).
        groups: where each question comes from.
    """
    names = np.asarray(groups)
    found = {"all": figures_of(chances, right, answerable)}
    for group in sorted(set(groups)):
        among = names == group
        found[group] = figures_of(chances[among], right[among], answerable[among])
    return found


def figures_of(chances: NDArray[np.float64], right: Truth, answerable: Truth) -> dict[str, Any]:
    """`at T` gives the shares answered rightly and refused rightly when refusing below T."""
    from sklearn.metrics import roc_auc_score

    both = 0 < right.sum() < len(right)
    found: dict[str, Any] = {
        "questions": len(right),
        "first_is_right": _share(right[answerable]),
        "auc": round(float(roc_auc_score(right, chances)), 3) if both else None,
        "calibration_error": round(expected_calibration_error(chances.tolist(), right.tolist()), 3),
    }
    for at in _THRESHOLDS:
        answered = chances >= at
        found[f"at {at}"] = [_share((right & answered)[answerable]), _share(~answered[~answerable])]
    return found


def _share(true: Truth) -> float | None:
    return round(float(true.mean()), 3) if len(true) else None
