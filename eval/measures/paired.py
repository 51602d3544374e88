"""Two runs on the same questions: how far apart they are, and whether it may be chance.

Draws are whole questions, the same ones for both runs, with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from math import comb

import numpy as np
from numpy.typing import NDArray

from eval.judging import Judged
from eval.measures.ratio import Measure, Sums, divide
from eval.measures.significance import DRAWS, SEED, draws
from eval.measures.statistic import Figure

_EPSILON = 1e-12


@dataclass(frozen=True, slots=True)
class Paired:
    """How a figure of run B lies to that of run A.

    Attributes:
        change: B less A.
        interval: of the change, 95 %, percentiles of paired bootstrap draws (Efron, 1979).
        p_worse: that B is no worse: the larger of what the bootstrap says (share of draws without
            a change for the worse; Koehn, 2004) and of what a one-sided paired randomisation test
            says (Smucker et al., 2007), for the bootstrap alone is rash where few questions differ.
    """

    change: float
    interval: tuple[float, float]
    p_worse: float


def paired(
    figures: Sequence[Figure],
    a: Sequence[Judged],
    b: Sequence[Judged],
    lower_is_better: Collection[str] = (),
) -> list[Paired | None]:
    """Compare figures of two runs; None where one cannot be had of both.

    Args:
        figures: measures and statistics.
        a: the questions of run A.
        b: the same questions in the same order.
        lower_is_better: names of those of which less is better.
    """
    values = [(figure.value(a), figure.value(b)) for figure in figures]
    drawn = [(figure.resampled(a), figure.resampled(b)) for figure in figures]
    chunks = [[of_b(counts) - of_a(counts) for of_a, of_b in drawn] for counts in draws(len(a))]
    changes = [np.concatenate(parts) for parts in zip(*chunks, strict=True)]
    swaps = np.random.default_rng(SEED).integers(0, 2, (DRAWS, len(a))).astype(np.float64)
    return [
        None
        if before is None or now is None
        else _compared(
            now - before,
            change,
            partial(_swapped, figure, a, b, swaps),
            -1.0 if figure.name in lower_is_better else 1.0,
        )
        for figure, (before, now), change in zip(figures, values, changes, strict=True)
    ]


def _compared(observed: float, drawn: Sums, swapped: Callable[[], Sums], sign: float) -> Paired:
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    p = 1.0
    if sign * observed < -_EPSILON:
        by_chance = swapped()
        p = max(
            _share(sign * drawn >= -_EPSILON),
            _share(sign * by_chance <= sign * observed + _EPSILON),
        )
    return Paired(observed, (float(low), float(high)), p)


def _share(true: NDArray[np.bool_]) -> float:
    """How many are true, the observed case among them."""
    return (1 + int(true.sum())) / (1 + len(true))


def _swapped(figure: Figure, a: Sequence[Judged], b: Sequence[Judged], swaps: Sums) -> Sums:
    """Changes between two runs that swap the answers of the questions that `swaps` marks."""
    if isinstance(figure, Measure):
        table_a, table_b = (figure.table(run).reshape(len(a), -1) for run in (a, b))
        moved = swaps @ (table_b - table_a)
        sums_a, sums_b = table_a.sum(axis=0) + moved, table_b.sum(axis=0) - moved
        found = divide(sums_b.reshape(DRAWS, -1, 2)) - divide(sums_a.reshape(DRAWS, -1, 2))
    else:
        # Every question of both runs stands in one list: a draw takes each once, from one of them.
        both = figure.resampled([*a, *b])
        found = both(np.hstack([swaps, 1 - swaps])) - both(np.hstack([1 - swaps, swaps]))
    return np.asarray(found[~np.isnan(found)])


def mcnemar_p(won: int, lost: int) -> float:
    """Two-sided exact p that wins and losses are as likely (McNemar, 1947; binomial form).

    Args:
        won: questions that only the one run has right.
        lost: questions that only the other has right.
    """
    n, fewer = won + lost, min(won, lost)
    tail = sum(comb(n, k) for k in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**n))


def holm(values: Sequence[float | None]) -> list[float | None]:
    """P-values corrected for how many there are (Holm, 1979); None stays and does not count."""
    known = sorted((p, n) for n, p in enumerate(values) if p is not None)
    corrected: list[float | None] = [None] * len(values)
    highest = 0.0
    for rank, (p, n) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - rank) * p))
        corrected[n] = highest
    return corrected
