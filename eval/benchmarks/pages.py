"""Printed pages read back: how many characters stand in the right article and in order.

Gold articles are printed by Chromium in several layouts of 2, 3 and 4 columns, with headlines
across the columns, boxes and articles side by side; then read as PDFs with a text layer, and as
200-dpi scans of them where pictures can be read.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.measures.page_text import PageText, compare_pages
from eval.printed_pages import (
    LAYOUTS,
    SCAN_DPI,
    Layout,
    PrintedPage,
    browser,
    print_page,
    read_gold,
    scan_page,
)
from ingest.files.loading import load
from ingest.formats.readers import has_ocr
from ingest.pages.page import page_to_articles

_Scored = tuple[Layout, PageText]


def run(file: Path, limit: int | None = None) -> dict[str, object]:
    """Print the pages of a file of gold articles, and read them.

    Args:
        file: as `corpus/gold_articles.json`.
        limit: at most so many prints, the layouts in turn.

    Returns:
        For `pdf`, and for `scan` if the extra that reads pictures is installed: the share of the
        gold characters that were `read` and `placed`, `foreign` ones a gold character, seconds a
        page, the `worst` print's `placed`, and `placed` by layout and number of columns.

    Raises:
        DataFileMissing: `file` cannot be read.
        BrowserMissing: nothing prints.
    """
    pages = read_gold(file)
    wanted = list(itertools.islice(_prints(pages), limit))
    kinds = ("pdf", "scan") if has_ocr() else ("pdf",)
    scores: dict[str, list[_Scored]] = {kind: [] for kind in kinds}
    spent = dict.fromkeys(kinds, 0.0)
    with TemporaryDirectory(prefix="youju-benchmark-") as folder, browser() as chromium:
        for page, layout in wanted:
            pdf, scan = Path(folder) / "page.pdf", Path(folder) / "scan.png"
            print_page(chromium, page, layout, pdf)
            scan_page(pdf, scan)
            for kind in kinds:
                started = time.perf_counter()
                score = read_back(page, pdf if kind == "pdf" else scan)
                spent[kind] += time.perf_counter() - started
                scores[kind].append((layout, score))
    return {
        "benchmark": "pages",
        "settings": {"file": file.name, "pages": len(wanted), "dpi": SCAN_DPI},
        "metrics": {kind: _metrics(scores[kind], spent[kind]) for kind in kinds},
    }


def read_back(page: PrintedPage, path: Path) -> PageText:
    """Score what reading `path` gives of `page`."""
    found = [
        (article.title, *(paragraph.text for paragraph in article.paragraphs))
        for loaded in load(path)
        for article in page_to_articles(loaded)
    ]
    return compare_pages([article.texts for article in page.articles], found)


def _prints(pages: list[PrintedPage]) -> Iterator[tuple[PrintedPage, Layout]]:
    """Every page in every layout; the first few are a mixture already."""
    for turn in range(len(pages)):
        for n, layout in enumerate(LAYOUTS):
            yield pages[(n + turn) % len(pages)], layout


def _metrics(scores: Sequence[_Scored], spent: float) -> dict[str, object]:
    names = dict.fromkeys(layout.name for layout, _ in scores)
    counts = sorted({layout.columns for layout, _ in scores})
    whole = _total(scores, LAYOUTS)
    return {
        "read": round(whole.read_share, 4),
        "placed": round(whole.placed_share, 4),
        "foreign": round(whole.foreign_share, 4),
        "worst": round(min((score.placed_share for _, score in scores), default=0.0), 4),
        "seconds_per_page": round(spent / max(len(scores), 1), 2),
        "layouts": {
            name: _placed(scores, [layout for layout in LAYOUTS if layout.name == name])
            for name in names
        },
        "columns": {
            str(count): _placed(scores, [layout for layout in LAYOUTS if layout.columns == count])
            for count in counts
        },
    }


def _placed(scores: Sequence[_Scored], layouts: Collection[Layout]) -> float:
    return round(_total(scores, layouts).placed_share, 4)


def _total(scores: Sequence[_Scored], layouts: Collection[Layout]) -> PageText:
    return sum((score for layout, score in scores if layout in layouts), PageText())
