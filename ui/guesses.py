"""Guesses at the token are slowed: from one address, and in all.

A session is no guess, so people who are logged in notice nothing; nor does an address that knew the
token a short while ago suffer from what others guess. Many may share an address: a program that
shows the token with each request must not wipe out what another guesses beside it.
"""

from __future__ import annotations

import ipaddress
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 5
"""Wrong ones of an address that cost nothing: people mistype."""
LONGEST = 60.0
PER_MINUTE = 20
"""Wrong ones of an address, whatever right ones come between them."""
ALL_PER_MINUTE = 100
_FORGOTTEN = 900.0
_MOST_ADDRESSES = 10_000
_IPV6_NETWORK = 64
_WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?")


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    last: float = 0.0
    window: float = -math.inf
    in_window: int = 0
    knew: float = -math.inf


class Guesses:
    """Counts wrong tokens; lives in the event loop's thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._window, self._in_all = clock(), 0

    def wait(self, address: str) -> int:
        """Seconds until the next guess of an address is looked at; 0: now."""
        now = self._clock()
        tries = self._tries.get(_network(address), _Tries())
        left = 0.0
        if tries.wrong >= FREE and now - tries.last < _FORGOTTEN:
            left = tries.last + min(LONGEST, 2.0 ** (tries.wrong - FREE)) - now
        if now - tries.window < LONGEST and tries.in_window >= PER_MINUTE:
            left = max(left, tries.window + LONGEST - now)
        known = now - tries.knew < _FORGOTTEN
        if now - self._window < LONGEST and self._in_all >= ALL_PER_MINUTE and not known:
            left = max(left, self._window + LONGEST - now)
        return max(0, -int(-left // 1))

    def wrong(self, address: str) -> None:
        """A wrong token came from an address."""
        now = self._clock()
        if now - self._window >= LONGEST:
            self._window, self._in_all = now, 0
        self._in_all += 1
        tries = self._of(address)
        if now - tries.last >= _FORGOTTEN:
            tries.wrong = 0
        if now - tries.window >= LONGEST:
            tries.window, tries.in_window = now, 0
        tries.wrong, tries.last, tries.in_window = tries.wrong + 1, now, tries.in_window + 1

    def forgive(self, address: str) -> None:
        """What was counted as wrong before it was looked at was right."""
        tries = self._of(address)
        tries.wrong, tries.in_window = max(0, tries.wrong - 1), max(0, tries.in_window - 1)
        self._in_all = max(0, self._in_all - 1)

    def right(self, address: str, *, login: bool) -> None:
        """The token came from an address; a person who logs in may mistype again."""
        tries = self._of(address)
        tries.knew = self._clock()
        if login:
            tries.wrong = 0

    def _of(self, address: str) -> _Tries:
        network = _network(address)
        tries = self._tries.setdefault(network, _Tries())
        self._tries.move_to_end(network)
        while len(self._tries) > _MOST_ADDRESSES:
            self._tries.popitem(last=False)
        return tries


def _network(address: str) -> str:
    """One who has an IPv6 address has all of its network.

    A server that listens on `::` sees an IPv4 address as `::ffff:10.0.0.1`; some proxies tell the
    port too, and each request has another.
    """
    with_port = _WITH_PORT.fullmatch(address)
    bare = (with_port[1] or with_port[2]) if with_port else address
    try:
        known = ipaddress.ip_address(bare)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address) or known.is_loopback:
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, _IPV6_NETWORK), strict=False))
