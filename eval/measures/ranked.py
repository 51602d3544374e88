"""Measures of a ranking at a cutoff: `NDCG @ 10` is a measure, as in ir_measures.

A ranking is judged by what a question's set says is relevant: whole articles with grades, or the
passages that hold evidence. Of passages the pool is judged, as TREC does: those that were found
and are relevant, and one unfound for each piece of evidence that none of them holds. A question
without a ranking counts as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.judging import Judged
from eval.measures.ratio import Measure

Score = Callable[[Sequence[int], Sequence[int], int], float]
"""Of the grades in the ranking's order, the grades of all that is relevant, and the cutoff."""


@dataclass(frozen=True, slots=True)
class RankedMeasure:
    """A measure that lacks its cutoff.

    Attributes:
        name: before the `@`.
        label: Chinese, with `{k}` for the cutoff.
        score: 0–1, of one question.
        share: whether it is shown as a percentage.
    """

    name: str
    label: str
    score: Score
    share: bool = True

    def __matmul__(self, k: int) -> Measure:
        """The measure over the first `k`."""

        def part(one: Judged) -> tuple[float, float]:
            if not one.rankable:
                return 0.0, 0.0
            relevant = [found.grade for found in one.relevant]
            return self.score([found.grade for found in one.ranking], relevant, k), 1.0

        return Measure(f"{self.name}@{k}", self.label.format(k=k), (part,), share=self.share)
