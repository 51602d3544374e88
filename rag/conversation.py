"""A question in its conversation: what it leans on, and the ways in which it may be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rag.data_model.answers import Answer, Citation, Filters, Question
from rag.desk.talked import Said
from rag.language.text import fold
from rag.question.followups import (
    Completed,
    Told,
    asks_for_more,
    complete,
    is_elliptic,
    newly_named,
    points,
)
from rag.question.leaning import clearly_leans
from rag.question.missing_words import nouns_of
from rag.question.understanding import content_words, without_end_marks
from rag.rules.already_quoted import NOTHING_QUOTED, AlreadyQuoted

_NEW_MATTER = 0.7
"""What a question must be believed alone to be no follow-up: +3 points right, -2 refused."""
_OTHERWISE = 0.5
"""What a follow-up must be believed when it is read in another way than the likeliest."""
_KNOWN = frozenset(("not_stated", "form_missing"))
"""Reasons of refusals after which the articles tell of the topic that was asked about."""
_ARTICLES = 3
"""So many articles of the last answer are asked again; with more it was a list."""
OF_SEVERAL = 0.3
"""What an answer to one of several questions must be believed, not to be named as untold.

Of 62 parts that articles tell, 32 are answered rightly in the place of 37; of 26 others, 21 are
named in the place of 18.
"""
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
        within: ids of the only articles that it is put to; empty for all.
        least: what an answer must be believed at least.
    """

    before: tuple[Said, ...]
    whole: str = ""
    completed: Completed | None = None
    within: tuple[str, ...] = ()
    least: float = 0.0

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
            reason = answer.refusal.reason if answer.refusal else None
            return Told(
                answer.answered,
                answer.short_answer,
                known=reason is None or reason in _KNOWN,
                searched=answer.searched_question,
                asks=reason != "out_of_scope",
            )

        asked = self.whole or question.question
        titles = frozenset(n for n, said in enumerate(self.before) if said.is_title)
        return replace(self, completed=complete(asked, self.texts, outcome, titles))

    @property
    def leans(self) -> bool:
        """Whether it is read as a question that left something out."""
        return self.completed is not None and self.completed.leans

    def narrowed(self, filters: Filters) -> Filters:
        """The filters, for the articles alone that it is put to."""
        if not self.within:
            return filters
        articles = set(self.within) & set(filters.articles or self.within)
        return filters.model_copy(update={"articles": tuple(sorted(articles)) or filters.articles})

    def asks_of_another(self, question: Question) -> bool:
        """Whether it asks the same as before, of another thing than was asked about: `X呢`."""
        return self.leans and is_elliptic(fold(question.question))

    def otherwise(
        self, question: Question, recalled: Recalled, *, stale: bool
    ) -> Iterator[tuple[Context, float]]:
        """Other ways to read it, and how much an answer to each must be believed.

        It may be about the very article that answered before, it may lean on less than it seems to,
        and what hardly points may begin another matter: more surely so where the likeliest reading
        only says again what was told before (`stale`).
        """
        completed = self.completed
        if self.leans and (within := self._told_by(question, recalled)):
            yield replace(self, within=within), _OTHERWISE
        if completed and completed.other:
            other = Completed(
                completed.other, appended=True, asked=completed.asked, leans=completed.leans
            )
            yield replace(self, completed=other), _OTHERWISE
        if completed and (timeless := completed.timeless):
            yield replace(self, completed=completed._replace(text=timeless)), _OTHERWISE
        bare = without_end_marks(fold(question.question))
        if self.whole and self.whole != bare:
            yield replace(self, before=(), whole=""), _OTHERWISE
        elif completed and completed.appended and not points(bare):
            clear = clearly_leans(bare)
            if not (stale and clear):
                yield replace(self, before=(), completed=None), _NEW_MATTER if clear else _OTHERWISE

    def is_better(self, instead: Answer, answer: Answer, bound: float, *, stale: bool) -> bool:
        """Whether what this reading gives is to be believed rather than the answer so far.

        A question that finds the same sentence alone leans on nothing. Where nothing answered so
        far, what does must have a character of what is asked.
        """
        if not instead.answered or instead.confidence < bound:
            return False
        own = "".join(content_words(self.completed.asked if self.completed else ""))
        if own and not answer.answered and not set(own) & set(_told_of(instead)):
            return False
        if stale or instead.confidence >= answer.confidence:
            return True
        quotes = [one.citations[0].quote for one in (instead, answer) if one.citations]
        return self.completed is None and len(set(quotes)) == 1 < len(quotes)

    def _told_by(self, question: Question, recalled: Recalled) -> tuple[str, ...]:
        """The articles that answered last, those of the question's own filters aside."""
        for said in reversed(self.before):
            answer = recalled(question.earlier(said.at))
            if answer.answered and answer.citations:
                told = dict.fromkeys(citation.article_id for citation in answer.citations)
                return tuple(told)[:_ARTICLES]
        return ()

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
        """Whether it tells of nothing that is newly named now.

        Of `X呢`, where it repeats what was told before or leans; of what was put after the question
        before, where no noun of its own is quoted: it may be a matter of its own.
        """
        if not answer.citations or not self.texts:
            return False
        bare = without_end_marks(fold(question.question))
        appended = self.completed is not None and self.completed.appended
        if not (appended or self.repeats(answer, question, recalled)):
            return False
        named = newly_named(bare) or (nouns_of(bare) if appended else content_words(bare))
        before = fold(self.before[-1].text)
        new = [word for word in named if word not in before]
        told = _told_of(answer)
        return bool(new) and not any(word in told for word in new)

    def is_idle(self, answer: Answer, question: Question) -> bool:
        """Whether a question that may well stand alone is answered without what it leans on."""
        completed = self.completed
        if completed is None or not completed.appended or not answer.citations:
            return False
        bare = without_end_marks(fold(question.question))
        if points(bare) or clearly_leans(bare):
            return False
        before = nouns_of(completed.text.removesuffix(completed.asked))
        told = _told_of(answer)
        return not any(noun in told for noun in before if noun not in bare)


def _told_of(answer: Answer) -> str:
    """Quotes with who says them and the title over them: what they tell of need not be in them."""
    shown = [(one.title, one.speaker or "", one.quote) for one in answer.citations]
    return fold("\n".join(text for texts in shown for text in texts))


def as_read_back(question: Question) -> Question:
    """The same with as much of the conversation as is read.

    Each earlier message is asked anew once at most, so a question costs `_READ_BACK` more at worst.
    """
    return question.model_copy(update={"history": question.history[-_READ_BACK:]})
