"""Citation precision: of all citations of answers, those that share gold evidence.

Citations given for an unanswerable question share none.
"""

from __future__ import annotations

from eval.judging import Judged
from eval.measures.ratio import Measure


def _supported(one: Judged) -> tuple[float, float]:
    return float(one.supported if one.citations else 0), float(one.citations)


CITATION_PRECISION = Measure("citation_precision", "引文准确率", (_supported,))
