"""A question that leans on earlier ones is made complete, by rule.

`那挑战呢？`, `它有什么用？`, `为什么？`, `还有吗？` say only what is new; the rest is taken
from the question before. One that names something itself and does not point back stands alone; a
brief one that names nothing is put after the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.language.text import fold, name_spans
from rag.question.ellipsis import opening_name, replaced, thing_of
from rag.question.question_types import QuestionType, question_type
from rag.question.topics import topic_of
from rag.question.understanding import content_words, without_end_marks

_ELLIPSIS = re.compile(r"^(?:那么|那|还有|至于)?[，,]?(?P<new>.{1,20}?)呢$")
_ASKS = re.compile("什么|怎|谁|哪|几|多少|为何|如何|是否|是不是|有没有|能不能|会不会")
_THEN = re.compile(r"^(?:那么|那|然后|还有)[，,]?")
_PRONOUN = re.compile(
    r"它们|他们|她们|[它他她]|(?:这|那|该)(?:个|项|种|件|座|条|家|位|些)?(?=[是有的为怎能会要在])"
    r"|(?<![尤与和极])其(?=[是有主目作特优具])"
)
_PERSON = re.compile(r"(?<!其)[他她](?!们|人|乡|国)")
_ONLY_MORE = re.compile(r"^(?:那|那么)?还有(?:吗|别的吗|其他的?吗|呢|没有|更多吗|什么|哪些)?$")
_MORE = re.compile(
    r"^(?:那|那么)?还有|还(?:说|提|讲|谈|介绍|提到|补充|建议)(?:了|过|到)?(?:什么|哪些|别的)"
)
_BARE = re.compile(
    r"^(?:为什么|为何|怎么办|具体呢|比如呢|详细说说|有哪些|是什么|怎么做|怎么说|结果呢|然后呢|谁说的|什么时候|在?哪[里儿年天]?|哪一[年天]|谁|多少[\u4e00-\u9fff]{0,2}|几[\u4e00-\u9fff]{1,2}|多[久长大高远重])$"
)
_EVENT = re.compile(r"^(?:这|那)(?:件事|事)?(?:是|发生)(?:在)?(?:哪|什么时|何|几)")
_BRIEF = 18
"""Characters; a longer question without a name tells by itself what it is about."""
Answerer = Callable[[str], str | None]


def _nobody(_: str) -> None:
    """No earlier answer is known."""


def complete(question: str, history: Sequence[str], answer: Answerer = _nobody) -> str:
    """The folded question, with what it leaves out taken from the ones before.

    Args:
        question: as asked.
        history: earlier questions, oldest first.
        answer: gives the short answer to an earlier question, made complete: the person whom a
            pronoun means may be named there and not in the question.
    """
    before = ""
    for text in history:
        before = _joined(without_end_marks(fold(text)), before, answer)
    bare = without_end_marks(fold(question))
    whole = _joined(bare, before, answer)
    return fold(question) if whole == bare else whole


def asks_for_more(question: str, history: Sequence[str]) -> bool:
    """Whether only what has not been said yet will do: `还有吗`, `他还说了什么`."""
    return bool(history) and _MORE.search(without_end_marks(fold(question))) is not None


def _joined(question: str, before: str, answer: Answerer) -> str:
    """`question` made complete by `before`, which is complete."""
    if not before or not question:
        return question
    wholes = (rule(question, before, answer) for rule in _RULES)
    return next((whole for whole in wholes if whole is not None), question)


def _of_the_person(question: str, before: str, answer: Answerer) -> str | None:
    """`他种什么` after `王大山是谁`: `王大山种什么`."""
    person = _person_of(before, answer) if _PERSON.search(question) else None
    return _PERSON.sub(person, question, count=1) if person else None


def _more_of_it(question: str, before: str, _: Answerer) -> str | None:
    """`还有吗` asks the same again; what has been told is left out elsewhere."""
    return before if _ONLY_MORE.match(question) else None


def _about_it(question: str, before: str, _: Answerer) -> str | None:
    """`为什么`, `这是哪一年的事` go on from the whole question before."""
    bare = _BARE.match(question) or not content_words(_THEN.sub("", question))
    return f"{before}，{question}" if bare or _EVENT.match(question) else None


def _instead(question: str, before: str, _: Answerer) -> str | None:
    """`那架桥呢` asks the same of something else."""
    match = _ELLIPSIS.match(question)
    if match and _ASKS.search(match.group("new")):
        return None  # a question of its own
    return replaced(before, match.group("new")) if match else None


def _of_the_thing(question: str, before: str, _: Answerer) -> str | None:
    """`它有什么用` after `什么是预应力`: `预应力有什么用`; `大桥` after `大桥的长度是多少`."""
    match = _PRONOUN.search(question)
    return match and question[: match.start()] + thing_of(before) + question[match.end() :]


def _then(question: str, before: str, _: Answerer) -> str | None:
    """`那怎么修` goes on about the topic before."""
    return f"{topic_of(before)}{_THEN.sub('', question)}" if _THEN.match(question) else None


def _of_the_same(question: str, before: str, _: Answerer) -> str | None:
    """`工期多久` after `柳镇大桥总投资多少` is about the bridge: it names nothing itself.

    Both are searched and read, as the reader learnt to read what follows on a question.
    """
    own = len(question) > _BRIEF or name_spans(question) or "的" in question
    defines = question_type(question) is QuestionType.DEFINITION
    if own or defines or not _ASKS.search(question):
        return None
    return f"{before} {question}"


_RULES = (_of_the_person, _more_of_it, _about_it, _instead, _of_the_thing, _then, _of_the_same)


def _person_of(before: str, answer: Answerer) -> str | None:
    """Whom `他` means: who opens the question before, or who answers it."""
    name = opening_name(before)
    if name is None and question_type(before) is QuestionType.WHO:
        name = answer(before)
    return name
