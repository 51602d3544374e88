"""Files that people look at before they store them; kept on disk until then."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path

from rag.errors import PreviewMissing
from rag.library.storage import translated
from ui.intake.uploads import safe_name

_ID = re.compile(r"[0-9a-f]{16}")
_MOST = 50


class Previews:
    """The files of one data directory that wait for a decision."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "previews"

    def add(self, name: str, content: bytes) -> str:
        """Keep a file; the oldest of too many is dropped.

        Raises:
            StorageFull, LibraryReadOnly: it cannot be kept.
        """
        preview_id = secrets.token_hex(8)
        place = self._folder / preview_id
        with translated(place):
            place.mkdir(parents=True)
            try:
                (place / safe_name(name)).write_bytes(content)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
            waiting = sorted(self._folder.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in waiting[:-_MOST]:
            shutil.rmtree(old, ignore_errors=True)
        return preview_id

    def file(self, preview_id: str) -> Path:
        """The file.

        Raises:
            PreviewMissing: it was stored or discarded.
        """
        place = self._folder / preview_id
        files = list(place.iterdir()) if _ID.fullmatch(preview_id) and place.is_dir() else []
        if not files:
            raise PreviewMissing
        return files[0]

    def discard(self, preview_id: str) -> None:
        """Forget the file.

        Raises:
            PreviewMissing: it is gone already.
        """
        shutil.rmtree(self.file(preview_id).parent, ignore_errors=True)
