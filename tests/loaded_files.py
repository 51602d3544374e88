"""What tests ask of files that are loaded."""

from __future__ import annotations

from pathlib import Path

from ingest.files.loaded import LoadedFile
from ingest.files.loading import load


def only(path: Path) -> LoadedFile:
    """The one file that a path gives."""
    (loaded,) = load(path)
    return loaded


def lines(path: Path) -> list[str]:
    """Its lines, blank ones apart."""
    return [line for line in only(path).source.text.splitlines() if line.strip()]


def remarks_of(path: Path) -> list[str]:
    """What is said of how a path was read."""
    said: list[str] = []
    for loaded in load(path, remark=said.append):
        said += loaded.remarks
    return said
