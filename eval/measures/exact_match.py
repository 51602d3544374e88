"""CMRC 2018's exact match, over a set: of the questions with one group of answers."""

from __future__ import annotations

from eval.judging import Judged
from eval.measures.ratio import Measure
from eval.measures.span_em_f1 import span_exact_match


def _matches(one: Judged) -> tuple[float, float]:
    if len(one.question.answers) != 1:
        return 0.0, 0.0  # a list has no one span
    return float(span_exact_match(one.said, one.question.answers[0])), 1.0


EXACT_MATCH = Measure("exact_match", "简答全同（EM）", (_matches,))
