"""Citation recall: of the gold evidence of answerable questions, the share that quotes hold."""

from __future__ import annotations

from eval.judging import Judged
from eval.measures.containment import shares_evidence
from eval.measures.ratio import Measure


def _quoted(one: Judged) -> tuple[float, float]:
    evidence = one.question.evidence
    if not evidence or one.question.answerable is False:
        return 0.0, 0.0
    shown = one.answer.citations if one.answer is not None and one.answered else ()
    held = sum(any(shares_evidence(c.quote, [gold]) for c in shown) for gold in evidence)
    return float(held), float(len(evidence))


CITATION_RECALL = Measure("citation_recall", "证据引到率", (_quoted,))
