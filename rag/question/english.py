"""English words of a question, and what Chinese newspapers write for them.

Two dictionaries: the project's own (`data/english.toml`), and CLDR's names. The longest match
wins. Names begin with a capital letter, unless nothing in the question does.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from rag.language.cldr import chinese_names
from rag.question.understanding import is_function_word

_DATA = Path(__file__).parents[1] / "data" / "english.toml"
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’&.-][^\W_]+)*")
"""A word of a Latin text: `Xi'an`, `semi-final`, `U.S.`, `3.5`."""
_POSSESSIVE = re.compile(r"['’]s?$")
_LONGEST = 5
"""Words of an entry."""
_SHORTEST = 3
"""Letters of a stem."""
_CODE = 2
"""Letters of a short form: US, EU."""
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question, where it stands, as typed and without an ending of possession."""

    text: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class Meant:
    """A stretch of a question and the Chinese words that may stand for it in articles."""

    start: int
    end: int
    words: tuple[str, ...]
    by: Literal["word", "name", "figure", "sound"]


@dataclass(frozen=True, slots=True)
class _Entry:
    """Chinese words for an English one; `name`: it is written with a capital letter."""

    words: tuple[str, ...]
    name: bool


def words_of(typed: str) -> list[Word]:
    """The words of a question, in order."""
    found = []
    for match in WORD.finditer(typed):
        text = _POSSESSIVE.sub("", match[0])
        found.append(Word(text, match.start(), match.start() + len(text)))
    return found


def translated(words: Sequence[Word]) -> Iterator[Meant]:
    """What the dictionaries have of a question's words, the longest entry at each place."""
    capitals = any(word.capital for word in words[1:])
    at = 0
    while at < len(words):
        size, entry = _longest(words[at : at + _LONGEST], capitals=capitals)
        if entry:
            by: Literal["name", "word"] = "name" if entry.name else "word"
            yield Meant(words[at].start, words[at + size - 1].end, entry.words, by)
        at += size


def _longest(words: Sequence[Word], *, capitals: bool) -> tuple[int, _Entry | None]:
    """How many of the first words are one entry, and which; one and none where there is none."""
    for size in range(len(words), 0, -1):
        part = words[:size]
        entry = _entry([word.text for word in part])
        if entry is None:
            continue
        if entry.name and capitals and not part[0].capital:
            continue
        if size == 1 and not part[0].text.isupper() and _is_common(part[0].text.lower(), entry):
            continue
        return size, entry
    return 1, None


def _entry(words: Sequence[str]) -> _Entry | None:
    dictionary = _dictionary()
    *before, last = (word.lower() for word in words)
    candidates = (" ".join((*before, stem)) for stem in stems(last))
    return next((dictionary[known] for known in candidates if known in dictionary), None)


def _is_common(word: str, entry: _Entry) -> bool:
    """Whether a word is a name in capitals only, as `who` and `us` are."""
    return is_function_word(word) or (entry.name and len(word) <= _CODE)


def stems(word: str) -> Iterator[str]:
    """A word in lower case as it stands, and what it may be a form of."""
    yield word
    for ending, bare in (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y")):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            yield word.removesuffix(ending) + bare
    for ending in ("ed", "ing"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _SHORTEST:
            continue
        yield stem
        yield f"{stem}e"
        if stem[-1] == stem[-2] and stem[-1] not in _VOWELS:
            yield stem[:-1]


@cache
def _dictionary() -> dict[str, _Entry]:
    """The entries by their English words, in lower case; the project's own before CLDR's."""
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    found: defaultdict[str, list[str]] = defaultdict(list)
    names: set[str] = set()
    for section in ("words", "names"):
        for text in data[section].values():
            for entry in filter(None, map(str.strip, text.split(";"))):
                english, chinese = entry.rsplit(" ", 1)
                found[english] += chinese.split(",")
                if section == "names" and len(found[english]) == len(chinese.split(",")):
                    names.add(english)
    own = {
        english: _Entry(tuple(dict.fromkeys(chinese)), english in names)
        for english, chinese in found.items()
    }
    others = {english: _Entry((name,), name=True) for english, name in chinese_names().items()}
    return others | own
