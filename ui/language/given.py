"""Names that the program gave to what people may rename, in the language of the page."""

from __future__ import annotations

from ui.language import _, message

GIVEN = frozenset({message("默认文集"), message("示例版面的问题")})


def shown(name: str) -> str:
    """A collection's or a set's name as a page shows it; what people called something stays."""
    return _(name) if name in GIVEN else name
