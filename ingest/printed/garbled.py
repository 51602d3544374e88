"""Fonts that do not say which characters they draw: what is read through them is no language.

Without a map to Unicode a subset's numbers come out as if they were characters: rare Han at random,
scripts side by side that nobody mixes, or ASCII signs as wide as Han.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from functools import cache

from ingest.printed.glyphs import Glyph

_LEAST = 12  # characters; fewer say nothing about a font
_STRANGE = 0.35  # of a garbled font's characters
_MISSING = 0.3  # of a font's glyphs without any character
_ONE_SCRIPT = 0.9  # of the strange ones: another language
_SIGNS = 0.2  # of what poses as ASCII
_PAGE_SHARE = 0.25  # of a page's characters: it has to be looked at
_MARKS = frozenset("·—‘’“”…‰′″※℃→←↑↓∈∏∑√∞∩∪∫≈≠≡≤≥①②③④⑤⑥⑦⑧⑨⑩■□▲△◆◇○●★☆§×÷±°¥£€©®™")
_USUAL = (
    (0x3000, 0x30FF),  # CJK marks, kana
    (0x3100, 0x312F),
    (0x3200, 0x33FF),
    (0x2010, 0x203E),
    (0x2070, 0x209C),
    (0x2100, 0x218B),
    (0x2460, 0x24FF),
    (0x2500, 0x25FF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
)


def garbled_fonts(glyphs: Iterable[Glyph]) -> Set[str]:
    """The fonts among all glyphs of a document whose characters are none."""
    by_font: dict[str, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        if not glyph.character.isspace():
            by_font[glyph.font].append(glyph)
    return {font for font, drawn in by_font.items() if _is_garbled(drawn)}


def is_garbled_page(glyphs: Sequence[Glyph], fonts: Set[str]) -> bool:
    """Whether too much of a page is drawn with `fonts` to be left out."""
    drawn = [glyph for glyph in glyphs if not glyph.character.isspace()]
    bad = sum(glyph.font in fonts or not glyph.character for glyph in drawn)
    return bad >= _LEAST and bad >= _PAGE_SHARE * len(drawn)


def _is_garbled(drawn: Sequence[Glyph]) -> bool:
    if len(drawn) < _LEAST:
        return False
    text = "".join(glyph.character for glyph in drawn)
    missing = sum(not glyph.character for glyph in drawn)
    return missing >= _MISSING * len(drawn) or looks_garbled(text) or _poses(drawn)


def looks_garbled(text: str) -> bool:
    """Whether `text` is of no language: rare Han at random, or scripts that nobody mixes."""
    beyond = [character for character in text if character > "\x7f" and not character.isspace()]
    strange = [character for character in beyond if _is_strange(character)]
    if len(beyond) < _LEAST or len(strange) < _STRANGE * len(beyond):
        return False
    scripts = [_script(character) for character in strange]
    usual = max(scripts.count(script) for script in set(scripts))
    return usual < _ONE_SCRIPT * len(strange) or scripts[0] in {"CJK", "LATIN", ""}


def _poses(drawn: Sequence[Glyph]) -> bool:
    """Han that pose as ASCII: as wide as they are high, and signs among them everywhere."""
    ascii_signs = [g for g in drawn if g.character and g.character.isascii()]
    if len(ascii_signs) < 2 * _LEAST or len(ascii_signs) < len(drawn):
        return False
    full = sum(glyph.full for glyph in ascii_signs)
    signs = sum(not glyph.character.isalnum() for glyph in ascii_signs)
    return full >= 0.8 * len(ascii_signs) and signs >= _SIGNS * len(ascii_signs)


@cache
def _is_strange(character: str) -> bool:
    if character in _MARKS or any(first <= ord(character) <= last for first, last in _USUAL):
        return False
    if "\u4e00" <= character <= "\u9fff":
        return not (_is_known(character, "gb2312", 0xFF) or _is_known(character, "big5", 0xC6))
    return True


def _is_known(character: str, codec: str, last: int) -> bool:
    """Whether the codec has it below the lead byte `last`: Big5's first level ends at 0xC6."""
    try:
        return character.encode(codec)[0] <= last
    except UnicodeEncodeError:
        return False


@cache
def _script(character: str) -> str:
    """The first word of its name, such as `CYRILLIC`; empty where it has none."""
    return unicodedata.name(character, "").partition(" ")[0]
