"""Which words of a question a refusal names as missing: rare nouns and names that no passage holds.

Function and filler words, verbs and everyday nouns say nothing of what an article lacks, and most
other nouns that a passage has not stand there in other words: 高校 as 高等院校, 田地 as 耕地.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from rag.language.text import has_han, parts, tagged
from rag.question.understanding import function_words, is_held

_TAGS = re.compile("n(?!g)|j$|eng")
"""Nouns, names, abbreviations and Latin words, as rjieba tags them."""
_MAY_BE_GUESSED = re.compile("n[rst]|eng")
"""What no dictionary need hold."""
_OF_TEXTS = re.compile("(?:文章|报道|新闻|稿件|文中)$")
"""What is asked about, and stands in none of them: 篇文章."""
_COMMONEST = 0.004
"""The share of passages in which a word that is worth naming may occur."""
_SHORT = 2
_APART = 3
"""Characters that may stand between two of an abbreviation's: 高[等院]校."""


def missing_words(
    question: str, texts: Collection[str], share: Callable[[str], float]
) -> tuple[str, ...]:
    """Words of a folded question that no text holds, nor a near neighbour of them; each once.

    Args:
        question: as it was searched; of another language none is named.
        texts: the nearest passages, folded.
        share: of all passages, those that hold a word.
    """
    if not has_han(question) or _is_rather_latin(question):
        return ()
    absent = [
        noun
        for noun in dict.fromkeys(_nouns(question))
        if not (_asks_or_binds(noun.word) or _OF_TEXTS.search(noun.word))
        and share(noun.word) <= _COMMONEST
        if not any(is_held(noun.word, text) for text in texts)
    ]
    if not absent:
        return ()
    heads = {noun.head for text in texts for noun in _nouns(text)} - {""}
    return tuple(noun.word for noun in absent if not _is_near(noun, texts, heads))


def nouns_of(question: str) -> tuple[str, ...]:
    """The nouns and names of a folded question that say what it is about, each once."""
    found = dict.fromkeys(noun.word for noun in _nouns(question))
    return tuple(word for word in found if not _asks_or_binds(word))


class _Noun(NamedTuple):
    """A noun, and whether it is a common one rather than a name."""

    word: str
    common: bool

    @property
    def head(self) -> str:
        """What kind of thing a short common noun means: its last character, 地 of 田地.

        What a longer one tells is in its other characters: a 火星车 is not a 货车.
        """
        return self.word[-1] if self.common and len(self.word) == _SHORT else ""


def _is_rather_latin(question: str) -> bool:
    latin = sum(character.isascii() and character.isalpha() for character in question)
    return latin > sum(map(has_han, question))


def _nouns(text: str) -> Iterator[_Noun]:
    """Nouns and names of two characters or more; a guess of jieba's only if it is a name."""
    for word, tag in tagged(text):
        known = _MAY_BE_GUESSED.match(tag) or len(parts(word)) == 1
        if len(word) > 1 and _TAGS.match(tag) and known:
            yield _Noun(word, tag == "n")


def _asks_or_binds(word: str) -> bool:
    """Whether a word is or begins or ends with a function word: 多长时间, 啥意思."""
    return any(
        word == other or (len(other) > 1 and (word.startswith(other) or word.endswith(other)))
        for other in function_words()
    )


def _is_near(noun: _Noun, texts: Collection[str], heads: Collection[str]) -> bool:
    """Whether a common noun with the same head stands there, or all its characters together."""
    if noun.head in heads:
        return True
    spread = re.compile(
        f".{{0,{_APART if has_han(noun.word) else 0}}}".join(map(re.escape, noun.word))
    )
    return any(spread.search(text) for text in texts)
