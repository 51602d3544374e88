"""A question that leans on earlier ones is made complete, by rule.

`那挑战呢？`, `它有什么用？`, `为什么？`, `还有吗？` say only what is new; the rest is taken
from the question before. One with words of its own and nothing that points back stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question import content_words
from rag.text import fold

_END = re.compile(r"[\s?？。.!！~]+$")
_ELLIPSIS = re.compile(r"^(?:那么|那|还有|至于)?[，,]?(?P<new>.{1,20}?)呢$")
_THEN = re.compile(r"^(?:那么|那|然后|还有)[，,]?")
_PRONOUN = re.compile(
    r"它们|他们|她们|[它他她]|(?:这|那|该)(?:个|项|种|件|座|条|家|位|些)?(?=[是有的为怎能会要在])"
    r"|(?<![尤与和极])其(?=[是有主目作特优具])"
)
_BARE = re.compile(
    r"^(?:为什么|为何|怎么办|还有吗|还有别的吗|还有呢|具体呢|比如呢|详细说说|有哪些|是什么|怎么做|怎么说|结果呢|然后呢|谁说的|什么时候|在哪里?|多少)$"
)
_TIME = re.compile(r"\d{4}年|\d{1,2}月(?:\d{1,2}日)?|[今去前明后]年|[一二三四]季度|[上下]半年")
_TOPIC_END = re.compile(
    r"是|有|的|住|叫|当|怎|如何|为什么|为何|什么|多少|几|认为|表示|说|在|要|能|会|可以|应|哪|何|谁|吗|呢|被|把|对|一共|总共|预计|将"
)


def complete(question: str, history: Sequence[str]) -> str:
    """The folded question, with what it leaves out taken from the ones before.

    Args:
        question: as asked.
        history: earlier questions, oldest first.
    """
    before = ""
    for text in history:
        before = _joined(_END.sub("", fold(text)), before)
    bare = _END.sub("", fold(question))
    whole = _joined(bare, before)
    return fold(question) if whole == bare else whole


def _joined(question: str, before: str) -> str:
    """`question` made complete by `before`, which is complete."""
    if not before or not question:
        return question
    if _BARE.match(question) or not content_words(_THEN.sub("", question)):
        return f"{before}，{question}"
    if match := _ELLIPSIS.match(question):
        return _replaced(before, match.group("new"))
    if match := _PRONOUN.search(question):
        return question[: match.start()] + topic_of(before) + question[match.end() :]
    if _THEN.match(question):
        return f"{topic_of(before)}{_THEN.sub('', question)}"
    return question


def _replaced(before: str, new: str) -> str:
    """`before` with its counterpart of `new` replaced by it."""
    if _TIME.search(new) and (time := _TIME.search(before)):
        return before[: time.start()] + new + before[time.end() :]
    if counterpart := _counterpart(before, new):
        return before.replace(counterpart, new, 1)
    topic = topic_of(before)
    if _is_name(new) and topic and before.startswith(topic):
        return new + before[len(topic) :]
    return f"{topic}{new}，{before}"


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
