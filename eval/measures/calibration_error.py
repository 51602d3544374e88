"""How far stated probabilities are from what comes true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BINS = 10


def expected_calibration_error(
    stated: Sequence[float], true: Sequence[bool], bins: int = BINS
) -> float:
    """Mean distance of stated probability and share that is true, over bins of equal width.

    ECE = Σ_b |b|/n · |mean stated(b) - share true(b)| (Naeini et al., 2015; Guo et al., 2017);
    zero where nothing was stated.
    """
    chances, came = np.asarray(stated, dtype=np.float64), np.asarray(true, dtype=np.float64)
    if not len(chances):
        return 0.0
    places = np.minimum((chances * bins).astype(int), bins - 1)
    apart = [abs(float(chances[places == n].sum() - came[places == n].sum())) for n in range(bins)]
    return sum(apart) / len(chances)
