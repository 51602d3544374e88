"""Latency percentiles, by the nearest-rank method."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.answers import Answer


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of all values do not exceed; None of nothing."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


def milliseconds(answer: Answer) -> float | None:
    """How long the answer took in all: its timing `total`, or else the sum of its stages."""
    timings = answer.timings_ms
    return timings.get("total", sum(timings.values())) if timings else None
