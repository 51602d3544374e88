"""Newspapers and days for articles that have none: the line that the product shows over a passage.

What `我市` and `去年` mean stands in that line only, and questions name the place and the year.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.reader_training.cloze import tagged
from rag.data_model.documents import Article

_PAPERS = ("日报", "晚报", "早报", "都市报", "商报", "时报", "新报", "青年报", "观察报")
_YEARS = range(2005, 2028)
_HEAD = 400
"""Characters of an article that are searched for its place."""
_OWN_PLACE = 0.7
"""The share of newspapers that are of a place that the article names."""


def with_sources(
    articles: Sequence[Article], share: float, chance: random.Random
) -> Iterator[Article]:
    """The articles, a `share` of them with a made-up newspaper and day.

    The year is the last one that the text names, if it names any since 2005.
    """
    places = [_places(article) for article in articles]
    everywhere = sorted({place for found in places for place in found})
    for article, own in zip(articles, places, strict=True):
        if chance.random() >= share or not everywhere:
            yield article
            continue
        near = own if own and chance.random() < _OWN_PLACE else everywhere
        newspaper = chance.choice(near) + chance.choice(_PAPERS)
        yield replace(article, newspaper=newspaper, date=_day(article.text, chance))


def _places(article: Article) -> list[str]:
    """Names of places, the short ones that newspapers are called by."""
    words = tagged(article.text[:_HEAD])
    return sorted({word for word, tag, _ in words if tag == "ns" and 1 < len(word) < 4})


def _day(text: str, chance: random.Random) -> str:
    named = [year for year in _YEARS if f"{year}年" in text]
    year = max(named) if named else chance.choice(_YEARS)
    return f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
