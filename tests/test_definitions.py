"""Which sentences define a topic."""

from __future__ import annotations

import pytest

from rag.definitions import defines


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("预应力是事先加在构件里的力。", True),
        ("“预应力”，是指事先加在构件里的力。", True),
        ("预应力（英文缩写PS）是一种力。", True),
        ("预应力：事先加在构件里的力。", True),
        ("预应力是什么？", False),
        ("工程师检查了预应力。", False),
        ("预应力钢筋昨天运到工地。", False),
    ],
)
def test_definitions(sentence: str, expected: bool) -> None:
    assert defines("预应力", sentence) is expected
