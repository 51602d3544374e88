"""What a question asks for: its type, its words, and the form that an answer must have.

Rules speak of Chinese (and a little English) in general; the folded question is what they read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rag.answers import Question
from rag.errors import BadEncoding, QuestionEmpty, QuestionTooLong
from rag.phrasing import left_unsaid
from rag.question_data import question_data
from rag.question_types import QuestionType, question_type
from rag.text import fold, has_han, parts, spelt_as, visible_length, words


@dataclass(frozen=True, slots=True)
class Understood:
    """A question, ready to search with.

    Attributes:
        asked: the question as it was typed.
        searched: folded, and complete where the question leaned on earlier ones.
        type: what kind of answer is wanted.
        terms: its content words, folded, each once.
        chinese: whether words of the articles can be expected in it.
        history: the earlier questions, as they were typed.
    """

    asked: str
    searched: str
    type: QuestionType
    terms: tuple[str, ...]
    chinese: bool
    history: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[str, ...]:
        """The question and the earlier ones, as they were typed."""
        return (self.asked, *self.history)

    @property
    def spelt(self) -> str:
        """`searched` with Latin words in the letter case in which they were typed.

        Another language stays folded: the line that `by_meaning` draws was drawn so.
        """
        return spelt_as(self.searched, *self.written) if self.chinese else self.searched


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


def understand(question: Question, limit: int, searched: str | None = None) -> Understood:
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
    return Understood(
        asked=question.question,
        searched=folded,
        type=question_type(bare_question(folded)),
        terms=content_words(bare),
        chinese=has_han(bare),
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
