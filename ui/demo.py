"""The sample library of `youju chat --demo`: made anew in a folder of its own, gone at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.processes.children import ROOT
from rag.settings import LibrarySettings, Settings
from ui.engine import Pipeline, open_real_pipeline

PAGES = ROOT / "corpus"
"""The sample pages, in a clone and in what is installed."""


@contextmanager
def demo_folder() -> Iterator[Path]:
    """A data directory that nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="youju-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def open_demo_pipeline(settings: Settings) -> Pipeline:
    """Read the sample pages into the library, unless it has them, and open it.

    Raises:
        YoujuError: as an ingest, or the opening, of any library.
    """
    from ingest.indexing import ingest
    from rag.library.library import Library
    from rag.models.opening import open_embedder

    # It leaves nothing in an engine that others share.
    settings = settings.model_copy(update={"library": LibrarySettings()})
    with Library.open(settings.data_dir, write=True) as library:
        ingest([PAGES], library, open_embedder(settings.embedding), settings)
    return open_real_pipeline(settings)
