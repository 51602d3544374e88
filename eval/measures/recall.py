"""Recall at k: of all that is relevant, the share among the first k (trec_eval's `recall`)."""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.ranked import RankedMeasure


def recall(ranking: Sequence[int], relevant: Sequence[int], k: int) -> float:
    """`found(k) / relevant`."""
    return sum(grade > 0 for grade in ranking[:k]) / len(relevant) if relevant else 0.0


RECALL = RankedMeasure("recall", "前{k}召回率", recall)
