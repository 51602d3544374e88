"""The row with the most or the least of what a question asks: 哪个镇的产量最高."""

from __future__ import annotations

import re

from rag.language.text import tagged
from rag.rules.row_lookup import Lookup
from rag.rules.row_tables import Row

_MOST = re.compile("最(?:高|大|多|长|贵|宽|深|重|快|强)")
_LEAST = re.compile("最(?:低|小|少|短|便宜|窄|浅|轻|慢|弱)")
_WHICH = re.compile("哪|谁|什么")
_NUMBER = re.compile(r"[-−+]?\d[\d,]*(?:\.\d+)?(?=\D*$)")
_SUM = re.compile("合计|总计|小计|总数|平均|其中|全[省市县区州国]|.*(?:合计|总计|小计)")
_LEAST_ROWS = 3


def extreme_row(asked: Lookup, searched: str) -> int | None:
    """Where the row stands, if the question asks which one has the most of the column it names.

    Sums are no rows of their own kind. None where two are level, or a cell is no number.
    """
    most, least = _MOST.search(searched), _LEAST.search(searched)
    if bool(most) is bool(least) or not _WHICH.search(searched):
        return None
    columns = [c for c in asked.columns if c != asked.table.columns[0]]  # 哪个学校 names the first
    if len(columns) != 1 or asked.keys or asked.foreign:
        return None
    if any(not any(mark in word for mark in "最哪") and _names(word) for word in asked.unheld):
        return None
    [column] = columns
    values: list[tuple[float, int]] = []
    for n, row in enumerate(asked.table.rows):
        told = dict(row.values).get(column, "")
        if _SUM.fullmatch(_name_of(row)) or not told:
            continue
        number = _NUMBER.fullmatch(told.rstrip("%"))
        if number is None:
            return None
        values.append((float(number[0].replace(",", "").replace("−", "-")), n))
    if len(values) < _LEAST_ROWS:
        return None
    best = (max if most else min)(value for value, _ in values)
    found = [n for value, n in values if value == best]
    return found[0] if len(found) == 1 else None


def _name_of(row: Row) -> str:
    return next((value for _, value in row.values if value), "")


def _names(word: str) -> bool:
    return any(tag.startswith(("n", "x")) for _, tag in tagged(word))
