"""Who has logged in: random ids in cookies, which can be ended, and end with the server."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

LASTS = 30 * 24 * 3600.0
_MOST = 10_000
_MOST_OF_A_USER = 100


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose session it is: a user, as of an epoch; an empty id for who showed the token."""

    uid: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class _Session:
    ends: float
    holder: Holder


class Sessions:
    """Knows hashes of ids only. Lives in the event loop's thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, lasts: float = LASTS) -> None:
        self._clock = clock
        self._lasts = lasts
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def begin(self, holder: Holder = Holder()) -> str:
        """The id of a new session; the oldest of too many ends, of this user's own first."""
        own = [key for key, one in self._sessions.items() if holder.uid == one.holder.uid != ""]
        for key in own[: max(0, len(own) - _MOST_OF_A_USER + 1)]:
            del self._sessions[key]
        made = secrets.token_urlsafe(32)
        self._sessions[_hash(made)] = _Session(self._clock() + self._lasts, holder)
        while len(self._sessions) > _MOST:
            self._sessions.popitem(last=False)
        return made

    def holder(self, given: str) -> Holder | None:
        """Whose session of this id goes on; None where none does."""
        session = self._sessions.get(_hash(given))
        return session.holder if session and session.ends > self._clock() else None

    def end(self, given: str) -> None:
        """End one."""
        self._sessions.pop(_hash(given), None)

    def end_all(self, uid: str = "") -> None:
        """End all of a user, or of those who showed the token."""
        for key in [key for key, one in self._sessions.items() if one.holder.uid == uid]:
            del self._sessions[key]


def _hash(given: str) -> str:
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
