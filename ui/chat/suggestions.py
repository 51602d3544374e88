"""Questions to start with, made from what is in the library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from rag.documents import Article
from ui.chat.escaping import escaped

# A paragraph that begins with `X是` and goes on to explain X defines it.
_DEFINITION = re.compile(r"^([\u4e00-\u9fffA-Za-z0-9]{2,10}?)(?:是指|指的是|是)(?=[^，。]{6,})")
_NOT_A_SUBJECT = re.compile(
    r"[这那此其它他她我你也都就还不只又最可但正更哪谁何]|什么|怎|多少|^[一二三四五六七八九十]"
)
# `X有38座`: a number of something that the subject has; asked back as `X有多少座`.
_COUNTED = re.compile(
    r"(?:^|[。；\n])([\u4e00-\u9fff]{3,14}?)(共有|现有|拥有|设有|建有|有)"
    r"\d+(?:\.\d+)?万?([个座所家条台辆名人间处艘架项])([\u4e00-\u9fff]{0,6})(?=[，。；])"
)
_LONGEST_HEADING = 20


def candidates(articles: Iterable[Article], limit: int = 16) -> list[str]:
    """At most `limit` questions, taking turns between the articles."""
    queues = [_questions(article) for article in articles]
    chosen: dict[str, None] = {}
    while queues and len(chosen) < limit:
        for queue in list(queues):
            question = next(queue, None)
            if question is None:
                queues.remove(queue)
            else:
                chosen.setdefault(question)
    return list(islice(chosen, limit))


def suggestion_html(questions: Iterable[str]) -> str:
    """Questions as buttons."""
    buttons = "".join(
        f'<button type="button" class="yj-suggestion" data-ask="{escaped(question)}">'
        f"{escaped(question)}</button>"
        for question in questions
    )
    if not buttons:
        return ""
    label = '<p class="yj-label">可以这样问</p>'
    return f'{label}<div class="yj-suggestions">{buttons}</div>'


def _questions(article: Article) -> Iterator[str]:
    for paragraph in article.paragraphs:
        match = _DEFINITION.match(paragraph.text)
        if match and not _NOT_A_SUBJECT.search(match[1]):
            yield f"{match[1]}是什么？"
    for match in _COUNTED.finditer(article.text):
        subject, verb, measure, thing = match.groups()
        if not _NOT_A_SUBJECT.search(subject):
            yield f"{subject}{verb}多少{measure}{thing}？"
    for paragraph in article.paragraphs:
        if paragraph.speaker and paragraph.section and len(paragraph.section) <= _LONGEST_HEADING:
            yield f"{paragraph.speaker}怎么看“{paragraph.section}”？"
