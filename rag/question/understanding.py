"""What a question asks for: its type, its words, and the form that an answer must have.

Rules speak of Chinese (and a little English) in general; the folded question is what they read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from rag.data_model.answers import Bridged, Question
from rag.errors import BadEncoding, QuestionEmpty, QuestionTooLong
from rag.language.text import fold, has_han, parts, spelt_as, visible_length, words
from rag.question.keywords import left_unsaid
from rag.question.question_data import question_data
from rag.question.question_types import QuestionType, question_type


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question, ready to search with.

    Attributes:
        asked: the question as it was typed.
        searched: folded, and complete where the question leaned on earlier ones.
        type: what kind of answer is wanted.
        terms: its content words, folded, each once.
        chinese: whether words of the articles can be expected in it.
        history: the earlier questions, as they were typed.
        bridged: its words in another language, with those of the articles.
        appended: whether it was only put after the earlier ones, to be complete.
        part: the part of it that asks, where it was appended to others.
    """

    asked: str
    searched: str
    type: QuestionType
    terms: tuple[str, ...]
    chinese: bool
    history: tuple[str, ...] = ()
    bridged: tuple[Bridged, ...] = ()
    appended: bool = False
    part: str = ""

    @property
    def own(self) -> str:
        """What it asks by itself, folded; what it leans on may have asked something else."""
        return self.part or self.searched

    @property
    def written(self) -> tuple[str, ...]:
        """The question and the earlier ones, as they were typed."""
        return (self.asked, *self.history)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The articles' words for each of its words in another language."""
        return tuple(one.searched for one in self.bridged)

    @property
    def sought(self) -> str:
        """The words to search passages for: no 谁 and no 是, where anything is left."""
        return " ".join(self.terms) or self.searched

    @property
    def spelt(self) -> str:
        """`searched` with Latin words in the letter case in which they were typed.

        Another language stays folded, as the line that `by_meaning` draws was drawn so, with the
        articles' name in brackets where the library has but one that is meant.
        """
        if self.chinese:
            return spelt_as(self.searched, *self.written)
        only = ((one, one.searched[0]) for one in self.bridged if len(one.searched) == 1)
        return glossed(self.searched, only)


_GLOSS = re.compile(r"(?<=[a-z]) ?[(（][^()（）a-z]*[)）]")
"""A name as articles spell it, in brackets after how it sounds."""
_LATIN_WORD = re.compile("[a-z]{2,}")
_ASKS_ENGLISH = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should)\b"
    r"|\b(?:what|who(?:m|se)?|which|when|where|why|how)\b"
)
_TITLE = re.compile("《[^》]*》")
_NAMES = frozenset(("name", "sound"))
_BINDING = 2
"""So many English words that ask or bind are no mere title."""
_END_MARKS = re.compile(r"[\s?？。.!！~、,，]+$")


@cache
def function_words() -> frozenset[str]:
    """Folded words that only ask, point or bind."""
    return frozenset(
        word for text in question_data()["function_words"].values() for word in text.split()
    )


def without_end_marks(text: str) -> str:
    """A folded question as far as its last word."""
    return _END_MARKS.sub("", text)


def understand(question: Question, limit: int, searched: str | None = None) -> ParsedQuestion:
    """Read a question.

    Args:
        question: as asked.
        limit: characters at most.
        searched: the question made complete from the earlier ones, if it was not.

    Raises:
        QuestionEmpty, QuestionTooLong, BadEncoding: it cannot be asked.
    """
    check(question, limit)
    folded = _folded(searched or question.question)
    bare = without_end_marks(folded)
    return ParsedQuestion(
        asked=question.question,
        searched=folded,
        type=question_type(bare_question(folded)),
        terms=content_words(bare),
        chinese=is_chinese(bare),
        history=question.history,
    )


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


def bare_question(text: str) -> str:
    """A question as its type is read from it: folded, no end marks, keywords with what they ask."""
    bare = without_end_marks(_folded(text))
    return bare + left_unsaid(bare)


def check(question: Question, limit: int) -> None:
    """Refuse what cannot be asked.

    Raises:
        QuestionEmpty, QuestionTooLong, BadEncoding: see their messages.
    """
    for text in (question.question, *question.history):
        if any("\ud800" <= character <= "\udfff" or character == "\0" for character in text):
            raise BadEncoding
    if len(question.question) > limit:
        raise QuestionTooLong(length=len(question.question), limit=limit)
    if not visible_length(question.question):
        raise QuestionEmpty


def content_words(text: str) -> tuple[str, ...]:
    """Words that an article could hold, each once, in order."""
    return tuple(dict.fromkeys(word for word in words(text) if word not in function_words()))


def glossed(searched: str, told: Iterable[tuple[Bridged, str]]) -> str:
    """A folded question with the articles' names in brackets after its own."""
    for one, word in told:
        name = word.replace(" ", "")
        if one.by in _NAMES and name not in searched:
            whole = rf"(?<![^\W_]){re.escape(fold(one.asked))}(?![^\W_])"
            searched = re.sub(whole, lambda match: f"{match[0]} ({name})", searched, count=1)  # noqa: B023
    return searched


def is_chinese(bare: str) -> bool:
    """Whether a folded question is asked in Chinese; what another language quotes does not count.

    `How long is the 青石湾大桥` is English, as is `What does Qinghai (青海) expect`.
    """
    plain = _GLOSS.sub("", bare)
    if not has_han(plain):
        return False
    plain = _TITLE.sub("", plain)
    if not has_han(plain):
        return _LATIN_WORD.search(plain) is None
    english = question_data()["function_words"]["english"].split()
    binding = set(english) & set(_LATIN_WORD.findall(plain))
    return len(binding) < _BINDING or _ASKS_ENGLISH.search(plain) is None


def is_function_word(word: str) -> bool:
    """Whether a folded word only asks, points or binds."""
    return word in function_words()


def is_held(word: str, text: str) -> bool:
    """Whether a folded text holds a search word, or what a wrong guess put together with 有 or 在.

    jieba guesses words that its dictionary lacks: 江州市有 becomes 江州 and 市有.
    """
    made = parts(word)
    content = [part for part in made if part not in function_words()]
    return word in text or (len(content) < len(made) and all(part in text for part in content))
