"""Files in, library out: one module per transformation; `indexing` reads the flow aloud.

`open_library` is the way in for programs: it stores, asks, searches and verifies.
"""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.opened import OpenLibrary
    from rag.settings import Settings

__all__ = ["open_library"]


def open_library(
    folder: str | PathLike[str] = ".youju", settings: Settings | None = None
) -> OpenLibrary:
    """The library of a folder, made there by the first file that is stored.

    Args:
        folder: where everything is kept.
        settings: in place of the defaults; its own folder does not count.

    Raises:
        LibraryError: the folder holds something else, or a damaged library.
    """
    from pathlib import Path

    from ingest.opened import OpenLibrary
    from rag.settings import Settings

    chosen = (settings or Settings()).model_copy(update={"data_dir": Path(folder)})
    return OpenLibrary(chosen)
