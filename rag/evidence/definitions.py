"""A sentence that defines what a question asks the meaning of: `X是…`, `X，是指…`, `X即…`."""

from __future__ import annotations

import re

from rag.language.text import fold
from rag.question.question_types import QuestionType
from rag.question.topics import topic_of
from rag.question.understanding import ParsedQuestion

_OPENING = re.compile(r"[“”\"'‘’「」『』《》\s·•\-—]*")
_DEFINES = re.compile(
    r"[”\"’」』》]?(?:[（(][^）)]{1,40}[）)])?(?:[，,][^。；;]{0,30}?)?(?:是|指|即|意为|意指|又称|也叫|[：:])"
)
_NO_TOPIC = 2  # characters below which a topic says too little


def defined_topic(question: ParsedQuestion) -> str:
    """What a question asks the meaning of; empty where it asks for something else."""
    topic = topic_of(question.searched) if question.type is QuestionType.DEFINITION else ""
    return topic if len(topic) >= _NO_TOPIC else ""


def defines(topic: str, sentence: str) -> bool:
    """Whether a sentence says at its start what the folded `topic` is, and does not ask it."""
    text = _OPENING.sub("", fold(sentence), count=1)
    if not text.startswith(topic) or text.rstrip().endswith("?"):
        return False
    return _DEFINES.match(text, len(topic)) is not None
