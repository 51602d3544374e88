"""Figures over a set that are no mean of its questions: areas, percentiles, calibration.

`counts` says how often each question is drawn, so that one formula gives the figure itself (every
question once) and all its bootstrap draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from eval.judging import Judged
from eval.measures.ratio import Sums

Resampled = Callable[[Sums], Sums]
"""Counts, shape (draws, questions), to values, shape (draws,); NaN where there is none."""


class Figure(Protocol):
    """What a report tells of a run: a measure or a statistic."""

    @property
    def name(self) -> str:
        """As in JSON and in gates."""

    @property
    def label(self) -> str:
        """As in tables, Chinese."""

    @property
    def share(self) -> bool:
        """0–1, shown as a percentage."""

    def value(self, judged: Sequence[Judged]) -> float | None:
        """The figure over these questions; None where nothing can be said."""

    def resampled(self, judged: Sequence[Judged]) -> Resampled:
        """What gives the figure over questions drawn from these."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """A figure that needs all questions at once.

    Attributes:
        rows: what is to be known of the questions, shape (questions, columns).
        of: the figure, from rows and counts.
    """

    name: str
    label: str
    rows: Callable[[Sequence[Judged]], Sums]
    of: Callable[[Sums, Sums], Sums]
    share: bool = True

    def value(self, judged: Sequence[Judged]) -> float | None:
        """The figure over these questions; None where nothing can be said."""
        value = float(self.resampled(judged)(np.ones((1, len(judged))))[0])
        return None if np.isnan(value) else value

    def resampled(self, judged: Sequence[Judged]) -> Resampled:
        """What gives the figure over questions drawn from these."""
        rows = self.rows(judged)
        return lambda counts: self.of(rows, counts)


def quotient(above: Sums, below: Sums) -> Sums:
    """Element by element; NaN where divided by zero."""
    result = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    np.divide(above, below, out=result, where=below != 0)
    return result
