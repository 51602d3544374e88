"""Who has shown the token: random ids in cookies, which can be ended, and end with the server."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

LASTS = 30 * 24 * 3600.0
_MOST = 1000


class Sessions:
    """Knows hashes of ids only. Lives in the event loop's thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends: OrderedDict[str, float] = OrderedDict()

    def begin(self) -> str:
        """The id of a new session; the oldest of too many ends."""
        made = secrets.token_urlsafe(32)
        self._ends[_hash(made)] = self._clock() + LASTS
        while len(self._ends) > _MOST:
            self._ends.popitem(last=False)
        return made

    def knows(self, given: str) -> bool:
        """Whether a session of this id goes on."""
        return self._ends.get(_hash(given), 0.0) > self._clock()

    def end(self, given: str) -> None:
        """End one."""
        self._ends.pop(_hash(given), None)

    def end_all(self) -> None:
        """End all."""
        self._ends.clear()


def _hash(given: str) -> str:
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
