"""Which articles there are: titles as quotes, by newspaper and day, counted.

A title is quoted where it stands in the file, over the text; where it came with the text from
elsewhere, or the program made it up, the article's first sentence is quoted in its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.data_model.answers import Citation, Filters, Group, Listing, Overview
from rag.data_model.documents import Span
from rag.desk.requests import Request
from rag.language.text import sentence_spans, trim_span
from rag.library.library import Library
from rag.library.records import StoredArticle
from rag.question.mentions import topic_words
from rag.question.term_weights import TermWeights
from rag.quoting.quotes import SURE, LineQuote, Quotable, Quote, citation
from rag.retrieval.retriever import Retriever
from rag.wording.rendering import MOST_ON_TOPIC

SHOWN = 20
"""Articles that are listed at a time."""
_PASSAGES_ON_TOPIC = 2000
_LONGEST = 80
"""Characters of a first sentence that are quoted, where it stands in for a title."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list and what it quotes, a citation for each article that is shown."""

    overview: Overview
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists the articles of one generation."""

    library: Library
    retriever: Retriever

    def listed(
        self,
        request: Request,
        filters: Filters,
        weights: TermWeights,
        *,
        offset: int = 0,
        this_page: Filters | None = None,
        asks_which: bool = False,
    ) -> Listed:
        """The articles that a message asks for.

        Args:
            request: the message.
            filters: set by the asker; what they set is not set again.
            weights: of the message's words, which are shown in the quotes.
            offset: so many were listed before.
            this_page: newspaper, day and page that are being talked about.
            asks_which: whether one of them has to be chosen.
        """
        listing, newest = self._listing(request, filters, offset, this_page)
        generation = self.retriever.indexes.generation
        total = self.library.count_listed(listing, generation)
        stored = self._stored(self.library.listed(listing, generation, SHOWN))
        citations = tuple(
            citation(n, self._quote(one), weights) for n, one in enumerate(stored, start=1)
        )
        overview = Overview(
            listing=listing,
            total=total,
            groups=self._groups(listing, citations) if citations else (),
            topic=request.topic or None,
            newest=newest,
            asks_which=asks_which and total > 0,
        )
        return Listed(overview, citations)

    def _listing(
        self, request: Request, filters: Filters, offset: int, this_page: Filters | None
    ) -> tuple[Listing, bool]:
        """What is asked for, within the filters; and whether its day is counted back."""
        source = request.source
        named: dict[str, object] = {
            "newspaper": source.newspaper,
            "page": source.page,
            "date_from": source.date_from,
            "date_to": source.date_to,
        }
        if source.this_page and this_page is not None:
            named |= {name: getattr(this_page, name) for name in named}
        named["author"] = request.author
        if request.topic:
            named["articles"] = self._on(request.topic, filters)
        wanted = {
            n: v for n, v in named.items() if v and (n == "articles" or not getattr(filters, n))
        }
        merged = filters.model_copy(update=wanted)
        newest = source.days_ago is not None and not merged.date_from
        if newest:
            day = self._day_before(merged, source.days_ago or 0)
            merged = merged.model_copy(update={"date_from": day, "date_to": day})
        listing = Listing(filters=merged, month_day=source.month_day, offset=offset)
        return listing, newest and merged.date_from is not None

    def _day_before(self, filters: Filters, days: int) -> str | None:
        """The library's newest day, or one before it; None where no article has a day."""
        newest = self.library.newest_day(filters, self.retriever.indexes.generation)
        try:
            return (date.fromisoformat(newest or "") - timedelta(days=days)).isoformat()
        except ValueError:
            return newest

    def _on(self, topic: str, filters: Filters) -> tuple[str, ...]:
        """Ids of the articles that mention a topic, the most telling first."""
        rows = self.retriever.indexes.lexical.holding(topic_words(topic), _PASSAGES_ON_TOPIC)
        ids = dict.fromkeys(self.library.article_ids_of(rows))
        among = set(filters.articles)
        found = [article_id for article_id in ids if not among or article_id in among]
        return tuple(found[:MOST_ON_TOPIC]) or ("",)

    def _stored(self, keys: Sequence[int]) -> list[StoredArticle]:
        found = self.library.articles_by_key(keys) if keys else {}
        return [found[key] for key in keys]

    def _quote(self, stored: StoredArticle) -> Quotable:
        return title_quote(stored, self.library.source_of(stored.key).text) or opening(stored)

    def _groups(self, listing: Listing, citations: Sequence[Citation]) -> tuple[Group, ...]:
        """The shown articles by newspaper and day, in their order."""
        generation = self.retriever.indexes.generation
        shelves = self.library.shelves(listing, generation)
        counts = {(shelf.newspaper, shelf.date): shelf.count for shelf in shelves}
        numbers: dict[tuple[str | None, str | None], list[int]] = {}
        for one in citations:
            numbers.setdefault((one.newspaper, one.date), []).append(one.n)
        return tuple(
            Group(newspaper=name, date=day, count=counts[name, day], citations=tuple(found))
            for (name, day), found in numbers.items()
        )


def title_quote(stored: StoredArticle, source: str) -> LineQuote | None:
    """The title where it stands over the text, the nearest to it; None where it does not."""
    article = stored.article
    if article.title_inferred or not article.title.strip():
        return None
    before = source[: article.paragraphs[0].spans[0].start]
    at = before.rfind(article.title)
    span = Span(at, at + len(article.title)) if at >= 0 else _broken(article.title, before)
    if span is None:
        return None
    text = source[span.start : span.end]
    return LineQuote(stored, 1, span, text, SURE, chosen="title")


def _broken(title: str, before: str) -> Span | None:
    """Where a title stands that the page broke into lines."""
    pattern = r"\s*".join(map(re.escape, "".join(title.split())))
    found = [Span(*match.span()) for match in re.finditer(pattern, before)]
    return found[-1] if found else None


def opening(stored: StoredArticle) -> Quote:
    """An article's first sentence, as far as it is short."""
    paragraph = next((p for p in stored.article.paragraphs if p.text.strip()), None)
    paragraph = paragraph or stored.article.paragraphs[0]
    start = stored.article.paragraph_starts[paragraph.n - 1]
    spans = sentence_spans(paragraph.text) or [Span(0, len(paragraph.text))]
    first = trim_span(paragraph.text, spans[0].start, min(spans[0].end, spans[0].start + _LONGEST))
    first = first or spans[0]
    return Quote(stored, paragraph.n, start + first.start, start + first.end, SURE, chosen="title")
