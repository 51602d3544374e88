"""Average precision at k (trec_eval's `map_cut`; Buckley and Voorhees, SIGIR 2000)."""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.ranked import RankedMeasure


def average_precision(ranking: Sequence[int], relevant: Sequence[int], k: int) -> float:
    """`Σ found(rank) / rank` over the relevant among the first k, by all that is relevant."""
    found, total = 0, 0.0
    for rank, grade in enumerate(ranking[:k], start=1):
        if grade > 0:
            found += 1
            total += found / rank
    return total / len(relevant) if relevant else 0.0


MAP = RankedMeasure("map", "前{k}平均准确率（MAP）", average_precision, share=False)
