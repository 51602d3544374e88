"""Hit at k: whether anything relevant is among the first k (trec_eval's `success`)."""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.ranked import RankedMeasure


def hit(ranking: Sequence[int], _relevant: Sequence[int], k: int) -> float:
    """1 or 0."""
    return float(any(grade > 0 for grade in ranking[:k]))


HIT = RankedMeasure("hit", "前{k}命中率", hit)
