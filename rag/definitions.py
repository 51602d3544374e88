"""A sentence that defines what a question asks the meaning of: `X是…`, `X，是指…`, `X即…`."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.ellipsis import topic_of
from rag.evidence import Assessment, Evidence
from rag.question import QuestionType, Understood
from rag.text import fold

_OPENING = re.compile(r"[“”\"'‘’「」『』《》\s·•\-—]*")
_DEFINES = re.compile(
    r"[”\"’」』》]?(?:[（(][^）)]{1,40}[）)])?(?:[，,][^。；;]{0,30}?)?(?:是|指|即|意为|意指|又称|也叫|[：:])"
)
_PROPERTY = re.compile("的(?!含义|定义|意思)")
"""After a topic: `X的Y是什么` asks for something of X, not what X is."""

_SURE = 0.9
_NO_TOPIC = 2  # characters below which a topic says too little


def prefer_definitions(question: Understood, assessment: Assessment) -> Assessment:
    """Put sentences that define the topic first: their form alone makes the answer sure."""
    topic = topic_of(question.searched) if question.type is QuestionType.DEFINITION else ""
    if len(topic) < _NO_TOPIC or _PROPERTY.match(question.searched.partition(topic)[2]):
        return assessment
    defining = [e for e in assessment.evidence if defines(topic, e.text)]
    if not defining:
        return assessment
    raised = [replace(e, probability=max(e.probability, _SURE)) for e in defining]
    rest: list[Evidence] = [e for e in assessment.evidence if e not in defining]
    return replace(
        assessment,
        evidence=(*raised, *rest),
        answerable=max(assessment.answerable, _SURE),
    )


def defines(topic: str, sentence: str) -> bool:
    """Whether a sentence says at its start what the folded `topic` is, and does not ask it."""
    text = _OPENING.sub("", fold(sentence), count=1)
    if not text.startswith(topic) or text.rstrip().endswith("?"):
        return False
    return _DEFINES.match(text, len(topic)) is not None
