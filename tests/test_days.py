"""A date is a day of the calendar, or none."""

from __future__ import annotations

import pytest

from rag.data_model.documents import day_of


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2024-02-29", ("2024", 2, 29)),
        ("2023-11-05", ("2023", 11, 5)),
        ("0000-00-00", None),
        ("2023-13-45", None),
        ("2023-02-29", None),
        ("2031年4月", None),
        ("٢٠٢٤-٠١-٠١", None),
        ("", None),
    ],
)
def test_a_day_is_one_of_the_calendar(date: str, day: tuple[str, int, int] | None) -> None:
    assert day_of(date) == day
