"""Names that people give to collections and tags."""

from __future__ import annotations

from rag.errors import NameInvalid

DEFAULT = 1
"""The id of the collection that everything is in of which nobody said otherwise."""
DEFAULT_NAME = "默认文集"
"""What it is called until somebody renames it."""
LONGEST = 60


def shelf_name(text: str) -> str:
    """A name as it is kept: one line, without spaces around it or several in a row.

    Raises:
        NameInvalid: nothing is left of it, or it is too long, or has characters nobody sees.
    """
    name = " ".join(text.split())
    if not name:
        raise NameInvalid(reason="它是空的", limit=LONGEST)
    if len(name) > LONGEST:
        raise NameInvalid(reason=f"它有 {len(name)} 个字，太长了", limit=LONGEST)
    if not name.isprintable():
        raise NameInvalid(reason="里面有看不见的字符", limit=LONGEST)
    return name
