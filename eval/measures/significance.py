"""How far a figure can be trusted: bootstrap intervals and paired randomisation.

Both draw whole questions with a fixed seed, so that the same data gives the same figures.
"""

from __future__ import annotations

import numpy as np

from eval.measures.ratio import Sums, divide

DRAWS = 2000
SEED = 20240229


def bootstrap_interval(table: Sums, level: float = 0.95) -> tuple[float, float] | None:
    """Percentile interval of a measure (Efron, 1979).

    Args:
        table: shape (questions, parts, 2), as `Measure.table` gives it.
        level: share of the draws that the interval holds.

    Returns:
        Lower and upper end; None where nothing can be divided.
    """
    random = np.random.default_rng(SEED)
    n = len(table)
    if n == 0:
        return None
    sums = np.stack([table[random.integers(0, n, n)].sum(axis=0) for _ in range(DRAWS)])
    values = divide(sums)
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def randomisation_p(table_a: Sums, table_b: Sums) -> float | None:
    """Two-sided p-value that two systems differ on the same questions (Smucker et al., 2007).

    Each draw swaps the two systems' rows of a question with probability one half; p is the share
    of draws, the observed one among them, whose difference is at least the observed one.
    """
    random = np.random.default_rng(SEED)
    observed = abs(float(divide(table_a.sum(axis=0))) - float(divide(table_b.sum(axis=0))))
    if np.isnan(observed):
        return None
    extreme = 1
    for _ in range(DRAWS):
        swap = random.integers(0, 2, len(table_a)).astype(bool)[:, None, None]
        a = divide(np.where(swap, table_b, table_a).sum(axis=0))
        b = divide(np.where(swap, table_a, table_b).sum(axis=0))
        extreme += bool(abs(float(a) - float(b)) >= observed - 1e-12)
    return extreme / (DRAWS + 1)
