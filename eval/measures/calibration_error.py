"""How far stated probabilities are from what comes true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.judging import Judged
from eval.measures.ratio import Sums
from eval.measures.statistic import Statistic, quotient

BINS = 10


def expected_calibration_error(
    stated: Sequence[float], true: Sequence[bool], bins: int = BINS
) -> float:
    """Mean distance of stated probability and share that is true, over bins of equal width.

    ECE = Σ_b |b|/n · |mean stated(b) - share true(b)| (Naeini et al., 2015; Guo et al., 2017);
    zero where nothing was stated.
    """
    rows = np.array([stated, true, np.ones(len(stated))], dtype=np.float64).T
    return float(np.nan_to_num(_error(rows, np.ones((1, len(stated))), bins))[0])


def _error(rows: Sums, counts: Sums, bins: int = BINS) -> Sums:
    """Of rows (stated, true, whether anything was stated)."""
    stated, true, known = rows.T
    places = np.minimum((stated * bins).astype(int), bins - 1)
    apart = (stated - true) * known
    held = counts @ np.where(places[:, None] == np.arange(bins), apart[:, None], 0.0)
    return quotient(np.abs(held).sum(axis=1), counts @ known)


def _rows(judged: Sequence[Judged]) -> Sums:
    """Answers whose rightness is known, and what they said of themselves."""
    rows = [
        (one.answer.confidence, float(bool(one.correct)), 1.0)
        if one.answer is not None and one.answered and one.correct is not None
        else (0.0, 0.0, 0.0)
        for one in judged
    ]
    return np.array(rows, dtype=np.float64).reshape(len(judged), 3)


CALIBRATION_ERROR = Statistic("ece", "校准误差（ECE）", _rows, _error, share=False)
