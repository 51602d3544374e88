"""What grows with a library and how: open, search, filters, adding, removing, memory, disk.

Libraries of made-up articles and vectors (`eval/made_library.py`) are kept in `cache_dir` and gone
on from when they were interrupted; each is measured on a copy, in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from eval.made_library import DIMENSION, MODEL, made_library
from eval.scale_figures import measured
from rag.library.library import Library
from rag.models.embedding import Progress
from rag.retrieval.indexes import load_indexes, publish

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)


def run(
    limit: int = 100_000,
    *,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure libraries of 10,000 passages and more.

    Args:
        limit: the largest; a million takes an hour to make, and some 8 GB of disk.
        cache_dir: where the libraries are kept for the next time.
        progress: called with (articles stored, articles in all) of each library.

    Returns:
        `metrics`: the figures of `measured` by size, and `growth`: the exponent b of `n^b` that
        fits each figure best, by least squares of its logarithm.
    """
    sizes = [size for size in SIZES if size <= limit] or [limit]
    figures: dict[str, dict[str, float]] = {}
    with TemporaryDirectory(prefix="youju-benchmark-") as temporary:
        for size in sizes:
            root = Path(cache_dir or temporary) / f"scale-1-{size}"
            _make(root, size, progress)
            figures[str(size)] = _measure(root)
    metrics: dict[str, Any] = {**figures, "growth": growth(list(figures.values()))}
    return {
        "benchmark": "scale",
        "settings": {"sizes": sizes, "dimension": DIMENSION},
        "metrics": metrics,
    }


def growth(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The exponent of each column over the column `passages`; none from a single row."""
    if len(rows) < 2:
        return {}
    sizes = np.log([row["passages"] for row in rows])
    columns = {name: [row[name] for row in rows] for name in rows[0] if name != "passages"}
    return {
        name: float(np.polyfit(sizes, np.log(values), 1)[0])
        for name, values in columns.items()
        if min(values) > 0
    }


def _make(root: Path, size: int, progress: Progress | None) -> None:
    made_library(root, size, progress)
    with Library.open(root, write=True) as library:
        indexes = load_indexes(library, MODEL, DIMENSION)
        if not indexes.published:
            publish(indexes, library)


def _measure(root: Path) -> dict[str, float]:
    """The figures of a copy, taken where nothing else has been loaded."""
    with TemporaryDirectory(prefix="scale-", dir=root.parent) as folder:
        copy = Path(folder)
        with Library.open(root) as library:
            library.copy_to(copy / "library.sqlite3", checked=False)
        shutil.copytree(root / "index", copy / "index")
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=fresh) as process:
            return process.submit(measured, copy).result()
