"""The page on scale: its table is what its figures give, by arithmetic written a second time."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from eval import scale_costs
from eval.scale_costs import ROWS, SIZES

PAGE = (Path(__file__).parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")
GIVEN = scale_costs.inputs(PAGE)
HEADS = list(SIZES)


def stated() -> dict[str, list[float]]:
    """The table's rows by label, as they are printed."""
    table = PAGE[PAGE.index("<!-- costs -->") : PAGE.index("<!-- /costs -->")]
    rows = re.findall(r"^\| ([^|]+?) \| (.+) \|$", table, re.MULTILINE)
    return {
        label: [float(cell.replace(",", "")) for cell in cells.split(" | ")]
        for label, cells in rows
        if label in ROWS.values()
    }


def test_the_table_is_made_of_the_figures_of_the_page() -> None:
    assert scale_costs.with_table(PAGE) == PAGE, "run python -m eval.scale_costs docs/scale.md"
    assert stated().keys() == set(ROWS.values())


@pytest.mark.parametrize(("place", "n"), list(enumerate(SIZES.values())), ids=HEADS)
def test_the_arithmetic_comes_to_the_same_when_done_again(place: int, n: int) -> None:
    g = GIVEN
    hours = n * g["embedding_core_s"] / 3600
    packed = n * g["packed_bytes"] / 1e9
    servers = max(1, math.ceil(packed / (g["machine_gb"] * g["memory_share"])))
    disk = n * (g["library_bytes"] + g["index_bytes"]) / 1e9
    expected = {
        "library_gb": n * g["library_bytes"] / 1e9,
        "index_gb": n * g["index_bytes"] / 1e9,
        "exact_memory_gb": n * g["dimension"] * 4 / 1e9,
        "packed_memory_gb": packed,
        "embedding_core_hours": hours,
        "embedding_days_alone": hours / (24 * g["cores"]),
        "embedding_machines": max(1, math.ceil(hours / g["cores"] / 24)),
        "embedding_yuan": hours * g["core_hour_yuan"],
        "writer_hours": n * g["writer_core_s"] / 3600,
        "exact_seconds": n * g["scan_core_us"] / 1e6,
        "shards_for_time": max(1, math.ceil(n * g["scan_core_us"] / 1e3 / g["limit_ms"])),
        "shards_for_memory": servers,
        "percentile_of_one": 100 * math.exp(math.log(0.99) / servers),
        "monthly_yuan": g["replicas"]
        * (servers * g["cores"] * g["core_hour_yuan"] * 730 + disk * g["gb_month_yuan"]),
    }
    told = stated()
    for key, value in expected.items():
        assert told[ROWS[key]][place] == pytest.approx(value, rel=6e-3), key


def test_every_figure_that_is_used_is_stated_once() -> None:
    names = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert len(names) == len(set(names)) == len(GIVEN)


def test_other_figures_give_another_table() -> None:
    other = PAGE.replace(
        f"| `embedding_core_s` | {GIVEN['embedding_core_s']:g} |", "| `embedding_core_s` | 9 |"
    )
    assert other != PAGE
    assert scale_costs.with_table(other) != other
