"""The English catalogue: what each Chinese text of the pages is in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

FOLDER = "english"
"""Beside this file: a gettext file (`.po`) for each place where texts stand."""


@cache
def english() -> Mapping[str, str]:
    """English by Chinese, of all files together."""
    return dict(pair for name in places() for pair in entries(name))


def places() -> tuple[str, ...]:
    """The names of the files."""
    found = (files("ui.language") / FOLDER).iterdir()
    return tuple(sorted(one.name for one in found if one.name.endswith(".po")))


def entries(name: str) -> Iterator[tuple[str, str]]:
    """Chinese and English of a file; what nobody has put into English is left out."""
    from babel.messages.pofile import read_po

    with (files("ui.language") / FOLDER / name).open("rb") as file:
        for one in read_po(file, locale="en", abort_invalid=True):
            if one.id and one.string:
                yield str(one.id), str(one.string)
