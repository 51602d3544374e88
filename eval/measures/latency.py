"""Latency percentiles, by the nearest-rank method."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from eval.judging import Judged
from eval.measures.ratio import Sums
from eval.measures.statistic import Statistic
from rag.data_model.answers import Answer


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of all values do not exceed; None of nothing."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


def milliseconds(answer: Answer) -> float | None:
    """How long the answer took in all: its timing `total`, or else the sum of its stages."""
    timings = answer.timings_ms
    return timings.get("total", sum(timings.values())) if timings else None


def _rows(judged: Sequence[Judged]) -> Sums:
    """Milliseconds and 1; zeros where nothing was timed."""
    taken = [milliseconds(one.answer) if one.answer is not None else None for one in judged]
    rows = [(0.0, 0.0) if ms is None else (ms, 1.0) for ms in taken]
    return np.array(rows, dtype=np.float64).reshape(len(judged), 2)


def _at(share: float) -> Callable[[Sums, Sums], Sums]:
    def of(rows: Sums, counts: Sums) -> Sums:
        order = np.argsort(rows[:, 0], kind="stable")
        taken, known = rows[order].T
        reached = (counts[:, order] * known).cumsum(axis=1)
        if not len(taken):
            return np.full(len(counts), np.nan)
        total = reached[:, -1:]
        # The tiny amount keeps .95 · 20 from being more than 19.
        rank = np.maximum(np.ceil(share * total - 1e-9), 1)
        values = taken[(reached >= rank).argmax(axis=1)]
        return np.where(total[:, 0] > 0, values, np.nan)

    return of


LATENCIES = (
    Statistic("p50_ms", "耗时中位数（毫秒）", _rows, _at(0.5), share=False),
    Statistic("p95_ms", "耗时 95 分位（毫秒）", _rows, _at(0.95), share=False),
    Statistic("p99_ms", "耗时 99 分位（毫秒）", _rows, _at(0.99), share=False),
)
