"""The calibration error, by hand."""

from __future__ import annotations

import pytest

from eval.measures.calibration_error import expected_calibration_error


def test_by_hand() -> None:
    stated = [0.95, 0.95, 0.05, 0.55]
    true = [True, False, False, True]
    # bins: {.95, .95} is .9 apart in sum, {.05} .05, {.55} .45
    assert expected_calibration_error(stated, true) == pytest.approx((0.9 + 0.05 + 0.45) / 4)


def test_what_comes_true_as_often_as_stated_is_no_error() -> None:
    assert expected_calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0.0)
    assert expected_calibration_error([1.0], [True]) == 0.0
    assert expected_calibration_error([], []) == 0.0
