"""A question in its conversation: what it leans on, and the ways in which it may be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rag.data_model.answers import Answer, Citation, Question
from rag.desk.talked import Said
from rag.language.text import fold
from rag.question.followups import Completed, Told, asks_for_more, complete
from rag.question.understanding import content_words, without_end_marks
from rag.rules.already_quoted import NOTHING_QUOTED, AlreadyQuoted

_NEW_MATTER = 0.7
"""What a question must be believed alone to be no follow-up: +3 points right, -2 refused."""
_OTHERWISE = 0.5
"""What a follow-up must be believed when it is read in another way than the likeliest."""
_KNOWN = frozenset(("not_stated", "form_missing"))
"""Reasons of refusals after which the articles tell of the topic that was asked about."""
_READ_BACK = 16
"""Earlier messages that are read; what was said before them is forgotten."""
Recalled = Callable[[Question], Answer]
"""Gives what an earlier question was answered."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a question may lean on, and how it is read.

    Attributes:
        before: what was said earlier in the conversation, oldest first.
        whole: the question, made complete by the others of its message; empty if it is alone.
        completed: the question with what it leaves out; None where it is read as it stands.
    """

    before: tuple[Said, ...]
    whole: str = ""
    completed: Completed | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The earlier messages, or the titles of the articles that were shown for them."""
        return tuple(said.text for said in self.before)

    def read(self, question: Question, recalled: Recalled) -> Context:
        """The same with the question made complete in the likeliest way."""
        if not self.before:
            return self

        def outcome(n: int) -> Told:
            answer = recalled(question.earlier(self.before[n].at))
            known = answer.refusal is None or answer.refusal.reason in _KNOWN
            return Told(answer.answered, answer.short_answer, known, answer.searched_question)

        asked = self.whole or question.question
        titles = frozenset(n for n, said in enumerate(self.before) if said.is_title)
        return replace(self, completed=complete(asked, self.texts, outcome, titles))

    def otherwise(self) -> Iterator[tuple[Context, float]]:
        """Other ways to read it, and how much an answer to each must be believed.

        It may lean on less than it seems to, and a short one may begin another matter.
        """
        completed = self.completed
        if completed and completed.other:
            other = Completed(completed.other, appended=True, asked=completed.asked)
            yield replace(self, completed=other), _OTHERWISE
        if completed and completed.appended:
            yield replace(self, before=(), completed=None), _NEW_MATTER

    def told(self, question: Question, recalled: Recalled) -> AlreadyQuoted:
        """What has been quoted, if more than that is asked for: `还有吗` twice, by both."""
        if not asks_for_more(question.question, self.texts):
            return NOTHING_QUOTED
        told: list[Citation] = []
        for said in reversed(self.before):
            told += recalled(question.earlier(said.at)).citations
            if not asks_for_more(said.text, self.texts):
                break
        return AlreadyQuoted.by(told)

    def repeats(self, answer: Answer, question: Question, recalled: Recalled) -> bool:
        """Whether it answers what was asked before, though `X呢` asks the same of something else.

        Read in another way, such a question holds the one before as a whole.
        """
        if self.completed is None or self.completed.appended or not answer.citations:
            return False
        told = AlreadyQuoted.by(recalled(question.earlier(self.before[-1].at)).citations)
        return told.holds(answer.citations[0].article_id, answer.citations[0].quote)

    def is_stale(self, answer: Answer, question: Question, recalled: Recalled) -> bool:
        """Whether it repeats what was told before, and names nothing that is asked of now."""
        if not self.repeats(answer, question, recalled):
            return False
        quote = fold(answer.citations[0].quote)
        before = fold(self.before[-1].text)
        named = content_words(without_end_marks(fold(question.question)))
        new = [word for word in named if word not in before]
        return bool(new) and not any(word in quote for word in new)


def as_read_back(question: Question) -> Question:
    """The same with as much of the conversation as is read.

    Each earlier message is asked anew once at most, so a question costs `_READ_BACK` more at worst.
    """
    return question.model_copy(update={"history": question.history[-_READ_BACK:]})
