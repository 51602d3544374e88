"""Which servers of a data directory live: each holds a lock file for as long as it does.

    jobs/servers/NAME.lock

The operating system frees the lock of a server that died, so that its jobs can be taken up.
"""

from __future__ import annotations

import re
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from rag.errors import LibraryBusy, LibraryError
from rag.library.storage import WriteLock

_NAME = re.compile(r"[0-9a-f]{16}")


class Owner:
    """One server of a data directory, as the others see it. Safe for many threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "servers"
        self._name = ""
        self._lock: WriteLock | None = None
        self._guard = threading.Lock()

    def name(self) -> str:
        """Of this server, whose lock is held from now on; empty where the disk takes none."""
        with self._guard:
            if self._lock is None:
                with suppress(LibraryError):
                    self._take()
            return self._name

    def others(self) -> frozenset[str]:
        """Names of the other servers that live; what the dead left is removed."""
        names = [one.stem for one in self._folder.glob("*.lock") if _NAME.fullmatch(one.stem)]
        return frozenset(name for name in names if name != self._name and self._lives(name))

    def leave(self) -> None:
        """Own nothing any more."""
        with self._guard:
            lock, name, self._lock, self._name = self._lock, self._name, None, ""
        if lock is not None:
            self._remove(name)
            lock.release()

    def _take(self) -> None:
        while self._lock is None:
            name = secrets.token_hex(8)
            lock = WriteLock(self._place(name), patience=0.0).acquire()
            if self._place(name).exists():
                self._lock, self._name = lock, name
            else:  # another looked in that moment, and found nobody
                lock.release()

    def _lives(self, name: str) -> bool:
        try:
            lock = WriteLock(self._place(name), patience=0.0).acquire()
        except LibraryBusy:
            return True
        except LibraryError:
            return False
        self._remove(name)
        lock.release()
        return False

    def _place(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    def _remove(self, name: str) -> None:
        with suppress(OSError):  # Windows removes no file that somebody holds
            self._place(name).unlink(missing_ok=True)
