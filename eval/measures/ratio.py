"""What a measure over a set is: sums of per-question parts, divided.

Every question is in the sums, so none vanishes from a mean: an unanswered one adds nothing above
the line and one below it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.judging import Judged

Part = Callable[[Judged], tuple[float, float]]
Sums = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """A named figure: the mean of `sum(above) / sum(below)` over its parts.

    Attributes:
        name: as in JSON and in gates.
        label: as in tables, Chinese.
        parts: each gives (above, below) for a question.
        share: 0–1, shown as a percentage.
    """

    name: str
    label: str
    parts: tuple[Part, ...]
    share: bool = True

    def table(self, judged: Sequence[Judged]) -> Sums:
        """Shape (questions, parts, 2): above and below the line, a row a question."""
        rows = [[part(one) for part in self.parts] for one in judged]
        return np.array(rows, dtype=np.float64).reshape(len(judged), len(self.parts), 2)

    def value(self, judged: Sequence[Judged]) -> float | None:
        """The figure over these questions; None where there is nothing to divide by."""
        value = float(divide(self.table(judged).sum(axis=0)))
        return None if np.isnan(value) else value

    def resampled(self, judged: Sequence[Judged]) -> Callable[[Sums], Sums]:
        """What gives the figure over questions drawn from these, by how often each is drawn."""
        table = self.table(judged)
        flat = table.reshape(len(table), -1)
        return lambda counts: divide((counts @ flat).reshape(len(counts), -1, 2))


def divide(sums: Sums) -> Sums:
    """The mean quotient of sums of shape (…, parts, 2); NaN where a part is divided by zero."""
    above, below = sums[..., 0], sums[..., 1]
    quotients = np.full(below.shape, np.nan)
    np.divide(above, below, out=quotients, where=below != 0)
    return np.asarray(quotients.mean(axis=-1))
