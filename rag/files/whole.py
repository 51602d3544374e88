"""Files that are the old one or the new one, never half."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part-"
"""How the name begins of what is still being written; backups leave it out."""


@contextmanager
def replacing(target: Path, *, forced: bool = True, shared: bool = False) -> Iterator[Path]:
    """Where to write what takes the place of `target` at the end, if nothing is raised.

    Args:
        target: its folder is made if it is not there.
        forced: on disk when this ends.
        shared: another may write the same file at the same time. Else what a killed process left
            of it is written over.

    Raises:
        OSError: the file system's; `target` is the old one.
    """
    part = target.with_name(f"{PART}{secrets.token_hex(8) if shared else target.name}~")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        if forced:
            synced(part)
        part.replace(target)
        if forced:
            synced(target.parent)
    finally:
        part.unlink(missing_ok=True)


def synced(place: Path) -> None:
    """Have a file or a folder's names on disk."""
    if os.name == "nt" and place.is_dir():
        return  # Windows opens no folders, and keeps names by itself
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
