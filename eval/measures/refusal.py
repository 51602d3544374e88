"""Refusals: how many are right, how many of those due are made, and both sides in balance."""

from __future__ import annotations

from eval.judging import Judged
from eval.measures.ratio import Measure


def _right_of_refused(one: Judged) -> tuple[float, float]:
    known = one.question.answerable is not None
    return float(one.refused and one.question.answerable is False), float(one.refused and known)


def _refused_of_unanswerable(one: Judged) -> tuple[float, float]:
    unanswerable = one.question.answerable is False
    return float(one.refused and unanswerable), float(unanswerable)


def _twice_right(one: Judged) -> tuple[float, float]:
    """F1 as `2 · right / (refused + due)`, a quotient of sums."""
    right, refused = _right_of_refused(one)
    return 2 * right, refused + float(one.question.answerable is False)


def _answered_of_answerable(one: Judged) -> tuple[float, float]:
    answerable = one.question.answerable is True
    return float(one.answered and answerable), float(answerable)


def _refused(one: Judged) -> tuple[float, float]:
    return float(one.refused), 1.0


REFUSAL_PRECISION = Measure("refusal_precision", "拒答准确率", (_right_of_refused,))
REFUSAL_RECALL = Measure("refusal_recall", "拒答召回率", (_refused_of_unanswerable,))
REFUSAL_F1 = Measure("refusal_f1", "拒答 F1", (_twice_right,))
BALANCED_ACCURACY = Measure(
    "balanced_accuracy", "答与拒平衡准确率", (_answered_of_answerable, _refused_of_unanswerable)
)
REFUSAL_RATE = Measure("refusal_rate", "拒答比例", (_refused,))
