"""The shipped default, end to end: what it answers to the project's own questions stays the same.

`python -m eval.golden compare` asks all of them; here every seventh is asked.
"""

from __future__ import annotations

import pytest

from eval.golden import is_same, read_golden, records

STEP = 7
OTHERWISE = 0.08
"""Processors round differently: so many answers may stand on the other side of a line."""


@pytest.mark.model
@pytest.mark.timeout(600)
def test_the_shipped_default_answers_as_it_did() -> None:
    kept = read_golden()[::STEP]
    now = list(records(STEP))
    assert [one["question"] for one in now] == [one["question"] for one in kept]
    different = [
        f"{before['question']}　{before['status']} {before['quotes']} → {after['quotes']}"
        for before, after in zip(kept, now, strict=True)
        if not is_same(before, after)
    ]
    assert len(different) <= OTHERWISE * len(kept), "\n".join(different)


def test_the_golden_answers_are_not_all_of_a_kind() -> None:
    kept = read_golden()
    answered = sum(one["status"] == "answered" for one in kept)
    assert 0.5 < answered / len(kept) < 0.9
    assert {one["shelf"] for one in kept} == {"corpus", "county_pages", "other_pages"}
