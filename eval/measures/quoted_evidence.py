"""ExpMRC's evidence F1, over a set, in percent: all quotes against the gold evidence.

The gold is each evidence, as ExpMRC's are alternatives, or all of them together.
"""

from __future__ import annotations

from eval.judging import Judged, quoted_text
from eval.measures.evidence_f1 import evidence_f1
from eval.measures.ratio import Measure


def _over(one: Judged) -> tuple[float, float]:
    evidence = one.question.evidence
    if not evidence or one.question.answerable is False:
        return 0.0, 0.0
    if one.answer is None or not one.answered:
        return 0.0, 1.0
    golds = evidence if len(evidence) == 1 else (*evidence, "\n".join(evidence))
    return 100 * evidence_f1(quoted_text(one.answer), golds), 1.0


EVIDENCE_F1 = Measure("evidence_f1", "证据 F1（百分）", (_over,), share=False)
