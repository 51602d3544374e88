"""Where the first relevant passage stands: recall at k, mean reciprocal rank.

A question counts as found at k if some relevant passage is among the first k.
"""

from __future__ import annotations

from eval.judging import RANKED, Judged
from eval.measures.ratio import Measure, Part


def _found_at(k: int) -> Part:
    def part(one: Judged) -> tuple[float, float]:
        found = one.rankable and one.rank is not None and one.rank <= k
        return float(found), float(one.rankable)

    return part


def _reciprocal(one: Judged) -> tuple[float, float]:
    return 1 / one.rank if one.rankable and one.rank else 0.0, float(one.rankable)


RECALL = tuple(Measure(f"recall@{k}", f"前{k}段召回率", (_found_at(k),)) for k in (1, 5, RANKED))
MRR = Measure(f"mrr@{RANKED}", "平均倒数排名", (_reciprocal,), share=False)
