"""Questions to start with, made from what is in the library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from rag.documents import Article

# A paragraph that begins with `X是` and goes on to explain X defines it.
_DEFINITION = re.compile(r"^([\u4e00-\u9fffA-Za-z0-9]{2,10}?)(?:是指|指的是|是)(?=[^，。]{6,})")
_NOT_A_SUBJECT = re.compile(r"[这那此其它他她我你也都就还不只又最可但正更]|^[一二三四五六七八九十]")


def suggestions(articles: Iterable[Article], limit: int = 4) -> list[str]:
    """At most `limit` questions, from different articles as far as they go."""
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


def _questions(article: Article) -> Iterator[str]:
    for paragraph in article.paragraphs:
        match = _DEFINITION.match(paragraph.text)
        if match and not _NOT_A_SUBJECT.search(match[1]):
            yield f"{match[1]}是什么？"
    for paragraph in article.paragraphs:
        if paragraph.speaker and paragraph.section and len(paragraph.section) <= 20:
            yield f"{paragraph.speaker}怎么看“{paragraph.section}”？"
