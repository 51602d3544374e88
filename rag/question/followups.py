"""A question that leans on earlier ones is made complete.

`那挑战呢？` says only what is new: where its counterpart is found, it goes there.
Whatever else leans (`rag.question.leaning`) is put after what it leans on, as the reader learnt it.
What was refused is nothing to lean on, unless the articles tell of its topic; it may still show how
`X呢` is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rag.language.names import is_surname
from rag.language.naming import qualifiers_in
from rag.language.text import fold, parts, tagged
from rag.language.year_names import NOW, YEAR
from rag.language.year_parts import DAYS
from rag.question.ellipsis import (
    begins_pointing,
    opening_name,
    other_reading,
    points_with_of,
    replaced,
    subject_of,
)
from rag.question.english_leaning import points_in_english, with_thing
from rag.question.leaning import leans
from rag.question.question_types import QuestionType, question_type
from rag.question.several import things
from rag.question.understanding import content_words, without_end_marks

_ELLIPSIS = re.compile(r"^(?:那么|那|还有|至于)?[，,]?(?P<new>.{1,20}?)呢$")
_ASKS = re.compile("什么|怎|谁|哪|几|多少|为何|如何|是否|是不是|有没有|能不能|会不会")
_SAYS = re.compile(r"\w")
_PERSON = re.compile("[他她](?!们|人|乡|国)")
_IT = re.compile("(?:那么?)?[它他她其](?![他余实次中])")
_TOGETHER = ("和", "与", "跟", "同")
"""Beside 他 these name somebody else."""
_OF_TWO = re.compile("[前后]者")
_POLITE = re.compile("^(?:(?:谢谢|多谢|好的?|嗯+|哦|请问)[你您]?[,，。!！])+(?=.)")
_NOW = re.compile(NOW)
_ONLY_MORE = re.compile(r"^(?:那|那么)?还有(?:吗|别的吗|其他的?吗|呢|没有|更多吗|什么|哪些)?$")
_MORE = re.compile(
    r"^(?:那|那么)?还有|还(?:说|提|讲|谈|介绍|提到|补充|建议)(?:了|过|到)?(?:什么|哪些|别的)"
)
_LOOKED_BACK = 8
"""Turns among which the one is that a question leans on."""
_TOPICS = 2
"""Questions that stand alone of which it is looked up whether they were answered."""


class Told(NamedTuple):
    """What came of an earlier turn.

    Attributes:
        answered: whether it was.
        short: its short answer.
        known: whether the articles tell of what it is about, answered or not.
        searched: the question as it was read where it was answered; empty where nobody knows.
        asks: whether it asked what articles could tell.
    """

    answered: bool = True
    short: str | None = None
    known: bool = True
    searched: str = ""
    asks: bool = True


Outcome = Callable[[int], Told]
"""Of the earlier turn at an index."""


def _unknown(_: int) -> Told:
    """No earlier answer is known."""
    return Told()


class Completed(NamedTuple):
    """A question with what it leaves out; `appended` to the ones before, where no rule rewrote it.

    The earlier question can be answered where this one is not: such a one has to be believed more.
    `asked` is its own part, which tells its type; `other` is another way to read it, if there is
    one; `leans` tells whether it left out anything at all.
    """

    text: str
    appended: bool
    asked: str = ""
    other: str = ""
    leans: bool = False

    @property
    def timeless(self) -> str:
        """The whole without the years and days of what it leans on, where it names none itself.

        `2023年水质是几类 下一步打算干什么` is about no year. Empty where nothing is left out.
        """
        before = self.text.removesuffix(self.asked)
        if not self.appended or _times_in(self.asked) or not _times_in(before):
            return ""
        return _without_times(before) + self.asked


def complete(
    question: str,
    history: Sequence[str],
    outcome: Outcome = _unknown,
    titles: Collection[int] = (),
) -> Completed:
    """The folded question, with what it leaves out taken from the ones before.

    Args:
        question: as asked.
        history: earlier questions, oldest first.
        outcome: what came of one of them, looked up only where the question leans on it: the person
            whom a pronoun means may be named in the answer and not in the question.
        titles: which of the earlier ones only name an article that was shown.
    """
    bare = without_end_marks(fold(question))
    turns = [
        _Turn(n, _POLITE.sub("", without_end_marks(fold(text))), n in titles)
        for n, text in enumerate(history)
        if _SAYS.search(text)  # a thumb up is no topic
    ][-_LOOKED_BACK:]
    if not turns or not bare or not _may_lean(bare):
        return Completed(fold(question), appended=False)
    talk = _talk(turns, outcome).pointed_at(bare)
    if _OF_TWO.search(bare) and len(things(talk.topic.text)) < 2:  # they would both be the one
        return Completed(fold(question), appended=False)
    now = talk.with_next(_Turn(len(history), bare), outcome)
    text = fold(question) if now.searched == bare else now.searched
    return Completed(text, bool(now.trail), now.trail, now.other, leans=now.searched != bare)


def asks_for_more(question: str, history: Sequence[str]) -> bool:
    """Whether only what has not been said yet will do: `还有吗`, `他还说了什么`."""
    return bool(history) and _MORE.search(without_end_marks(fold(question))) is not None


@dataclass(frozen=True, slots=True)
class _Turn:
    """An earlier turn: its index, what it says, and whether that is only an article's title."""

    n: int
    text: str
    is_title: bool = False

    @property
    def may_lean(self) -> bool:
        return not self.is_title and _may_lean(self.text)


@dataclass(frozen=True, slots=True)
class _Talk:
    """What a question may lean on.

    Attributes:
        topic: the last turn that stands alone, or was made to.
        trail: the last one, as asked, if it was only put after the topic.
        searched: the last one, complete.
        pattern: what `X呢` asks again, of something else.
        other: another way to read the last one.
        refused: the last turn, if it named what it asked about and was refused.
    """

    topic: _Turn
    trail: str = ""
    searched: str = ""
    pattern: str = ""
    other: str = ""
    refused: _Turn | None = None

    def pointed_at(self, question: str) -> _Talk:
        """What a question that points means: 它 is the last thing named, told of or not."""
        if self.refused is None or not points(question):
            return self
        return _standing(self.refused)

    def with_next(self, turn: _Turn, outcome: Outcome) -> _Talk:
        """After one more turn."""
        if _ONLY_MORE.match(turn.text):  # the same again; what has been told is left out elsewhere
            return self
        if whole := _of_the_person(turn.text, self.topic, outcome):
            return _standing(replace(turn, text=whole))
        again = self._again(turn.text)
        if again and self.pattern != self.trail:
            other = self._otherwise(turn.text) or self._appended(turn.text).searched
            return replace(_standing(replace(turn, text=again)), other=other)
        if again:  # of what leans itself
            return self._appended(again)
        if _may_lean(turn.text):
            return self._appended(turn.text)
        return _standing(turn)

    def read_otherwise(self, turn: _Turn, other: str) -> _Talk:
        """After one more turn that was answered as its other reading has it."""
        appended = self._appended(turn.text)
        return appended if appended.searched == other else _standing(replace(turn, text=other))

    def _appended(self, question: str) -> _Talk:
        """A question put after what it leans on: after the topic alone if it names something.

        `那里的茶园有多大` leans on who or what the topic is about, not on what was asked of it.
        """
        about = self.topic.text
        if _NOW.search(question) or _times_in(question):  # then no longer at the time of before
            about = _without_times(about) or about
        short = _joined(about, question)
        if points_in_english(question) and (whole := with_thing(question, self.topic.text)):
            return replace(self, trail=question, searched=whole, pattern=question, other=short)
        if points_with_of(question) and (thing := subject_of(self.topic.text)):
            return replace(
                self,
                trail=question,
                searched=_joined(thing, question),
                pattern=question,
                other=short,
            )
        long = _joined(about, self.trail, question)
        first, other = (short, long) if content_words(question) else (long, short)
        return replace(
            self,
            trail=question,
            searched=first,
            pattern=question,
            other=other if other != first else "",
        )

    def _again(self, question: str) -> str | None:
        """`那架桥呢` asks the same of something else."""
        match = _ELLIPSIS.match(question)
        if match is None or _ASKS.search(match["new"]) or not self.pattern:
            return None  # a question of its own
        if begins_pointing(question):
            return None
        return replaced(self.pattern, match["new"])

    def _otherwise(self, question: str) -> str | None:
        match = _ELLIPSIS.match(question)
        return other_reading(self.pattern, match["new"]) if match else None


def _standing(turn: _Turn) -> _Talk:
    return _Talk(turn, "", turn.text, "" if turn.is_title else turn.text)


def _talk(turns: Sequence[_Turn], outcome: Outcome) -> _Talk:
    """What has been said since the last turn that stands alone; what was refused does not count."""
    head = next((at for at in reversed(range(len(turns))) if not turns[at].may_lean), 0)
    talk = _standing(_topic(turns[: head + 1], outcome))
    if talk.topic != turns[head]:
        refused = turns[head] if outcome(turns[head].n).asks else None
        talk = replace(talk, pattern=_standing(turns[head]).pattern, refused=refused)
    for turn in turns[head + 1 :]:
        talk = _after(talk, turn, Told() if turn.is_title else outcome(turn.n), outcome)
    return talk


def _after(talk: _Talk, turn: _Turn, told: Told, outcome: Outcome) -> _Talk:
    """What has been said after one more turn that leans, as it was answered."""
    pointed = talk.pointed_at(turn.text)
    after = pointed.with_next(turn, outcome)
    if not told.answered:
        named = after.topic if after.topic.n == turn.n else talk.refused
        return replace(talk, pattern=after.pattern, refused=named)
    if after.trail and without_end_marks(told.searched) == turn.text:  # it could be asked alone
        return _standing(turn)
    if after.other and told.searched == after.other and not after.trail:
        after = pointed.read_otherwise(turn, after.other)
    return replace(after, refused=None)


def _topic(turns: Sequence[_Turn], outcome: Outcome) -> _Turn:
    """The last turn of which the articles tell something; the very last if they do of none."""
    alone = [turn for turn in reversed(turns) if not turn.may_lean][:_TOPICS]
    for turn in alone:
        if turn.is_title or outcome(turn.n).known:
            return turn
    return turns[-1]


def _may_lean(question: str) -> bool:
    """Whether a question may say less than it asks."""
    if points_in_english(question):
        return True
    if (at := _pronoun_at(question)) is not None:
        return not _is_named(question, at)
    return bool(_ONLY_MORE.match(question) or _ELLIPSIS.match(question) or leans(question))


def points(question: str) -> bool:
    """Whether a question begins with 它, 他 or 那里, or names nothing but by such a word."""
    if _IT.match(question) or points_in_english(question):
        return True
    return begins_pointing(question)


def _times_in(text: str) -> list[str]:
    """The years and parts of the year that a text names."""
    return [named.text for named in qualifiers_in(text) if named.kind in {YEAR, DAYS}]


def _without_times(text: str) -> str:
    for time in _times_in(text):
        text = text.replace(time, "", 1)
    return text


def is_elliptic(question: str) -> bool:
    """Whether a folded question is an `X呢` that says nothing of what is asked of X."""
    return bool(newly_named(question))


def newly_named(question: str) -> tuple[str, ...]:
    """The words of X in a folded `X呢`, or X whole where they are but characters: 引桥."""
    match = _ELLIPSIS.match(without_end_marks(question))
    if match is None or _ASKS.search(match["new"]):
        return ()
    return tuple(w for w in content_words(match["new"]) if len(w) > 1) or (match["new"],)


def _joined(*texts: str) -> str:
    return " ".join(filter(None, texts))


def _of_the_person(question: str, topic: _Turn, outcome: Outcome) -> str | None:
    """`他种什么` after `王大山是谁`: `王大山种什么`."""
    at = _pronoun_at(question)
    if at is None or _is_named(question, at) or not (person := _person_of(topic, outcome)):
        return None
    return question[:at] + person + question[at + 1 :]


def _pronoun_at(question: str) -> int | None:
    """Where 他 stands as a word, unlike in 吉他."""
    at = 0
    for word in parts(question) if _PERSON.search(question) else ():
        if _PERSON.match(question, at):
            return at
        at += len(word)
    return None


def _is_named(question: str, at: int) -> bool:
    """Whether a question itself names whom the pronoun there means: `王大山说他…`."""
    before = question[:at]
    return not before.endswith(_TOGETHER) and _names_somebody(before)


def _names_somebody(text: str) -> bool:
    """Whether a person is named in a text."""
    return any(tag == "nr" and is_surname(word[0]) for word, tag in tagged(text))


def _person_of(topic: _Turn, outcome: Outcome) -> str | None:
    """Whom `他` means: who opens the question before, or who answers it."""
    name = opening_name(topic.text)
    if name is None and question_type(topic.text) is QuestionType.WHO:
        name = outcome(topic.n).short
    return name
