"""A question that leans on earlier ones is made complete, by rule.

`那挑战呢？`, `它有什么用？`, `为什么？`, `还有吗？` say only what is new; the rest is taken
from the question before. One with words of its own and nothing that points back stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.people import possible_names
from rag.question import QuestionType, content_words, question_type
from rag.scope import VIEW
from rag.text import fold

_END = re.compile(r"[\s?？。.!！~]+$")
_ELLIPSIS = re.compile(r"^(?:那么|那|还有|至于)?[，,]?(?P<new>.{1,20}?)呢$")
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
_EVENT = re.compile(r"^(?:这|那)(?:件事|事)?(?:是|发生)(?:在)?(?:哪|什么时|何|几)")
_AFTER_NAME = re.compile(
    rf"(?:最|更|还|也|又|对|在|的|是|担任|和|与|作为|为什么|有什么|有哪些|{VIEW.pattern})"
)
_OPEN_ENDED = {
    QuestionType.OPINION,
    QuestionType.LIST,
    QuestionType.WHY,
    QuestionType.HOW,
    QuestionType.YES_NO,
}
_BARE = re.compile(
    r"^(?:为什么|为何|怎么办|具体呢|比如呢|详细说说|有哪些|是什么|怎么做|怎么说|结果呢|然后呢|谁说的|什么时候|在哪里?|多少)$"
)
_TIME = re.compile(r"\d{4}年|\d{1,2}月(?:\d{1,2}日)?|[今去前明后]年|[一二三四]季度|[上下]半年")
_SCOPE_END = re.compile("[中里内上后前时]|[之以][后前]|之中|以来|期间|当中|方面|过程中")
"""Words that end what a topic is limited to: 海洋牧场建设`中`种苗."""
_TOPIC_END = re.compile(
    r"是|有|的|住|叫|当|怎|如何|为什么|为何|什么|多少|几|认为|表示|说|在|要|能|会|可以|应|哪|何|谁|吗|呢|被|把|对|一共|总共|预计|将"
)
_ASPECT = re.compile(
    r"(?:主要|最大)?的?(?:优势|劣势|长处|短板|不足|缺点|优点|问题|难[点处题]|困难|障碍|挑战|风险|机遇|前景|未来"
    r"|影响|作用|意义|好处|坏处|原因|目标|任务|措施|现状|成本|效果|成效|经验|教训|特点|重点|做法)"
)
"""Words for a side of something: alone they mean a side of what was talked about."""

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
        before = _joined(_END.sub("", fold(text)), before, answer)
    bare = _END.sub("", fold(question))
    whole = _joined(bare, before, answer)
    return fold(question) if whole == bare else whole


def asks_for_more(question: str) -> bool:
    """Whether only what has not been said yet will do: `还有吗`, `他还说了什么`."""
    return _MORE.search(_END.sub("", fold(question))) is not None


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
    return _replaced(before, match.group("new")) if match else None


def _of_the_thing(question: str, before: str, _: Answerer) -> str | None:
    """`它有什么用` after `什么是预应力`: `预应力有什么用`."""
    match = _PRONOUN.search(question)
    return match and question[: match.start()] + topic_of(before) + question[match.end() :]


def _then(question: str, before: str, _: Answerer) -> str | None:
    """`那怎么修` goes on about the topic before."""
    return f"{topic_of(before)}{_THEN.sub('', question)}" if _THEN.match(question) else None


_RULES = (_of_the_person, _more_of_it, _about_it, _instead, _of_the_thing, _then)


def _person_of(before: str, answer: Answerer) -> str | None:
    """Whom `他` means: who opens the question before, or who answers it."""
    name = _opening_name(before)
    if name is None and question_type(before) is QuestionType.WHO:
        name = answer(before)
    return name


def _opening_name(text: str) -> str | None:
    """The name that a question opens with, as far as its own words tell."""
    asked = re.match(r"^(?:请问)?(?:谁是|介绍一下|什么是)?", text)
    at = asked.end() if asked else 0
    for name in possible_names(text[at : at + 4]):
        rest = text[at + len(name) :]
        if text.startswith(name, at) and (not rest or _AFTER_NAME.match(rest)):
            return name
    return None


def _replaced(before: str, new: str) -> str:
    """`before` with its counterpart of `new` replaced by it."""
    if _TIME.search(new) and (time := _TIME.search(before)):
        return before[: time.start()] + new + before[time.end() :]
    name, kind, topic = _opening_name(before), question_type(before), topic_of(before)
    if _ASPECT.fullmatch(new) and (whole := _other_side(before, name, topic, new)):
        return whole
    if name and not _is_person(new) and kind in _OPEN_ENDED:
        return f"{name}怎么看{new}"
    if name and _is_person(new):
        counterpart: str | None = name
    elif kind is QuestionType.DEFINITION and topic:
        counterpart = topic
    else:
        counterpart = _counterpart(before, new)
    if counterpart:
        return before.replace(counterpart, new, 1)
    if _is_name(new) and topic and before.startswith(topic):
        return _scope(topic) + new + before[len(topic) :]
    return f"{topic}{new}，{before}"


def _scope(topic: str) -> str:
    """What a topic is limited to, if more follows: 海洋牧场建设中 of 海洋牧场建设中种苗."""
    import rjieba

    words = rjieba.cut(topic)
    ends = [n for n, word in enumerate(words[:-1]) if n and _SCOPE_END.fullmatch(word)]
    return "".join(words[: ends[-1] + 1]) if ends else ""


def _other_side(before: str, name: str | None, topic: str, new: str) -> str | None:
    """`before` about another side of its topic: in place of the one it names, or added."""
    if old := _ASPECT.search(before):
        return before[: old.start()] + new + before[old.end() :]
    view = VIEW.search(before)
    if name and view:
        about = before[view.end() :]
        return f"{before}的{new}" if about and not _TOPIC_END.search(about) else None
    return f"{topic}的{new}是什么" if topic else None


def _is_person(text: str) -> bool:
    """Whether a text reads as a person's name."""
    return text in set(possible_names(text))


def _counterpart(before: str, new: str) -> str | None:
    """The word of `before` that ends as `new` does: 城镇居民 for 农村居民."""
    for length in range(min(4, len(new)), 0, -1):
        tail = new[-length:]
        at = before.find(tail)
        if at >= 0 and length >= min(2, len(new) - 1):
            start = max(0, at - (len(new) - length))
            return before[start : at + length]
    return None


def _is_name(text: str) -> bool:
    """Two to four characters that do not point or bind: a person's or a place's name may be so."""
    return 2 <= len(text) <= 4 and bool(content_words(text))


def topic_of(before: str) -> str:
    """What a folded question is about: the words before it starts to ask; for 什么是X, X."""
    before = _END.sub("", before)
    turned = re.match(r"^(?:什么是|何谓|何为|什么叫|谁是|介绍一下|请问)(?P<rest>.+)$", before)
    if turned:
        return turned.group("rest")
    match = _TOPIC_END.search(before, 1)
    return before[: match.start()] if match else before
