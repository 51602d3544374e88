"""`X有哪些` is answered by what lists Xs: `甲、乙、丙等六大X`, or 一是…二是… under its heading."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.documents import Article
from rag.enumeration import Enumeration, enumerations
from rag.evidence import Assessment, Evidence
from rag.features import Weights
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
_THINGS = re.compile(
    r"(?:哪些|哪几[个项条点方面种类步]*|什么)(?:主要|具体|重点|重要|突出|明显|新)?的?(?P<a>[\u4e00-\u9fff]{2})$"
    r"|(?P<b>[\u4e00-\u9fff]{2})(?:主要|具体)?(?:都|分别|各)?(?:有|是|包括|包含|体现在)(?:哪些|哪几[个项条点种类]|什么)$"
)
"""What is asked to be listed, in the two characters that a heading names it with: 做法, 问题."""
_HELD = 0.66
"""The share of the topic that an article must hold."""


def prefer_announced(question: Understood, assessment: Assessment, weights: Weights) -> Assessment:
    """Put the items first that are announced by the very word for what is asked.

    `存在哪些问题` is answered by the numbered ones under `三、存在问题`.
    """
    asked = _THINGS.search(question.searched.rstrip("?!。 "))
    if question.type is not QuestionType.LIST or asked is None or not assessment.evidence:
        return assessment
    things = asked["a"] or asked["b"]
    first = assessment.evidence[0]
    if _is_listed(first, things):
        return assessment
    for evidence in assessment.evidence:
        article = evidence.candidate.hit.stored.article
        for enumeration in enumerations(article):
            if evidence.sentence.start != enumeration.items[0].start:
                continue
            if things not in _announcement(enumeration, article):
                continue
            if weights.held(fold(f"{article.title}\n{article.text}")) >= _HELD:
                raised = replace(evidence, probability=max(first.probability, _SURE))
                rest = [e for e in assessment.evidence if e is not evidence]
                sure = max(assessment.answerable, _SURE)
                return replace(assessment, evidence=(raised, *rest), answerable=sure)
    return assessment


def _is_listed(evidence: Evidence, things: str) -> bool:
    """Whether a sentence belongs to an enumeration that is announced by that word."""
    article = evidence.candidate.hit.stored.article
    return any(
        evidence.sentence.start in {s.start for s in enumeration.members}
        and things in _announcement(enumeration, article)
        for enumeration in enumerations(article)
    )


def _announcement(enumeration: Enumeration, article: Article) -> str:
    """The heading over an enumeration and, a line further, the sentence that leads in; folded."""
    lead = enumeration.lead
    text = article.text[lead.start : lead.end] if lead else ""
    return fold(f"{enumeration.under or ''}\n{text}")


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
