"""Addresses of other servers that a setting names."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def parts_of(url: str) -> SplitResult:
    """The parts of an address, host and port among them.

    Raises:
        ValueError: it is none.
    """
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port  # they are looked at only when asked for
    except ValueError:
        raise ValueError("url 不是一个网址") from None
    return parts


def says_more(parts: SplitResult) -> bool:
    """Whether an address has more than scheme, host, port and path: a user, a query, a fragment."""
    return bool("@" in parts.netloc or parts.query or parts.fragment)
