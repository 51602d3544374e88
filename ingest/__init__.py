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

    Nothing is read or loaded before it is needed.

    Args:
        folder: where everything is kept; `~` is the user's home.
        settings: in place of those that the command line would take (`youju.toml`, `YOUJU_…`); its
            own folder does not count.

    Raises:
        SettingsError: `youju.toml` or a variable of the environment has no such value.
    """
    from pathlib import Path

    from ingest.opened import OpenLibrary
    from rag.settings import load_settings

    home = Path(folder).expanduser()
    chosen = settings or load_settings(home)
    return OpenLibrary(chosen.model_copy(update={"data_dir": home}))
