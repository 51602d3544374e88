"""`X有哪些` is answered by what lists Xs: `甲、乙、丙等六大X`, or 一是…二是… under its heading."""

from __future__ import annotations

import re

from rag.data_model.documents import Article
from rag.language.enumeration import Enumeration, enumerations
from rag.language.text import fold
from rag.question.question_types import QuestionType
from rag.question.topics import topic_of_view
from rag.question.understanding import ParsedQuestion, content_words

_NUMBER = re.compile(r"[\d一二两三四五六七八九十]+(?:大|个|类|项|种|条|家|所)?(?=[^\d年月日])")
_LISTED = re.compile(r"(?:[^，。；、：,;:]{1,24}、){2,}[^，。；、：,;:]{1,24}")
_INCLUDES = re.compile("包括|包含|分为|分别是|主要有|有|是|为|:")
_BEFORE, _AFTER = 12, 20
"""Characters around a list within which `等六大X` may name it."""
_SHORTEST = 4
"""Characters below which a topic is found beside any list."""
_THINGS = re.compile(
    r"(?:哪些|哪几[个项条点方面种类步]*|什么)(?:主要|具体|重点|重要|突出|明显|新)?的?(?P<a>[\u4e00-\u9fff]{2})$"
    r"|(?P<b>[\u4e00-\u9fff]{2})(?:主要|具体)?(?:都|分别|各)?(?:有|是|包括|包含|体现在)(?:哪些|哪几[个项条点种类]|什么)$"
)
"""What is asked to be listed, in the two characters that a heading names it with: 做法, 问题."""


def listed_things(question: ParsedQuestion) -> str:
    """The very word for what is to be listed: 问题 for `存在哪些问题`; else empty."""
    asked = _THINGS.search(question.searched.rstrip("?!。 "))
    if question.type is not QuestionType.LIST or asked is None:
        return ""
    return asked["a"] or asked["b"]


def announced(things: str, article: Article, start: int) -> bool:
    """Whether the sentence at `start` is the first item of what the article announces as `things`.

    `存在哪些问题` is answered by the numbered ones under `三、存在问题`.
    """
    return any(
        enumeration.items[0].start == start and things in announcement(enumeration, article)
        for enumeration in enumerations(article)
    )


def announcement(enumeration: Enumeration, article: Article) -> str:
    """The heading over an enumeration and, a line further, the sentence that leads in; folded."""
    lead = enumeration.lead
    text = article.text[lead.start : lead.end] if lead else ""
    return fold(f"{enumeration.under or ''}\n{text}")


def listed_topic(question: ParsedQuestion) -> str:
    """What is to be listed, empty for other questions.

    It is without `六大`, `7个`: articles may write the number another way.
    """
    if question.type is not QuestionType.LIST:
        return ""
    topic = _NUMBER.sub("", topic_of_view(question).searched)
    words = content_words(topic)
    if len(_bare(topic)) < _SHORTEST or not words:
        return ""
    return topic[topic.find(words[0]) : topic.rfind(words[-1]) + len(words[-1])]


def lists(sentence: str, topic: str) -> bool:
    """Whether a sentence lists three things or more as `甲、乙、丙等X`, or `X包括甲、乙、丙`."""
    text, wanted = fold(sentence), _bare(topic)
    for match in _LISTED.finditer(text):
        last = text.rfind("、", 0, match.end())
        first = text.find("、", match.start())
        before = _INCLUDES.split(text[max(match.start() - _BEFORE, 0) : first])
        named_before = len(before) > 1 and wanted in _bare("".join(before[:-1]))
        if named_before or wanted in _bare(text[last : match.end() + _AFTER]):
            return True
    return False


def _bare(text: str) -> str:
    """Letters and digits alone."""
    return "".join(filter(str.isalnum, text))
