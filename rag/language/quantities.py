"""Numbers with their units, made comparable: `1.28万架次`, `三成`, `13 862元`, `两百多艘`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.numerals import DIGITS, chinese_number, scaled

_NUMERAL = f"〇两{DIGITS}十百千"
_SHARES = {"%": 0.01, "个百分点": 0.01, "成": 0.1, "‰": 0.001}
UNIT = (
    "个百分点|%|‰|成(?!立|为|本|功|员|熟|果)|架次|人次|亩次|平方米|平方公里|立方米|公里|千米|厘米|公顷|公斤|千克|小时"
    "|分钟|公吨|美元|欧元|课时|街道|周岁|元|亩|个(?!月|人)|个月|家|人|名|位|户|所|座|条|处|件|项|次|册|本|份|篇|部|台|辆|艘|架|栋|幢|套|间"
    "|层|级|岁|年|天|日|月|分|秒|周(?![年岁边期])|米|里|吨|克|斤|度|倍|种|类|对|只|头|棵|株|路|站|期|场|批|起|字|节|门|班|箱|瓶|顶|张|块|片"
)
_QUANTITY = re.compile(
    r"(?<!\d)(?P<digits>\d{1,15}(?:[ ,]\d{3}){0,5}(?:\.\s?\d{1,15})?)"
    r"(?P<power>(?:[×x*]10)?\^[-−]?\d{1,2})?"
    rf"(?P<scale>[千万亿]{{0,4}})(?:多|余)?(?P<unit>{UNIT})"
    rf"|(?<![{_NUMERAL}])(?P<numeral>[{_NUMERAL}]{{1,14}}(?:[万亿][{_NUMERAL}]{{0,14}})?)"
    rf"(?:多|余)?(?P<counted>{UNIT})"
)
"""So many digits at most, and none from within a number: what is longer counts nothing."""
_SAME_UNITS = ({"人", "名", "位"}, {"公里", "千米"}, {"公斤", "千克"}, {"日", "天"}, {"吨", "公吨"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a unit, at `[start, end)` of the folded text that it was read from."""

    value: float
    unit: str
    start: int
    end: int


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities of a folded text, in order."""
    for match in _QUANTITY.finditer(text):
        unit = match.group("unit") or match.group("counted")
        if match.group("digits"):
            value = float(re.sub(r"[ ,]", "", match.group("digits")))
            value = scaled(_raised(value, match.group("power") or ""), match.group("scale"))
        else:
            value = chinese_number(match.group("numeral"))
        if unit in _SHARES:
            value, unit = value * _SHARES[unit], "%"
        unit = next((min(same) for same in _SAME_UNITS if unit in same), unit)
        yield Quantity(value, unit, match.start(), match.end())


def _raised(value: float, power: str) -> float:
    """`3.5` with `×10^8`, or `10` with `^8`."""
    if not power or not value:
        return value
    factor, _, exponent = power.replace("−", "-").partition("^")
    if factor or value == 10:
        return (value if factor else 1.0) * 10.0 ** int(exponent)
    return min(max(value, 1e-6), 1e6) ** min(max(int(exponent), -40), 40)
