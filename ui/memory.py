"""Memory that was let go of is given back to the system, where the C library would keep it."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

_ARENA_MAX = -8
_ARENAS = 2
"""Heaps that threads share: by itself glibc makes eight a core, and each keeps what was largest."""


def bound_heaps() -> None:
    """Have all threads share a few heaps; before there are any threads."""
    if (library := _glibc()) is not None:
        library.mallopt(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give free pages back; takes some milliseconds."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


@cache
def _glibc() -> Any:
    """The C library, where it is one that can."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
