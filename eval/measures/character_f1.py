"""CMRC 2018's character F1, over a set: of the questions with one group of answers."""

from __future__ import annotations

from eval.judging import Judged
from eval.measures.ratio import Measure
from eval.measures.span_em_f1 import span_f1


def _f1(one: Judged) -> tuple[float, float]:
    if len(one.question.answers) != 1:
        return 0.0, 0.0
    return span_f1(one.said, one.question.answers[0]), 1.0


CHARACTER_F1 = Measure("character_f1", "简答字符 F1", (_f1,))
