"""Overall: right answers to answerable questions and refusals of the others, in one share."""

from __future__ import annotations

from eval.judging import Judged
from eval.measures.ratio import Measure


def _correct(one: Judged) -> tuple[float, float]:
    return float(one.correct is True), float(one.correct is not None)


CORRECT = Measure("correct", "总正确率", (_correct,))
