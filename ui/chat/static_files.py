"""The page's own files, which are part of the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def read_static(name: str) -> str:
    """The text of one of them."""
    return (files("ui.chat") / "static" / name).read_text(encoding="utf-8")
