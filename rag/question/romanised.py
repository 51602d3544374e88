"""Chinese names in an English question, spelt in pinyin: the library's words that sound so.

`Zhang Wei` and `Wei Zhang` are 张伟 or 张维, whichever articles name; `Li`, standing alone, may be
somebody whom they call 李某.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from rag.language.names import is_surname
from rag.language.sounds import spelt, syllables
from rag.language.text import names_in as names_of
from rag.language.text import parts
from rag.question.english import Meant, Word
from rag.question.understanding import is_function_word
from rag.retrieval.searching import LexicalSearch

_LETTERS = re.compile(r"[A-Za-züÜ]+(?:['’-][A-Za-züÜ]+)*")
_APART = re.compile("['’-]")
_VOWELS = "aeo"
"""Letters before which an apostrophe stands within a word: `Xi'an`."""
_MOST = 4
"""Syllables of a name."""
_ALTERNATIVES = 6
"""Words of one sound that are searched for, the most frequent first."""
_SURNAMES = {
    "chong": "种", "ge": "盖", "ou": "区", "piao": "朴", "qin": "覃", "qiu": "仇", "shan": "单",
    "xie": "解", "yue": "乐", "zha": "查",
}  # fmt: skip
"""Surnames that sound otherwise than the same character in words."""

Reading = tuple[str, ...]
Found = dict[str, int]
"""Words, and in how many passages each is."""


def romanised(words: Sequence[Word], lexical: LexicalSearch) -> Iterator[Meant]:
    """The library's words for what may be Chinese names.

    Args:
        words: of the question, in order, without those that are understood otherwise.
        lexical: the library's words.
    """
    capitals = any(word.capital for word in words)
    at = 0
    while at < len(words):
        first, *second = (w for w in words[at : at + 2])
        at += 1
        if not _may_be_name(first, capitals=capitals):
            continue
        beside = [w for w in second if w.start == first.end + 1 and w.capital]
        pair = next((w for w in beside if _may_be_name(w, capitals=capitals)), None)
        if pair and (found := _person(first.text, pair.text, lexical)):
            yield Meant(first.start, pair.end, found, "sound")
            at += 1
        elif found := _alone(first.text, lexical, person=not beside and first.capital):
            yield Meant(first.start, first.end, found, "sound")


def readings(text: str) -> list[Reading]:
    """The ways to read letters as syllables, up to four; apostrophes and hyphens part them.

    Within a word no syllable begins with a vowel, unless there is no other way.
    """
    parts = _APART.split(text.lower().replace("ü", "v").replace("lyu", "lv"))
    if len(parts) > _MOST:
        return []
    found: list[Reading] = [()]
    for part in parts:
        ways = list(syllables(part, _MOST))
        usual = [way for way in ways if not any(s[0] in _VOWELS for s in way[1:])]
        longer = ((*before, *way) for before in found for way in usual or ways)
        found = [reading for reading in longer if len(reading) <= _MOST]
    return found


def _may_be_name(word: Word, *, capitals: bool) -> bool:
    return (
        (word.capital or not capitals)
        and _LETTERS.fullmatch(word.text) is not None
        and not is_function_word(word.text.lower())
        and bool(readings(word.text))
    )


def _person(first: str, second: str, lexical: LexicalSearch) -> tuple[str, ...]:
    """Words for a name of two parts, the surname before or after."""
    forward = [(*a, *b) for a, b in product(readings(first), readings(second))]
    backward = [(*b, *a) for a, b in product(readings(first), readings(second)) if len(b) == 1]
    found = _sounding(forward, lexical)
    found |= {w: n for w, n in _sounding(backward, lexical).items() if is_surname(w[0])}
    return _most_frequent(found or _in_two(first, second, lexical))


def _in_two(first: str, second: str, lexical: LexicalSearch) -> Found:
    """Surname and given name where they are two words to the index, as rare names are."""
    given = _sounding([way for way in readings(second) if len(way) == 2], lexical)
    return {
        f"{surname} {name}": n
        for surname in _surnames(first)
        for name, n in given.items()
        if len(name) == 2 and lexical.are_together(surname, name)
    }


def _alone(text: str, lexical: LexicalSearch, *, person: bool) -> tuple[str, ...]:
    """Words for a name of one part; `person`: one syllable may be a surname."""
    known = readings(text)
    if all(len(reading) > 1 for reading in known):
        return _most_frequent(_sounding(known, lexical))
    return _most_frequent(_somebody(text, lexical) if person else {})


def _somebody(surname: str, lexical: LexicalSearch) -> Found:
    """`李某` and `李某某`, the latter being two words to the index."""
    found = {f"{c}某": lexical.document_frequency(f"{c}某") for c in _surnames(surname)}
    found |= {f"{c} 某某": 1 for c in _surnames(surname) if lexical.are_together(c, "某某")}
    return {word: n for word, n in found.items() if n}


def _surnames(text: str) -> list[str]:
    single = [reading[0] for reading in readings(text) if len(reading) == 1]
    return [c for syllable in single for c in sorted(_spelt(syllable)) if is_surname(c)]


def _spelt(syllable: str) -> frozenset[str]:
    """The characters of a first syllable, which may be a surname."""
    return spelt(syllable) | frozenset(_SURNAMES.get(syllable, ""))


def _sounding(known: Sequence[Reading], lexical: LexicalSearch) -> Found:
    """Words that sound as a reading."""
    found: Found = {}
    for reading in known:
        if not 2 <= len(reading) <= _MOST:
            continue
        first, *others = _spelt(reading[0]), *map(spelt, reading[1:])
        sounds = "".join(f"[{''.join(sorted(characters))}]" for characters in others)
        rest = re.compile(sounds)
        for character in first:
            for word, n in lexical.words_beginning(character):
                if rest.fullmatch(word, 1):
                    found[word] = n
    return found


def _most_frequent(found: Found) -> tuple[str, ...]:
    """The likeliest words: where some are names, or no words of the dictionary, those alone."""
    ranked = sorted(found, key=lambda word: (-found[word], word))[: 4 * _ALTERNATIVES]
    names = [word for word in ranked if names_of(word) == [word] or parts(word) != [word]]
    return tuple((names or ranked)[:_ALTERNATIVES])
