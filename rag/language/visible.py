"""Characters that change how others look, made visible.

`005` after a U+202E is shown as 500: a character that turns the writing round, or controls a
terminal, must not pass unseen in a quote. Joiners and soft hyphens change no meaning and stay.
"""

from __future__ import annotations

import re
import unicodedata

_HARMLESS = frozenset("\n\t\u00ad\u200b\u200c\u200d\u2060\ufeff")
_SEPARATORS = frozenset("\u2028\u2029")


def _hidden(code: int) -> bool:
    character = chr(code)
    unseen = unicodedata.category(character) in {"Cc", "Cf"} or character in _SEPARATORS
    return unseen and character not in _HARMLESS


_RANGES = (*range(0x3000), *range(0xFFF0, 0x10000), *range(0x11000, 0x11100))
_RANGES = (*_RANGES, *range(0x13430, 0x13460), *range(0x1BCA0, 0x1BCB0), *range(0x1D170, 0x1D180))
_CODES = [code for code in (*_RANGES, *range(0xE0000, 0xE0080)) if _hidden(code)]
HIDDEN = re.compile("[" + "".join(map(re.escape, map(chr, _CODES))) + "]")
"""Bidirectional and other controls."""


def name_of(character: str) -> str:
    """`U+202E`."""
    return f"U+{ord(character):04X}"


def visible(text: str) -> str:
    """The text with each such character as `‹U+202E›`."""
    return HIDDEN.sub(lambda match: f"‹{name_of(match[0])}›", text)
