"""Precision at k: of the first k places, the share that is relevant (trec_eval's `P`).

A place that is empty counts as irrelevant.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.ranked import RankedMeasure


def precision(ranking: Sequence[int], _relevant: Sequence[int], k: int) -> float:
    """`found(k) / k`."""
    return sum(grade > 0 for grade in ranking[:k]) / k


PRECISION = RankedMeasure("precision", "前{k}准确率", precision)
