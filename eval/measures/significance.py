"""How far a figure can be trusted: bootstrap intervals and paired randomisation.

Both draw whole questions with a fixed seed, so that the same data gives the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from eval.judging import Judged
from eval.measures.ratio import Sums, divide
from eval.measures.statistic import Figure

DRAWS = 2000
SEED = 20240229
_AT_ONCE = 100
"""Draws that are in memory at a time."""


def intervals(
    figures: Sequence[Figure], judged: Sequence[Judged], level: float = 0.95
) -> dict[str, tuple[float, float]]:
    """Percentile intervals (Efron, 1979) of figures over the same draws of questions.

    Args:
        figures: those whose intervals are wanted.
        judged: the questions.
        level: share of the draws that an interval holds.

    Returns:
        Lower and upper end by name; none of a figure that cannot be had.
    """
    if not judged:
        return {}
    resampled = [figure.resampled(judged) for figure in figures]
    chunks = [[of(counts) for of in resampled] for counts in draws(len(judged))]
    values = [np.concatenate(parts) for parts in zip(*chunks, strict=True)]
    ends = {f.name: _ends(v, level) for f, v in zip(figures, values, strict=True)}
    return {name: end for name, end in ends.items() if end is not None}


def draws(n: int) -> Iterator[Sums]:
    """How often each of `n` questions is drawn, shape (draws, n), a few draws at a time."""
    random = np.random.default_rng(SEED)
    for start in range(0, DRAWS, _AT_ONCE):
        drawn = [random.integers(0, n, n) for _ in range(min(_AT_ONCE, DRAWS - start))]
        yield np.stack([np.bincount(places, minlength=n) for places in drawn]).astype(np.float64)


def _ends(values: Sums, level: float) -> tuple[float, float] | None:
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrap_interval(table: Sums, level: float = 0.95) -> tuple[float, float] | None:
    """Percentile interval of a measure (Efron, 1979).

    Args:
        table: shape (questions, parts, 2), as `Measure.table` gives it.
        level: share of the draws that the interval holds.

    Returns:
        Lower and upper end; None where nothing can be divided.
    """
    if not len(table):
        return None
    flat = table.reshape(len(table), -1)
    drawn = [divide((counts @ flat).reshape(len(counts), -1, 2)) for counts in draws(len(table))]
    return _ends(np.concatenate(drawn), level)


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
