"""What a question is about: without the words that ask, or that ask for somebody's view."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate

from rag.language.names import SAYING
from rag.question.understanding import ParsedQuestion, content_words, without_end_marks

VIEW = re.compile(
    rf"(?<!被)(?!称[为作呼号重]|讲[题座师课坛台堂解习]|说明|建议书|介绍信)(?P<says>{SAYING})|怎[么样]看|如何看|看待|看法|看来|观点|意见|态度|评价|理解|担心|担忧|顾虑|盼望|期待|希望|赞成|同意|反对"
    "|说法|打算|承认|判断|忧虑|主意|想法|印象"
)
"""Words that ask for somebody's view; `view_in` looks for them."""

_ASKING = re.compile(
    rf"{VIEW.pattern}|[提说谈讲做]了?(?=[哪什几])|有(?=[哪什几何])|面临|存在|最|有何|什么|哪[些几]|为什么|为何"
    "|怎[么样]|如何|的?问题(?:上|(?=[?]|$))|不同|分歧|异同|区别|差别|一致"
)
TOPIC_END = re.compile(
    r"是|有|的|住|叫|当|怎|如何|为什么|为何|什么|多少|几|认为|表示|说|在|要|能|会|可以|应|哪|何|谁|吗|呢|被|把|对|一共|总共|预计|将"
)


def view_in(folded: str, start: int = 0) -> re.Match[str] | None:
    """The first word that asks for a view; 说 in 传说 is none."""
    found = VIEW.finditer(folded, start)
    return next((v for v in found if not v["says"] or v.start() in _word_starts(folded)), None)


def _word_starts(folded: str) -> set[int]:
    import rjieba

    return set(accumulate(map(len, rjieba.cut(folded)), initial=0))


def topic_of_view(question: ParsedQuestion) -> ParsedQuestion:
    """The question without the words that ask for a view: what is left is what it is about."""
    topic = _ASKING.sub(" ", question.searched)
    terms = content_words(topic)
    return replace(question, searched=topic, terms=terms) if terms else question


def topic_of(before: str) -> str:
    """What a folded question is about: the words before it starts to ask; for 什么是X, X."""
    before = without_end_marks(before)
    turned = re.match(r"^(?:什么是|何谓|何为|什么叫|谁是|介绍一下|请问)(?P<rest>.+)$", before)
    if turned:
        return turned.group("rest")
    match = TOPIC_END.search(before, 1)
    return before[: match.start()] if match else before
