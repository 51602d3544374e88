"""Which words of a question may be slips, as no passage has them, and what may be meant by them.

Nothing is decided here: a doubt only names the spellings that passages are searched for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from itertools import product
from pathlib import Path

from rag.language.sounds import Likeness, alike, likeness, spelt, syllables
from rag.language.text import parts, tagged
from rag.question.understanding import is_function_word
from rag.retrieval.searching import LexicalSearch

Words = tuple[str, ...]

_DATA = Path(__file__).parents[1] / "data" / "slips.toml"
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-z]{7,24}")
_LONGEST = 7
"""Characters of a window in which something may be wrong."""
_LONGEST_WORD = 12
"""Characters of a word in which something may be wrong; jieba guesses longer ones, too."""
LONG = 3
"""From so many characters on, words are hardly alike by chance."""
_ESTABLISHED = 5
"""A word in so many passages is one, though the dictionary lacks it."""
_MOST = 400
"""So many spellings of a word are tried at most."""


class Kind(Enum):
    """What a token of the question is."""

    OTHER = auto()
    """Marks, numbers, words that only bind."""
    KNOWN = auto()
    """Some passage has it."""
    GUESS = auto()
    """No passage has it, and no dictionary: jieba guessed that these characters are a word."""
    WORD = auto()
    """A word of the dictionary that no passage has."""
    SINGLE = auto()
    """A character by itself that no passage has by itself."""
    STRAY = auto()
    """A character by itself that no passage has together with the words on both its sides."""
    PINYIN = auto()
    """Letters that can be read as syllables, and that no passage has."""


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of the question, as jieba cuts it."""

    start: int
    end: int
    text: str
    kind: Kind

    @property
    def doubtful(self) -> bool:
        """Whether it may be a slip."""
        return self.kind not in {Kind.OTHER, Kind.KNOWN}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of the question that may be a slip.

    Attributes:
        start, end: where it stands; `typed` is what stands there.
        kind: of the token that is doubted.
        spellings: matches what may be meant.
        words: those of the matches that are sure to be words, if they are known at all.
        before, after: the words that it touches, if they do more than bind.
    """

    start: int
    end: int
    typed: str
    kind: Kind
    spellings: re.Pattern[str]
    words: Words
    before: Token | None
    after: Token | None

    @property
    def among_known(self) -> bool:
        """Whether all that it touches are whole words of the library, so that it is one itself."""
        touched = [token for token in (self.before, self.after) if token]
        return all(token.kind is Kind.KNOWN and len(token.text) > 1 for token in touched)

    @property
    def beside(self) -> tuple[str, str]:
        """The words before and after it that are long enough to tell its place by."""
        before, after = (
            token.text if token and len(token.text) > 1 else ""
            for token in (self.before, self.after)
        )
        return before, after


def tokens_of(question: str, lexical: LexicalSearch) -> list[Token]:
    """A folded question, cut."""
    import rjieba

    tokens, at = [], 0
    cut = rjieba.cut(question)
    chinese = _mostly_han(cut)
    for word in cut:
        kind = _kind(word, lexical, chinese=chinese)
        tokens.append(Token(at, at + len(word), word, kind))
        at += len(word)
    around = zip(tokens, tokens[1:], tokens[2:], strict=False)
    strays = {token for before, token, after in around if _is_stray(before, token, after, lexical)}
    return [replace(token, kind=Kind.STRAY) if token in strays else token for token in tokens]


def other_spelling(token: Token, lexical: LexicalSearch) -> str | None:
    """The same word as the library spells it: 账户 for 帐户."""
    known = filter(lexical.document_frequency, _spellings().get(token.text, ()))
    return next(known, None) if token.doubtful else None


def doubts_in(tokens: Sequence[Token], lexical: LexicalSearch) -> Iterator[list[Doubt]]:
    """The doubts about each token, the token itself first, then joined with its neighbours."""
    for at, token in enumerate(tokens):
        if not token.doubtful:
            continue
        if token.kind is Kind.STRAY:
            found = list(_framed(tokens, at, lexical))
        else:
            found = [*_alone(tokens, at, lexical), *_joined(tokens, at)]
        if found:
            yield found


def is_word(text: str) -> bool:
    """Whether the dictionary has it."""
    return parts(text) == [text]


def may_be_meant(word: str, frequency: int) -> bool:
    """Whether what so many passages have is a word, and not what jieba made of two."""
    return len(word) >= LONG or frequency >= _ESTABLISHED or is_word(word)


def ends_a_phrase(text: str) -> bool:
    """Whether two characters are a verb with what completes it, as 卖出 and 想到 are."""
    return len(text) < LONG and text[-1] in _data()["phrases"]["complements"]


def is_person(text: str, question: str) -> bool:
    """Whether jieba takes it for a person's name there."""
    return any(word == text and tag.startswith("nr") for word, tag in tagged(question))


def likeness_of(typed: str, meant: str) -> Likeness:
    """How like two words of the same length are: as little as their least like characters."""
    return max(likeness(*pair) for pair in zip(typed, meant, strict=True))


def _mostly_han(words: Sequence[str]) -> bool:
    """Whether letters are the exception: a place in an English question is no pinyin."""
    han = sum(len(word) for word in words if _HAN.fullmatch(word))
    return han > sum(word.isascii() and word.isalpha() for word in words)


def _kind(word: str, lexical: LexicalSearch, *, chinese: bool) -> Kind:
    frequency = lexical.document_frequency
    if _LATIN.fullmatch(word) and chinese and not frequency(word):
        return Kind.PINYIN if any(True for _ in _readings(word)) else Kind.OTHER
    if not _HAN.fullmatch(word) or is_function_word(word):
        return Kind.OTHER
    if frequency(word):
        return Kind.KNOWN
    if len(word) == 1:
        return Kind.SINGLE
    made = parts(word)
    if made == [word]:
        return Kind.WORD
    # 那款 and 此篇 are no words, and nobody's slip
    points = word[0] in _data()["phrases"]["pointers"] or any(map(is_function_word, made))
    return Kind.OTHER if points else Kind.GUESS


def _is_stray(before: Token, token: Token, after: Token, lexical: LexicalSearch) -> bool:
    """Whether a known character stands between known words that it is never together with."""
    return (
        len(token.text) == 1 < min(len(before.text), len(after.text))
        and before.kind is token.kind is after.kind is Kind.KNOWN
        and not lexical.are_together(before.text, token.text, after.text)
    )


def _framed(tokens: Sequence[Token], at: int, lexical: LexicalSearch) -> Iterator[Doubt]:
    """The character between two words that should be another, which passages have with both."""
    before, token, after = (other.text for other in tokens[at - 1 : at + 2])
    others = "".join(
        other
        for other in sorted(alike(token))
        if likeness(token, other) is Likeness.SOUND and lexical.are_together(before, other, after)
    )
    if others:
        yield _doubt(tokens, at - 1, at, at=at, pattern=f"{before}[{others}](?={after})")


def _alone(tokens: Sequence[Token], at: int, lexical: LexicalSearch) -> Iterator[Doubt]:
    """What the token itself may mean: a word of the library, or the sound that it spells."""
    token = tokens[at]
    if token.kind is Kind.PINYIN:
        yield _doubt(tokens, at, at, at=at, pattern="|".join(_readings(token.text)))
    elif token.kind is not Kind.SINGLE and len(token.text) <= _LONGEST_WORD:
        spellings = _homophones if token.kind is Kind.WORD else _one_changed
        counted = ((word, lexical.document_frequency(word)) for word in spellings(token.text))
        found = {word: n for word, n in counted if n}
        words = tuple(word for word, n in found.items() if may_be_meant(word, n))
        if words:  # the others may still be rivals
            yield _doubt(tokens, at, at, at=at, pattern="|".join(found), words=words)


def _joined(tokens: Sequence[Token], at: int) -> Iterator[Doubt]:
    """The token with the neighbour from which it may have been cut."""
    token = tokens[at]
    if token.kind not in {Kind.GUESS, Kind.SINGLE}:
        return
    for first, last in ((at - 1, at), (at, at + 1)):
        if first < 0 or last == len(tokens):
            continue
        other = tokens[first if first < at else last]
        if other.kind in {Kind.OTHER, Kind.PINYIN} or min(len(token.text), len(other.text)) > 1:
            continue
        head, tail = (other.text, "") if first < at else ("", other.text)
        changed = _one_changed_pattern(token.text)
        if changed and len(token.text) + len(other.text) <= _LONGEST:
            yield _doubt(tokens, first, last, at=at, pattern=f"{head}(?:{changed}){tail}")


def _doubt(
    tokens: Sequence[Token], first: int, last: int, *, at: int, pattern: str, words: Words = ()
) -> Doubt:
    inside = tokens[first : last + 1]
    places = (first - 1, last + 1)
    around = [tokens[place] if 0 <= place < len(tokens) else None for place in places]
    before, after = (token if token and token.kind is not Kind.OTHER else None for token in around)
    return Doubt(
        start=inside[0].start,
        end=inside[-1].end,
        typed="".join(token.text for token in inside),
        kind=tokens[at].kind,
        spellings=re.compile(pattern),
        words=words,
        before=before,
        after=after,
    )


def _one_changed(word: str) -> Iterator[str]:
    """The word with one of its characters replaced by one that sounds or looks like it."""
    for at, character in enumerate(word):
        for other in sorted(alike(character)):
            yield f"{word[:at]}{other}{word[at + 1 :]}"


def _one_changed_pattern(word: str) -> str:
    return "|".join(
        f"{word[:at]}[{''.join(sorted(others))}]{word[at + 1 :]}"
        for at, character in enumerate(word)
        if (others := alike(character))
    )


def _homophones(word: str) -> Iterator[str]:
    """What sounds the very same; of a longer word, with one character changed."""
    if len(word) >= LONG:
        yield from (w for w in _one_changed(word) if likeness_of(word, w) is Likeness.SOUND)
        return
    choices = [
        [c, *(other for other in sorted(alike(c)) if likeness(c, other) is Likeness.SOUND)]
        for c in word
    ]
    tried = ("".join(choice) for choice in product(*choices))
    yield from (found for found, _ in zip(tried, range(_MOST), strict=False) if found != word)


def _readings(letters: str) -> Iterator[str]:
    """Patterns of Han characters that letters spell, a class for each syllable."""
    for read in syllables(letters, _LONGEST):
        if len(read) > 1:
            yield "".join(f"[{''.join(sorted(spelt(syllable)))}]" for syllable in read)


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    words = _data()["spellings"]["pairs"].split()
    pairs = list(zip(words[::2], words[1::2], strict=True))
    both = [*pairs, *((b, a) for a, b in pairs)]
    return {word: tuple(b for a, b in both if a == word) for word in words}


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
