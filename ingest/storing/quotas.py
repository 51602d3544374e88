"""How much the library and each collection may hold, and what is refused beyond that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.data_model.answers import Filters
from rag.data_model.documents import Article
from rag.errors import QuotaReached
from rag.library.heirs import Change
from rag.library.library import Library
from rag.library.shelf_queries import Collection
from rag.settings import QuotaSettings


@dataclass(slots=True)
class _Held:
    """What something holds and may hold; a limit of 0 is none."""

    name: str
    setting: str
    articles: int
    characters: int
    most_articles: int
    most_characters: int

    def refusal(self, articles: int, characters: int) -> QuotaReached | None:
        """Why so much more is too much; None where it is not."""
        for unit, key, now, more, most in (
            ("篇", "articles", self.articles, articles, self.most_articles),
            ("字", "characters", self.characters, characters, self.most_characters),
        ):
            if most and more > 0 and now + more > most:
                return QuotaReached(
                    what=self.name,
                    limit=f"{most} {unit}",
                    now=f"{now} {unit}",
                    more=f"{more} {unit}",
                    setting=f"quota.{self.setting}{key}",
                )
        return None

    def add(self, articles: int, characters: int) -> None:
        """So much more is held."""
        self.articles += articles
        self.characters += characters


class Room:
    """What an ingest may still add. What takes the place of something takes no more than it had.

    Args:
        library: as it is now; kept up to date by what is let in.
        quota: the limits.
        collection: where new articles go; None: the default one.
    """

    def __init__(self, library: Library, quota: QuotaSettings, collection: str | None) -> None:
        self._library, self._collection = library, collection
        self._bounded = quota != QuotaSettings()
        shelves = library.collections() if self._bounded else []
        self._whole = _of_library(shelves, quota)
        self._held = {one.id: _of_collection(one, quota) for one in shelves}

    def refusal(
        self, path: str, input_path: str, articles: Sequence[Article]
    ) -> QuotaReached | None:
        """Why a document is too much; None: it is let in, and counts from now on.

        Args:
            path: of the document, whose earlier articles go.
            input_path: of the file that it is in.
            articles: that it has now.
        """
        if not self._bounded:
            return None
        changes = self._library.room_changes(path, input_path, articles, self._collection)
        whole = Change()
        for change in changes.values():
            whole.add(change.articles, change.characters)
        pairs = [(self._whole, whole)]
        pairs += [(self._held[one], change) for one, change in changes.items()]
        for held, change in pairs:
            if (refusal := held.refusal(change.articles, change.characters)) is not None:
                return refusal
        for held, change in pairs:
            held.add(change.articles, change.characters)
        return None


def check_move(
    library: Library,
    quota: QuotaSettings,
    collection: str,
    article_ids: Sequence[str],
    filters: Filters,
) -> None:
    """That a collection takes the articles which are to be moved into it.

    Raises:
        QuotaReached: they are too many.
        ArticleMissing, CollectionMissing: as the move itself would say.
    """
    bounded = quota.collection_articles or quota.collection_characters
    if not bounded or (not article_ids and filters.empty):
        return
    target = library.collection(collection)
    chosen = library.chosen(article_ids, filters)
    where = library.collections_of(chosen, library.generation)
    coming = [one for one in chosen if where.get(one) != target.name]
    characters = library.characters_of(coming)
    refusal = _of_collection(target, quota).refusal(len(coming), characters)
    if refusal is not None:
        raise refusal


def _of_library(shelves: Sequence[Collection], quota: QuotaSettings) -> _Held:
    return _Held(
        "文章库",
        "",
        sum(one.articles for one in shelves),
        sum(one.characters for one in shelves),
        quota.articles,
        quota.characters,
    )


def _of_collection(one: Collection, quota: QuotaSettings) -> _Held:
    return _Held(
        f"文集“{one.name}”",
        "collection_",
        one.articles,
        one.characters,
        quota.collection_articles,
        quota.collection_characters,
    )
