"""Questions to start with, made from what is in the library."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from rag.data_model.answers import Answer, Filters, Listing, Question
from rag.data_model.documents import Article
from rag.library.library import Library

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
_LONGEST_TITLE = 24
_SAMPLED = 50
SUGGESTED, _AGAIN = 3, 3
"""Questions that are offered at a time, and how often there are others."""
_TRIED = 6
"""Questions that are asked at most before titles are offered: nobody waits long for a greeting."""
_REMEMBERED = 16


@dataclass(frozen=True, slots=True)
class _Found:
    """What was answered, in order, and what is still to be asked."""

    answered: tuple[str, ...]
    questions: tuple[str, ...]
    titles: tuple[str, ...]


class Suggestions:
    """Questions that a library really answers: each is asked before it is offered.

    Remembers those of the last few generations and filters; safe for many threads, which may ask
    the same at worst.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str], _Found] = OrderedDict()

    def answered(
        self,
        library: Library,
        generation: int,
        filters: Filters,
        ask: Callable[[Question], Answer],
        helped: int,
    ) -> tuple[str, ...]:
        """Questions on articles that the filters admit, others than so many times before.

        The first of all, where there are no more.
        """
        start = SUGGESTED * min(helped, _AGAIN)
        key = generation, filters.model_dump_json()
        known = self._known.get(key) or _to_ask(library, generation, filters)
        known = _grown(known, start + SUGGESTED, filters, ask)
        self._known[key] = known
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return known.answered[start : start + SUGGESTED] or known.answered[:SUGGESTED]


def _to_ask(library: Library, generation: int, filters: Filters) -> _Found:
    keys = library.listed(Listing(filters=filters), generation, _SAMPLED)
    stored = library.articles_by_key(keys) if keys else {}
    articles = [stored[one].article for one in keys]
    return _Found((), tuple(candidates(articles)), tuple(_of_titles(articles)))


def _grown(known: _Found, most: int, filters: Filters, ask: Callable[[Question], Answer]) -> _Found:
    """The same with up to `most` that are answered, nothing asked twice."""
    answered, questions, titles = list(known.answered), known.questions, known.titles
    tried = 0
    while len(answered) < most and tried < _TRIED + SUGGESTED and (questions or titles):
        if questions and (tried < _TRIED or not titles):
            question, questions = questions[0], questions[1:]
        else:
            question, titles = titles[0], titles[1:]
        tried += 1
        if ask(Question(question=question, filters=filters)).answered:
            answered.append(question)
    return _Found(tuple(answered), questions, titles)


def candidates(articles: Iterable[Article], limit: int = 24) -> list[str]:
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


def _of_titles(articles: Iterable[Article]) -> Iterator[str]:
    """Whose gist may be asked for."""
    for article in articles:
        plain = len(article.title) <= _LONGEST_TITLE and article.title.isprintable()
        if plain and not article.title_inferred and not set("《》") & set(article.title):
            yield f"《{article.title}》讲了什么？"


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
