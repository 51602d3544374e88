"""What one can filter by: the newspapers, authors, articles and dates of the library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rag.language.text import fold
from rag.library.library import Library
from rag.library.records import StoredHead
from rag.library.shelf_queries import Collection, Tag

_MOST_NAMES = 300
_MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a filter names it."""

    article_id: str
    title: str
    newspaper: str | None
    date: str | None
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The articles of one generation of the library."""

    generation: int
    articles: tuple[Listed, ...]
    collections: tuple[Collection, ...] = ()
    tags: tuple[Tag, ...] = ()

    @classmethod
    def of(cls, library: Library) -> Catalogue:
        """Read it from the library."""
        generation = library.generation
        articles = tuple(_listed(stored) for stored in library.heads())
        return cls(generation, articles, tuple(library.collections()), tuple(library.tags()))

    def choices(self) -> dict[str, Any]:
        """Collections; newspapers, authors and tags, the most frequent first; span of dates."""
        days = sorted(article.date for article in self.articles if article.date)
        return {
            "generation": self.generation,
            "articles": len(self.articles),
            "collections": [_shelf(one) for one in self.collections[:_MOST_NAMES]],
            "tags": [_shelf(one) for one in self.tags[:_MOST_NAMES]],
            "newspapers": _frequent(a.newspaper for a in self.articles if a.newspaper),
            "authors": _frequent(author for a in self.articles for author in a.authors),
            "first_day": days[0] if days else None,
            "last_day": days[-1] if days else None,
        }

    def find(self, words: str) -> list[dict[str, str]]:
        """The first articles whose title holds all the words."""
        wanted = fold(words).split()
        found = (a for a in self.articles if all(word in fold(a.title) for word in wanted))
        return [
            {"article_id": article.article_id, "title": article.title, "date": article.date or ""}
            for article, _ in zip(found, range(_MOST_FOUND), strict=False)
        ]


def _shelf(one: Collection | Tag) -> dict[str, Any]:
    return {"name": one.name, "articles": one.articles}


def _listed(stored: StoredHead) -> Listed:
    article = stored.article
    return Listed(
        article.article_id, article.title, article.newspaper, article.date, article.authors
    )


def _frequent(names: Iterable[str]) -> Sequence[str]:
    return [name for name, _ in Counter(names).most_common(_MOST_NAMES)]
