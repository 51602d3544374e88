"""What a library of one size takes: time, memory and disk, measured in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from eval.made_library import DIMENSION, MODEL, NEWSPAPERS, PARAGRAPHS, documents, queries
from eval.measures.latency import percentile
from rag.data_model.answers import Filters
from rag.library.library import Library
from rag.retrieval.indexes import EmbeddedIndexes, caught_up, load_indexes, publish
from rag.retrieval.retriever import EVERYTHING, Retriever
from rag.settings import RetrievalSettings

T = TypeVar("T")

_ASKED = 100
_WARM_UP = 5
_ADDED = 1000 // PARAGRAPHS
"""Articles: a thousand passages."""
_REMOVED = 25
_MADE = 10_000_000
"""Numbers of articles from here on are in no library before they are added."""
FILTERS = {
    "newspaper": Filters(newspaper=NEWSPAPERS[0]),
    "year": Filters(date_from="2020-01-01", date_to="2020-12-31"),
    "since": Filters(date_from="2020-01-01"),
    "both": Filters(newspaper=NEWSPAPERS[0], date_from="2020-01-01"),
}
"""Of the made articles they admit a twentieth, a tenth, half, a fortieth."""


def measured(root: Path) -> dict[str, float]:
    """The figures of a library that may be changed: articles are added to it, and removed.

    Returns:
        `passages`; `open_s`, the index as it is published; `p50_ms` and `p95_ms` of retrieval
        without embedding the question, and those with each filter, `first_ms` of the very first;
        `add_store_s` and `add_publish_s` for 1,000 more passages whose vectors are there,
        `add_refresh_s` until a server that holds the index of before has the new one; the same for
        a removal of 100 passages; `resident_mb` and `private_mb` of the searching process;
        `library_mb`, `index_mb`. `…cpu_…` are the processor's time of the same (for searches, the
        mean), which other programs of the machine change little.
    """
    with Library.open(root) as library:
        library.counts()  # what every start loads is no matter of the library's size
        before = _memory_mb()
        figures: dict[str, float] = {}
        indexes = _timed(lambda: load_indexes(library, MODEL, DIMENSION), "open", figures)
        figures["passages"] = len(indexes.dense)
        figures |= _searching(Retriever(library, indexes, RetrievalSettings()))
        after = _memory_mb()
        figures |= {"resident_mb": after[0], "private_mb": after[1] - before[1]}
        figures |= _disk(root)
        figures |= _changing(root, library, indexes)
    return figures


def _searching(retriever: Retriever) -> dict[str, float]:
    figures: dict[str, float] = {}
    limit = RetrievalSettings().passages
    for name, filters in {"": EVERYTHING, **FILTERS}.items():
        taken: list[float] = []
        for n, (query, vector) in enumerate(queries(_WARM_UP + _ASKED)):
            if n == _WARM_UP:
                working = time.process_time()
            start = time.perf_counter()
            retriever.search(query, vector, limit, filters)
            taken.append(1000 * (time.perf_counter() - start))
        place = f"{name}_" if name else ""
        figures[f"{place}first_ms"] = taken[0]
        figures[f"{place}cpu_ms"] = 1000 * (time.process_time() - working) / _ASKED
        figures |= {
            f"{place}p{share}_ms": percentile(taken[_WARM_UP:], share / 100) or 0.0
            for share in (50, 95)
        }
    return figures


def _changing(root: Path, reader: Library, held: EmbeddedIndexes) -> dict[str, float]:
    """A writer adds and removes; a reader that holds the indexes of before catches up."""
    figures: dict[str, float] = {}
    numbers = range(_MADE, _MADE + _ADDED)
    added = documents(numbers)
    gone = [document.articles[0].article_id for document in added[:_REMOVED]]
    with Library.open(root, write=True) as library:
        changes: Sequence[tuple[str, Callable[[], object]]] = (
            ("add", lambda: library.store(added, MODEL)),
            ("remove", lambda: library.remove_all(gone)),
        )
        for name, change in changes:
            _timed(change, f"{name}_store", figures)
            _timed(lambda: _publish(library), f"{name}_publish", figures)
            held = _timed(partial(caught_up, held, reader), f"{name}_refresh", figures)
    return figures


def _publish(library: Library) -> None:
    publish(load_indexes(library, MODEL, DIMENSION), library)


def _timed(work: Callable[[], T], name: str, figures: dict[str, float]) -> T:
    start, working = time.perf_counter(), time.process_time()
    made = work()
    figures[f"{name}_s"] = time.perf_counter() - start
    figures[f"{name}_cpu_s"] = time.process_time() - working
    return made


def _memory_mb() -> tuple[float, float]:
    """What this process has in memory, and what of it no other process shares, in MiB."""
    import psutil

    process = psutil.Process()
    resident = process.memory_info().rss / 2**20
    with suppress(psutil.Error):
        return resident, process.memory_full_info().uss / 2**20
    return resident, resident


def _disk(root: Path) -> dict[str, float]:
    def size(files: Sequence[Path]) -> float:
        return sum(file.stat().st_size for file in files if file.is_file()) / 2**20

    return {
        "library_mb": size(list(root.glob("library.sqlite3*"))),
        "index_mb": size(list((root / "index").rglob("*"))),
    }
