"""What one can filter by: the newspapers, authors, articles and dates of the library.

Counted by SQL, as the library page does: no list of all articles is read for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.library.catalogue_queries import MISSING, Sought, Value
from rag.library.library import Library
from rag.library.shelf_queries import Collection, Tag

_MOST_NAMES = 300
_MOST_FOUND = 20


def choices(library: Library) -> dict[str, Any]:
    """Collections; newspapers, authors and tags, the most frequent first; span of dates."""
    collections, tags = library.shelf_counts()
    facets = library.facets(Sought())
    first, last = library.span_of_days()
    return {
        "generation": library.generation,
        "articles": sum(one.articles for one in collections),
        "collections": [_shelf(one) for one in collections[:_MOST_NAMES]],
        "tags": [_shelf(one) for one in tags[:_MOST_NAMES]],
        "newspapers": _names(facets["newspaper"]),
        "authors": _names(facets["author"]),
        "first_day": first,
        "last_day": last,
    }


def titled(library: Library, words: str) -> list[dict[str, str]]:
    """The first articles whose title holds all the words."""
    heads = library.heads_by_key(library.titled_keys(words, _MOST_FOUND))
    return [
        {
            "article_id": one.article.article_id,
            "title": one.article.title,
            "date": one.article.date or "",
        }
        for one in heads
    ]


def _shelf(one: Collection | Tag) -> dict[str, Any]:
    return {"name": one.name, "articles": one.articles}


def _names(values: Sequence[Value]) -> list[str]:
    return [one.value for one in values if one.value != MISSING]
