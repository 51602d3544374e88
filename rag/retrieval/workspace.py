"""Temporary directories of indexes that are not published."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


class Workspace:
    """A temporary directory that goes when nothing uses it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="youju-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
