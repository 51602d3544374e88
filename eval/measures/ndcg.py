"""Normalised discounted cumulative gain at k (Järvelin and Kekäläinen, TOIS 2002).

Gains are the grades themselves and the discount is log2(rank + 1), as in trec_eval's `ndcg_cut`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from eval.measures.ranked import RankedMeasure


def ndcg(ranking: Sequence[int], relevant: Sequence[int], k: int) -> float:
    """`DCG(ranking) / DCG(all that is relevant, best first)`."""
    best = _dcg(sorted(relevant, reverse=True)[:k])
    return _dcg(ranking[:k]) / best if best else 0.0


def _dcg(grades: Sequence[int]) -> float:
    return sum(
        grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1) if grade > 0
    )


NDCG = RankedMeasure("ndcg", "nDCG@{k}", ndcg, share=False)
