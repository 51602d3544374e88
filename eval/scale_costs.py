"""What so many passages cost in machines, memory, time and money: the arithmetic of docs/scale.md.

    python -m eval.scale_costs docs/scale.md     writes the page's table anew from its own figures

The page states every figure that goes in, as a row `| name | value | …` with the name in
backquotes, measured or assumed; `costs` is all that is done with them.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from pathlib import Path

SIZES = {"100 万": 10**6, "1 亿": 10**8, "10 亿": 10**9}
ROWS = {
    "library_gb": "文章库（GB）",
    "index_gb": "索引（GB）",
    "exact_memory_gb": "向量不压缩时的内存（GB）",
    "packed_memory_gb": "向量压缩后的内存（GB）",
    "embedding_core_hours": "算向量（核·小时）",
    "embedding_days_alone": "一台机器算完（天）",
    "embedding_machines": "一天算完要几台",
    "embedding_yuan": "算向量的费用（元）",
    "writer_hours": "一个进程写完文章库（小时）",
    "exact_seconds": "逐个比完，一个核（秒）",
    "shards_for_time": "逐个比，按时限要几片",
    "shards_for_memory": "压缩后按内存要几台",
    "percentile_of_one": "各片 p99 须是单片的百分位",
    "monthly_yuan": "每月费用（元）",
}
_INPUT = re.compile(r"^\| `(\w+)` \| ([0-9.]+) \|", re.MULTILINE)
_BEGIN, _END = "<!-- costs -->\n", "<!-- /costs -->\n"
_GB = 1e9
_MONTH = 730


def costs(given: Mapping[str, float], passages: int) -> dict[str, float]:
    """The rows of `ROWS` for so many passages; sizes in 10^9 bytes, a month of 730 hours.

    Args:
        given: the page's figures by name.
        passages: how many.
    """
    core_hours = passages * given["embedding_core_s"] / 3600
    packed = passages * given["packed_bytes"] / _GB
    exact_seconds = passages * given["scan_core_us"] / 1e6
    for_memory = max(1, math.ceil(packed / (given["machine_gb"] * given["memory_share"])))
    disk = passages * (given["library_bytes"] + given["index_bytes"]) / _GB
    machine_month = _MONTH * given["cores"] * given["core_hour_yuan"]
    return {
        "library_gb": passages * given["library_bytes"] / _GB,
        "index_gb": passages * given["index_bytes"] / _GB,
        "exact_memory_gb": passages * given["dimension"] * 4 / _GB,
        "packed_memory_gb": packed,
        "embedding_core_hours": core_hours,
        "embedding_days_alone": core_hours / given["cores"] / 24,
        "embedding_machines": max(1, math.ceil(core_hours / (24 * given["cores"]))),
        "embedding_yuan": core_hours * given["core_hour_yuan"],
        "writer_hours": passages * given["writer_core_s"] / 3600,
        "exact_seconds": exact_seconds,
        "shards_for_time": max(1, math.ceil(1000 * exact_seconds / given["limit_ms"])),
        "shards_for_memory": for_memory,
        "percentile_of_one": 100 * 0.99 ** (1 / for_memory),
        "monthly_yuan": for_memory * given["replicas"] * machine_month
        + disk * given["replicas"] * given["gb_month_yuan"],
    }


def inputs(page: str) -> dict[str, float]:
    """The figures that a page states."""
    return {name: float(value) for name, value in _INPUT.findall(page)}


def table(given: Mapping[str, float]) -> str:
    """The rows for all sizes, in Markdown."""
    columns = {name: costs(given, passages) for name, passages in SIZES.items()}
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for key, label in ROWS.items():
        values = " | ".join(_shown(column[key], key) for column in columns.values())
        lines.append(f"| {label} | {values} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """The page with its table made of its own figures."""
    begin = page.index(_BEGIN) + len(_BEGIN)
    return page[:begin] + table(inputs(page)) + page[page.index(_END) :]


def _shown(value: float, key: str) -> str:
    """Three figures; a percentile near 100 as many as it needs."""
    if key == "percentile_of_one":
        return f"{value:.4f}"
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(with_table(file.read_text(encoding="utf-8")), encoding="utf-8")
