"""How Han characters sound and look, so that one can be told to stand for another.

Readings are pypinyin's. Only the characters of GB 2312 count, which are those in use, and of a
character's readings only those that words really have: 石 is hardly ever read dàn.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from pathlib import Path

_DATA = Path(__file__).parents[1] / "data" / "slips.toml"
_RETROFLEX = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_DIAERESIS = "\u0308"
_VOWEL = re.compile("[aeiouv]")
_SELDOM = 0.1
"""A reading that fewer of a character's words have than this share is left out."""
_LONGEST = 6
"""Letters of a syllable."""


class Likeness(IntEnum):
    """How one character can pass for another; what is less is liker."""

    SAME = 0
    SOUND = 1
    """The same syllable in the same tone."""
    SHAPE = 2
    """Alike to the eye."""
    SYLLABLE = 3
    """The same syllable in another tone."""
    NEAR = 4
    """Syllables that many do not tell apart: z and zh, n and l, an and ang."""
    NONE = 5


@dataclass(frozen=True, slots=True)
class _Sounds:
    """Readings of each character, and the characters of each syllable, plain and blurred."""

    readings: dict[str, frozenset[str]]
    syllables: dict[str, frozenset[str]]
    blurred: dict[str, frozenset[str]]


def load() -> None:
    """Read what pypinyin knows, before it is needed."""
    _sounds()


@lru_cache(maxsize=4096)
def alike(character: str) -> frozenset[str]:
    """The other characters that may be meant where this one is written."""
    sounds = _sounds()
    found: set[str] = set(_shapes().get(character, ""))
    for reading in sounds.readings.get(character, ()):
        found |= sounds.blurred[blurred(plain(reading))]
    return frozenset(found - {character})


def spelt(syllable: str) -> frozenset[str]:
    """The characters of a syllable, written without tone, v for ü."""
    return _sounds().syllables.get(syllable, frozenset())


@lru_cache(maxsize=65536)
def likeness(written: str, meant: str) -> Likeness:
    """How like two characters are."""
    if written == meant:
        return Likeness.SAME
    readings = _sounds().readings
    ours, theirs = readings.get(written, frozenset()), readings.get(meant, frozenset())
    if ours & theirs:
        return Likeness.SOUND
    if meant in _shapes().get(written, ""):
        return Likeness.SHAPE
    ours, theirs = frozenset(map(plain, ours)), frozenset(map(plain, theirs))
    if ours & theirs:
        return Likeness.SYLLABLE
    if frozenset(map(blurred, ours)) & frozenset(map(blurred, theirs)):
        return Likeness.NEAR
    return Likeness.NONE


def syllables(letters: str, most: int) -> Iterator[tuple[str, ...]]:
    """The ways to read lower case letters as up to `most` syllables: `xian` is one or two."""
    if not letters:
        yield ()
    for end in range(1, min(len(letters), _LONGEST) + 1) if most else ():
        if letters[:end] in _sounds().syllables:
            for rest in syllables(letters[end:], most - 1):
                yield (letters[:end], *rest)


@lru_cache(maxsize=4096)
def plain(reading: str) -> str:
    """A reading without its tone: `lǜ` is `lv`."""
    letters = unicodedata.normalize("NFD", reading)
    return "".join(
        letter for letter in letters if not unicodedata.combining(letter) or letter == _DIAERESIS
    ).replace(f"u{_DIAERESIS}", "v")


def blurred(syllable: str) -> str:
    """A syllable as one hears it who does not tell zh from z, n from l, and ang from an."""
    for flat in _RETROFLEX:
        syllable = syllable.replace(*flat)
    if syllable.startswith("n"):
        syllable = f"l{syllable[1:]}"
    return syllable.removesuffix("g")


@cache
def _sounds() -> _Sounds:
    used = {character: _readings(character) for character in _in_use()}
    readings = {character: found for character, found in used.items() if found}
    by_syllable: defaultdict[str, set[str]] = defaultdict(set)
    by_blurred: defaultdict[str, set[str]] = defaultdict(set)
    for character, found in readings.items():
        for syllable in filter(_VOWEL.search, map(plain, found)):
            by_syllable[syllable].add(character)
            by_blurred[blurred(syllable)].add(character)
    return _Sounds(readings, _frozen(by_syllable), _frozen(by_blurred))


def _frozen(groups: defaultdict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(members) for name, members in groups.items()}


def _readings(character: str) -> frozenset[str]:
    """The commonest reading, and the others that words have often enough."""
    from pypinyin.constants import PINYIN_DICT

    first, *others = PINYIN_DICT.get(ord(character), "").split(",")
    if not first:
        return frozenset()
    heard = _heard().get(character, Counter()) if others else Counter()
    enough = max(_SELDOM * sum(heard.values()), 1)
    return frozenset((first, *(other for other in others if heard[other] >= enough)))


@cache
def _heard() -> dict[str, Counter[str]]:
    """How often pypinyin's phrases read a character in each way."""
    from pypinyin.constants import PHRASES_DICT

    heard: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in PHRASES_DICT.items():
        for character, reading in zip(phrase, readings, strict=False):
            heard[character][reading[0]] += 1
    return heard


def _in_use() -> Iterator[str]:
    """The Han characters of GB 2312, rows 16 to 87."""
    for row in range(0xB0, 0xF8):
        yield from bytes(byte for column in range(0xA1, 0xFF) for byte in (row, column)).decode(
            "gb2312", "ignore"
        )


@cache
def _shapes() -> dict[str, str]:
    """Each character with those that look like it."""
    groups = tomllib.loads(_DATA.read_text(encoding="utf-8"))["shapes"]["groups"].split()
    shapes: defaultdict[str, str] = defaultdict(str)
    for group in groups:
        for character in group:
            shapes[character] += group.replace(character, "")
    return dict(shapes)
