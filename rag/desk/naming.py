"""Which article a message names without `《》`: by its title, a part of it, or what it is about.

`评估报告的结论是什么`, `社区食堂如何吃得久讲了什么`, `总结一下加装电梯那篇报道`: what a message has
besides the words of its kind is a name if a title holds it; where the message says that it means
an article, it may also be what the article is about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.data_model.answers import Filters
from rag.language.text import fold
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.question.mentions import topic_words
from rag.retrieval.retriever import Retriever

_LEAST = 4
"""Characters of a title by which it is named where nothing else says that an article is meant."""
_TITLES = 50
_TRIED = 4
"""Readings whose words are looked for in titles; each looks through all of them."""
_HITS = 12
_NO_SIGN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Name:
    """What may name an article, folded.

    Attributes:
        readings: the same stretch with more or fewer of the words around it, the shortest first.
        plain: whether the message says that it means an article: `X那篇报道`.
    """

    readings: tuple[str, ...]
    plain: bool

    @property
    def text(self) -> str:
        """The name without any word that may belong to the message's kind."""
        return self.readings[0]


@dataclass(frozen=True, slots=True)
class Namer:
    """Finds the article that is named, in one generation."""

    library: Library
    retriever: Retriever
    embedder: Embedder

    def meant(self, name: Name, filters: Filters) -> str | None:
        """The id of the one article that a name means; None where it may be none or several."""
        titles: Sequence[tuple[str, str]] = ()
        words: Sequence[str] = ()
        for reading in name.readings[:_TRIED]:
            words = topic_words(reading)
            if words and (titles := self._titled(words, filters)):
                break
        if len(titles) == _TITLES:  # there may be more: which are missing is not known
            return None
        for reading in reversed(name.readings):
            if len(reading) >= (2 if name.plain else _LEAST):
                held = [key for key, title in titles if _bare(reading) in _bare(title)]
                if held:
                    return held[0] if len(held) == 1 else None
        if len(titles) == 1 and (name.plain or len(words) > 1):
            return titles[0][0]
        return self._about(name.text, filters) if name.plain and words else None

    def _titled(self, words: Sequence[str], filters: Filters) -> Sequence[tuple[str, str]]:
        """Ids and titles of the articles whose titles hold some words."""
        return self.library.titles_holding(
            words, filters, self.retriever.indexes.generation, _TITLES
        )

    def about(self, topic: str, filters: Filters) -> str | None:
        """The id of the article on a topic: one that its title or nearness tells."""
        return self.meant(Name((topic,), plain=True), filters)

    def _about(self, topic: str, filters: Filters) -> str | None:
        """The article that comes first by its words and by its meaning alike."""
        vector = self.embedder.embed_queries([topic])[0]
        hits = self.retriever.search(" ".join(topic_words(topic)), vector, _HITS, filters)
        first = {hit.article_id for hit in hits if 1 in (hit.dense_rank, hit.lexical_rank)}
        by_words = any(hit.lexical_rank == 1 for hit in hits)
        return first.pop() if by_words and len(first) == 1 else None


def _bare(text: str) -> str:
    """Folded, without marks and spaces: a page breaks titles into lines."""
    return _NO_SIGN.sub("", fold(text))


def readings_of(spans: Sequence[tuple[int, int]], text: str) -> tuple[str, ...]:
    """The stretches of a text, each once, without what only joins them, the shortest first."""
    found = (text[start:end].strip(" ,，。的") for start, end in spans)
    return tuple(sorted(dict.fromkeys(filter(None, found)), key=len))
