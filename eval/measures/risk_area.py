"""Area under the risk–coverage curve (Geifman et al., ICLR 2019).

Questions are put in the order of the answers' confidence; risk is the share of wrong ones among
those so far, and its mean over all coverages is the area: 0 is best. What is not answered comes
last and counts as wrong, whether it should have been or not. Equally confident answers come
together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.judging import Judged
from eval.measures.ratio import Sums
from eval.measures.statistic import Statistic, quotient

_UNANSWERED = -1.0


def _rows(judged: Sequence[Judged]) -> Sums:
    """Confidence and whether it is wrong, of the questions whose answer can be judged."""
    rows = [
        (
            one.answer.confidence if one.answer is not None and one.answered else _UNANSWERED,
            float(not (one.answered and one.correct)),
            float(one.correct is not None),
        )
        for one in judged
    ]
    return np.array(rows, dtype=np.float64).reshape(len(judged), 3)


def _area(rows: Sums, counts: Sums) -> Sums:
    order = np.argsort(-rows[:, 0], kind="stable")
    confidence, wrong, known = rows[order].T
    drawn = counts[:, order] * known
    covered, errors = drawn.cumsum(axis=1), (drawn * wrong).cumsum(axis=1)
    # Of equally confident answers all have the risk at the last of them.
    last = np.searchsorted(-confidence, -confidence, side="right") - 1
    risks = np.nan_to_num(quotient(errors, covered))[:, last]
    return quotient((drawn * risks).sum(axis=1), drawn.sum(axis=1))


RISK_AREA = Statistic("aurc", "风险—覆盖曲线下面积", _rows, _area, share=False)
