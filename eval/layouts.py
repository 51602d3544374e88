"""How stirred pages are laid out; apart, for the command line names it before anything loads."""

from __future__ import annotations

from typing import Literal, get_args

Layout = Literal["bare", "printed", "rough", "ordered"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
