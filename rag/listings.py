"""`X有哪些` is answered by the sentence that lists Xs: `甲、乙、丙等六大X`."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.evidence import Assessment, Evidence
from rag.question import QuestionType, Understood, content_words
from rag.scope import topic_of_view
from rag.text import fold

_NUMBER = re.compile(r"[\d一二两三四五六七八九十]+(?:大|个|类|项|种|条|家|所)?(?=[^\d年月日])")
_LISTED = re.compile(r"(?:[^，。；、：,;:]{1,24}、){2,}[^，。；、：,;:]{1,24}")
_INCLUDES = re.compile("包括|包含|分为|分别是|主要有|有|是|为|:")
_DOUBTFUL = 0.6
_BEFORE, _AFTER = 12, 20
"""Characters around a list within which `等六大X` may name it."""
_SHORTEST = 4
"""Characters below which a topic is found beside any list."""
_SURE = 0.8


def prefer_listings(question: Understood, assessment: Assessment) -> Assessment:
    """Put sentences first that list what is asked for, where nothing else is sure to answer."""
    if question.type is not QuestionType.LIST or assessment.answerable >= _DOUBTFUL:
        return assessment
    topic = _listed_topic(question)
    listing = [e for e in assessment.evidence if topic and lists(e.text, topic)]
    if not listing:
        return assessment
    raised = [replace(e, probability=max(e.probability, _SURE)) for e in listing]
    rest: list[Evidence] = [e for e in assessment.evidence if e not in listing]
    return replace(assessment, evidence=(*raised, *rest), answerable=_SURE)


def _listed_topic(question: Understood) -> str:
    """What is to be listed, without `六大`, `7个`: articles may write the number another way."""
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
