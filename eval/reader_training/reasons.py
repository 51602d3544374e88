"""Questions why, how, whether and what is meant, made of sentences that say so in plain form.

A sentence that joins a fact to its reason (由于…，…), aim (为了…，…) or means (通过…，…) becomes a
question for the fact; a rule (不得…) becomes a question whether one may; a definition (…是指…)
becomes a question for the term.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.reader_training.pairs import Asked
from rag.data_model.documents import Article, Span
from rag.language.text import sentence_spans

_LONGEST_SENTENCE = 160


@dataclass(frozen=True, slots=True)
class Form:
    """A form of sentence.

    Attributes:
        pattern: has the group `answer`, what is asked for, and `fact`, what the question names.
        questions: wordings with a place for the fact.
    """

    pattern: re.Pattern[str]
    questions: tuple[str, ...]


_FACT = r"(?:因此|因而|所以|从而|导致|使得|就|也|便|则)?(?P<fact>[^，。；：“”《》]{6,40})"
_AIMS = "促进|推动|加强|保障|满足|解决|防止|提高|确保|提升|应对|规范|方便|完善|落实|防范|缓解|帮助"
_WHY = ("为什么{}", "为何{}", "{}，为什么", "{}的原因是什么", "{}的原因", "{}是因为什么")
_FORMS = (
    Form(re.compile(rf"(?:^|，)(?P<answer>(?:由于|因为|因)[^，。；“”]{{4,50}})，{_FACT}"), _WHY),
    Form(
        re.compile(
            r"(?P<fact>[^，。；：“”《》]{6,40})，(?P<answer>(?:这|主要|主要原因)?"
            r"(?:是因为|是由于|原因是|原因在于|源于|得益于|因为|由于)[^。；“”]{4,60})"
        ),
        _WHY,
    ),
    Form(
        re.compile(
            rf"(?:^|，)(?P<answer>为了?(?:进一步|更好地?|有效|切实)?(?:{_AIMS})[^，。；“”]{{3,40}})，{_FACT}"
        ),
        ("为什么{}", "{}是为了什么", "{}，目的是什么", "{}的目的"),
    ),
    Form(
        re.compile(
            r"(?P<answer>通过[^，。；“”]{4,50})，(?P<fact>(?:不断|有效|进一步|大幅|逐步|全面)?"
            r"(?:实现|推动|提升|解决|提高|帮助|促进|形成|打造|建立|完善|确保)[^，。；“”]{4,40})"
        ),
        ("如何{}", "怎么{}", "怎样{}", "靠什么{}", "{}的做法是什么"),
    ),
    Form(
        re.compile(
            r"(?P<answer>(?:应当|不得|禁止|严禁|必须|可以|不能|不准)(?P<fact>[^，。；：“”]{4,30}))"
        ),
        ("可以{}吗", "能不能{}", "{}行不行", "是否允许{}", "{}有什么规定", "能{}吗"),
    ),
    Form(
        re.compile(
            r"(?:^|[，“])(?P<fact>[^，。；“”]{2,14})[，”]?(?:主要)?(?:是指|指的是|即指)(?P<answer>[^。；”]{6,80})"
        ),
        ("什么是{}", "{}是什么", "{}是什么意思", "{}指什么", "何为{}"),
    ),
)


def reason_questions(
    articles: Sequence[Article], count: int, chance: random.Random
) -> Iterator[Asked]:
    """At most `count` questions, one of a sentence, the forms as even as the articles allow."""
    by_form: list[list[Asked]] = [[] for _ in _FORMS]
    for article in articles:
        for sentence in sentence_spans(article.text):
            if sentence.end - sentence.start < _LONGEST_SENTENCE:
                for made, form in zip(by_form, _FORMS, strict=True):
                    made.extend(_asked(article, sentence, form, chance))
    for made in by_form:
        chance.shuffle(made)
    while count > 0 and any(by_form):
        for made in by_form:
            if made and count > 0:
                count -= 1
                yield made.pop()


def _asked(article: Article, sentence: Span, form: Form, chance: random.Random) -> Iterator[Asked]:
    shown = article.text[sentence.start : sentence.end]
    if found := form.pattern.search(shown):
        start, end = (place + sentence.start for place in found.span("answer"))
        question = chance.choice(form.questions).format(found["fact"].strip())
        yield Asked(question + chance.choice(("？", "？", "?", "")), article, Span(start, end))
