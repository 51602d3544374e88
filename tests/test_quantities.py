"""Numbers are read with their units, however they are written."""

from __future__ import annotations

import pytest

from rag.language.numerals import chinese_number
from rag.language.quantities import quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("加装电梯1 286部", [(1286, "部")]),
        ("每月收费0. 35元", [(0.35, "元")]),
        ("飞行1.28万架次", [(12_800, "架次")]),
        ("总投资5.2亿元", [(520_000_000, "元")]),
        ("六成村民同意", [(0.6, "%")]),
        ("增长12.5%", [(0.125, "%")]),
        ("每天有两百多艘船", [(200, "艘")]),
        ("罚款三十万元", [(300_000, "元")]),
        ("12人和3名", [(12, "人"), (3, "人")]),
        ("这件事成立了", []),
        ("产粮3.5×10^8吨", [(3.5e8, "公吨")]),
        ("蓄水10^6立方米", [(1e6, "立方米")]),
    ],
)
def test_quantities(text: str, expected: list[tuple[float, str]]) -> None:
    found = [(quantity.value, quantity.unit) for quantity in quantities(text)]
    assert [unit for _, unit in found] == [unit for _, unit in expected]
    assert [value for value, _ in found] == pytest.approx([value for value, _ in expected])


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("三百二", 320),
        ("两万一", 21_000),
        ("二〇二四", 2024),
        ("一亿三千万", 130_000_000),
    ],
)
def test_chinese_numbers(numeral: str, value: float) -> None:
    assert chinese_number(numeral) == value
