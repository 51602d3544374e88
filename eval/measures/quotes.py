"""Quotes: how long they are, and how many answers' quotes are proven."""

from __future__ import annotations

from eval.judging import Judged
from eval.measures.ratio import Measure


def _length(one: Judged) -> tuple[float, float]:
    answer = one.answer
    return float(answer.quoted_length if answer and one.answered else 0), float(one.answered)


def _verified(one: Judged) -> tuple[float, float]:
    return float(one.findings == ()), float(one.findings is not None)


MEAN_QUOTED_LENGTH = Measure("mean_quoted_length", "平均引文字数", (_length,), share=False)
QUOTES_VERIFIED = Measure("quotes_verified", "引文核验通过率", (_verified,))
