"""Reciprocal rank at k of the first that is relevant (Voorhees: The TREC-8 QA Track, 1999)."""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.ranked import RankedMeasure


def reciprocal_rank(ranking: Sequence[int], _relevant: Sequence[int], k: int) -> float:
    """`1 / rank`, ranks from 1; 0 where the first k hold nothing relevant."""
    places = (rank for rank, grade in enumerate(ranking[:k], start=1) if grade > 0)
    return 1 / next(places, float("inf"))


MRR = RankedMeasure("mrr", "前{k}平均倒数排名", reciprocal_rank, share=False)
