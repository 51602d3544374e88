"""Answer accuracy: of the questions with gold answers, those whose quotes hold every group."""

from __future__ import annotations

from eval.judging import Judged
from eval.measures.ratio import Measure


def _contained(one: Judged) -> tuple[float, float]:
    return float(one.contained is True), float(one.contained is not None)


ACCURACY = Measure("accuracy", "答案正确率", (_contained,))
