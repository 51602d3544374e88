"""A slip of the keyboard in a question: a word that no passage has, where passages have its like.

`青石弯大桥` means `青石湾大桥`, if what tells of such a bridge says 湾 and nothing says 弯. A right
word must never be changed, so being alike is not enough: the passages nearest to the rest of the
question must have the other word, best of all beside the very words that the question has beside
it, and no third word may do as well. What is truly absent stays as it was asked.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from rag.data_model.answers import Slip
from rag.language.names import possible_names
from rag.language.sounds import Likeness
from rag.language.text import Folded, fold, fold_with_offsets
from rag.models.embedding import passage_header
from rag.question.doubts import (
    LONG,
    Doubt,
    Kind,
    doubts_in,
    ends_a_phrase,
    is_person,
    is_word,
    likeness_of,
    may_be_meant,
    other_spelling,
    tokens_of,
)
from rag.question.understanding import content_words, is_function_word, without_end_marks
from rag.retrieval.retriever import Retriever
from rag.retrieval.searching import LexicalSearch

_PASSAGES = 20
"""So many passages, nearest to the rest of the question, tell what is meant."""
_TOO_MANY = 12
"""A question with more doubtful words is about something else, or no question."""
_TELLING = 0.35
"""A passage with this share of the question's weight is about the same thing."""
_COMMON = 0.08
"""A word in a larger share of all passages would be found near anything."""
_FEW = 5
"""So few are never too many, however small the library."""
_LARGE = 1000
"""From so many passages on, what only one of them has may be a slip itself."""
_AS_GOOD = 0.2
"""Words that are worse by less than this are as good."""
_AROUND = 8
"""Characters on each side of a word by which it is seen whether it is one there."""


@dataclass(frozen=True, slots=True)
class _Passage:
    """A folded passage, and what it has of the words that the library knows.

    Attributes:
        share: of their weight, 0-1.
        several: whether it has more than one of them.
    """

    text: str
    share: float
    several: bool

    @classmethod
    def of(cls, text: str, weights: Mapping[str, float]) -> _Passage:
        """Of a text that may hold these words of the question."""
        held = [weight for word, weight in weights.items() if word in text]
        return cls(text, sum(held) / (sum(weights.values()) or 1.0), len(held) > 1)

    @property
    def telling(self) -> bool:
        """Whether it is about the same thing."""
        return self.share >= _TELLING


@dataclass(frozen=True)
class _Meant:
    """What may be meant by a doubtful stretch, and what speaks for it.

    Attributes:
        passage: the one that has it and most of the question.
        beside: how many passages have it beside a word that the question has beside it.
        frequency: of the word in the library.
    """

    doubt: Doubt
    word: str
    passage: _Passage
    beside: int
    frequency: int

    @property
    def start(self) -> int:
        """Where what was typed begins."""
        return self.doubt.start

    @property
    def end(self) -> int:
        """Where what was typed ends."""
        return self.doubt.end

    @cached_property
    def likeness(self) -> Likeness:
        """How like it is to what was typed; letters are Han characters' sound."""
        if self.doubt.kind is Kind.PINYIN:
            return Likeness.SYLLABLE
        return likeness_of(self.doubt.typed, self.word)

    @property
    def is_name(self) -> bool:
        """Whether it could be a whole name of a person."""
        return self.word in set(possible_names(self.word))

    def put_into(self, question: str) -> str:
        """The question with the word in place of what was typed."""
        return question[: self.start] + self.word + question[self.end :]

    @property
    def cost(self) -> float:
        """The less, the better."""
        return self.likeness - self.passage.share - (0.5 if self.beside else 0.0)


def mended(
    question: str, retriever: Retriever, written: Sequence[str] = ()
) -> tuple[str, tuple[Slip, ...]]:
    """A question with the library's words for slips, and what was changed, in order.

    Args:
        question: folded and complete.
        retriever: of the generation that answers.
        written: the question and the earlier ones as they were typed: a slip is shown as in them.
    """
    if not len(retriever.indexes.lexical):
        return question, ()
    changes = _changes(without_end_marks(question), retriever)
    copies = [(text, fold_with_offsets(text)) for text in written] if changes else []
    slips = []
    for start, end, word in sorted(changes, reverse=True):  # from behind: places stay as they are
        slips.append(Slip(typed=_as_written(question[start:end], copies), searched=word))
        question = question[:start] + word + question[end:]
    return question, tuple(dict.fromkeys(reversed(slips)))


def _changes(question: str, retriever: Retriever) -> list[tuple[int, int, str]]:
    """Stretches of a question that are slips, none in another, with what is meant."""
    lexical = retriever.indexes.lexical
    tokens = tokens_of(question, lexical)
    changes = [
        (token.start, token.end, word)
        for token in tokens
        if (word := other_spelling(token, lexical))
    ]
    if sum(token.doubtful for token in tokens) > _TOO_MANY:
        return changes
    doubts = [
        told
        for about in doubts_in(tokens, lexical)
        if (told := [d for d in about if _may_be_told(d, question, lexical)])
    ]
    passages = _nearest(question, retriever) if doubts else []
    for about in doubts:
        meant = _clearly_meant(about, question, passages, lexical)
        if meant and not any(start < meant.end and meant.start < end for start, end, _ in changes):
            changes.append((meant.start, meant.end, meant.word))
    return changes


def _may_be_told(doubt: Doubt, question: str, lexical: LexicalSearch) -> bool:
    """Whether passages could tell what is meant: by its place, or because it is one word."""
    alone = doubt.kind in {Kind.GUESS, Kind.PINYIN} and doubt.among_known
    if doubt.kind is Kind.STRAY or (alone and not _is_asked(doubt, question)):
        return True
    beside = [word for word in doubt.beside if word]
    if not doubt.words:
        return bool(beside)
    return any(lexical.are_together(word, other) for word in doubt.words for other in beside)


def _is_asked(doubt: Doubt, question: str) -> bool:
    """Whether it is likely meant as it is: a verb and what completes it, or somebody's name."""
    return ends_a_phrase(doubt.typed) or is_person(doubt.typed, question)


def _nearest(question: str, retriever: Retriever) -> list[_Passage]:
    """The passages with most of the words that the library knows."""
    lexical = retriever.indexes.lexical
    total = len(lexical)
    found = ((word, lexical.document_frequency(word)) for word in content_words(question))
    weights = {word: math.log(1 + (total - n + 0.5) / (n + 0.5)) for word, n in found if n}
    texts = (
        fold(f"{passage_header(hit.stored.article, hit.passage)}\n{hit.passage.text}")
        for hit in retriever.mentions(" ".join(weights), _PASSAGES)
    )
    return [_Passage.of(text, weights) for text in texts]


def _clearly_meant(
    about: Sequence[Doubt], question: str, passages: Sequence[_Passage], lexical: LexicalSearch
) -> _Meant | None:
    """What is meant by the stretch that the doubts are about, if one word is and no other."""
    found = [
        meant
        for doubt in about
        if not any(doubt.typed in passage.text for passage in passages)
        for meant in _meant(doubt, passages, lexical)
    ]
    sure = [meant for meant in found if _is_sure(meant, question, len(lexical))]
    if not sure:
        return None
    best = min(sure, key=lambda meant: (meant.cost, not meant.is_name, meant.start, meant.word))
    asked = best.put_into(question)
    rivals = (other for other in found if other.put_into(question) != asked)
    return best if all(other.cost > best.cost + _AS_GOOD for other in rivals) else None


def _meant(doubt: Doubt, passages: Sequence[_Passage], lexical: LexicalSearch) -> Iterator[_Meant]:
    """What passages have that may be meant."""
    best: dict[str, _Passage] = {}
    beside: Counter[str] = Counter()
    before, after = doubt.beside
    for passage in passages:
        placed: set[str] = set()
        for match in doubt.spellings.finditer(passage.text):
            word = match.group()
            if word == doubt.typed or not _stands_as_word(match):
                continue
            best[word] = max(best.get(word, passage), passage, key=lambda one: one.share)
            left = before and passage.text.endswith(before, 0, match.start())
            if left or (after and passage.text.startswith(after, match.end())):
                placed.add(word)
        beside.update(placed)
    for word, passage in best.items():
        yield _Meant(doubt, word, passage, beside[word], lexical.document_frequency(word))


def _stands_as_word(match: re.Match[str]) -> bool:
    """Whether a text's words begin and end where the match does, and none of them only binds."""
    import rjieba

    text, start, end = match.string, match.start(), match.end()
    from_, to = max(0, start - _AROUND), end + _AROUND
    words = rjieba.cut(text[from_:to])
    starts = dict(zip(accumulate(map(len, words), initial=from_), [*words, ""], strict=True))
    inside = [word for at, word in starts.items() if start <= at < end]
    return start in starts and end in starts and not any(map(is_function_word, inside))


def _is_sure(meant: _Meant, question: str, passages: int) -> bool:
    """Whether enough speaks for it, among so many passages."""
    kind, likeness = meant.doubt.kind, meant.likeness
    telling, in_dictionary = meant.passage.telling, is_word(meant.word)
    enough = 2 if passages >= _LARGE else 1
    if kind is Kind.STRAY:  # its spellings are only those between the same words
        return True
    if kind is Kind.WORD:  # a word that is right by itself: only its place can tell
        same = in_dictionary and likeness <= Likeness.SOUND
        return same and telling and meant.beside >= enough
    if kind is Kind.SINGLE:  # what it was joined with is a word by itself
        whole = in_dictionary or len(meant.word) >= LONG
        return bool(meant.beside) and whole and likeness <= Likeness.SYLLABLE
    if meant.beside and likeness <= Likeness.SYLLABLE:
        return may_be_meant(meant.word, meant.frequency)
    if meant.beside:
        return telling and in_dictionary
    return _is_likely(meant, question, passages, enough)


def _is_likely(meant: _Meant, question: str, passages: int, enough: int) -> bool:
    """Whether a word that only stands in passages about the same thing is meant all the same."""
    about_it = meant.passage.telling and meant.passage.several
    if not about_it or not meant.doubt.among_known:
        return False
    if meant.frequency > max(_COMMON * passages, _FEW):
        return False
    if meant.doubt.kind is Kind.PINYIN or len(meant.word) >= LONG:
        a_word = may_be_meant(meant.word, meant.frequency)
    else:
        a_word = is_word(meant.word) and meant.frequency >= enough
    alike = meant.doubt.kind is Kind.PINYIN or meant.likeness <= Likeness.SHAPE
    return a_word and alike and not _is_asked(meant.doubt, question)


def _as_written(folded: str, written: Sequence[tuple[str, Folded]]) -> str:
    """A stretch of the folded question as somebody typed it, in one of these texts."""
    for text, copy in written:
        at = copy.text.find(folded)
        if at >= 0:
            span = copy.raw_span(at, at + len(folded))
            return text[span.start : span.end]
    return folded
