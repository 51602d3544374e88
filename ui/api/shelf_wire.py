"""Bodies of requests about collections, tags and the bin, and their JSON forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from rag.library.bin_queries import Binned
from rag.library.shelf_queries import Collection
from rag.settings import QuotaSettings
from ui.api.wire import Body, FiltersBody, Text

MOST_AT_ONCE = 10_000
"""Articles of one change."""


class NameBody(Body):
    """The name of a collection."""

    name: Text = Field(examples=["2024 年"])


class ChosenBody(Body):
    """Which articles: by their ids, or else by filters."""

    articles: tuple[Text, ...] = Field(
        default=(), examples=[["示例编号"]], description="文章编号", max_length=MOST_AT_ONCE
    )
    filters: FiltersBody = Field(default=FiltersBody(), description="没有写编号时，用它选出文章")


class ShelvingBody(ChosenBody):
    """What is to be done with articles; what is left out stays as it is."""

    collection: Text | None = Field(
        default=None, examples=["2024 年"], description="移到这个文集，写它的名称"
    )
    add_tags: tuple[Text, ...] = Field(default=(), description="加上标签", max_length=100)
    remove_tags: tuple[Text, ...] = Field(default=(), description="去掉标签", max_length=100)


class BinnedIdsBody(Body):
    """Articles in the bin."""

    articles: tuple[Text, ...] = Field(
        examples=[["示例编号"]], description="文章编号", max_length=MOST_AT_ONCE
    )


class PurgeBody(Body):
    """Articles in the bin, or all that is there."""

    articles: tuple[Text, ...] | None = Field(
        default=None,
        examples=[["示例编号"]],
        description="文章编号；不写就是全部",
        max_length=MOST_AT_ONCE,
    )


class CollectionBody(BaseModel):
    """A named set of articles."""

    collection_id: int
    name: str = Field(examples=["默认文集"])
    default: bool = Field(description="没有指定文集的文章都在默认文集里，它不能删除")
    articles: int = Field(description="篇数")
    characters: int = Field(description="正文的字数")


class HeldBody(BaseModel):
    """What a collection holds, or the library, and the most that it may; 0 is no limit."""

    name: str
    articles: int
    articles_limit: int
    characters: int
    characters_limit: int


class QuotaBody(BaseModel):
    """The same of all."""

    library: HeldBody
    collections: list[HeldBody]


class TagBody(BaseModel):
    """A tag, and how many articles have it."""

    name: str
    articles: int


class BinnedBody(BaseModel):
    """A removed article that can be put back."""

    article_id: str
    title: str
    newspaper: str | None
    date: str | None
    page: str | None
    file: str
    collection: str | None
    tags: list[str]
    removed_at: str = Field(examples=["2024-03-05T08:00:00+00:00"])
    kept_until: str = Field(description="过了这时就不能恢复")


def collection_json(collection: Collection) -> dict[str, Any]:
    """A collection, as the command line and the API give it."""
    return {
        "collection_id": collection.id,
        "name": collection.name,
        "default": collection.is_default,
        "articles": collection.articles,
        "characters": collection.characters,
    }


def quota_json(collections: Sequence[Collection], quota: QuotaSettings) -> dict[str, Any]:
    """What is held and may be held."""

    def held(name: str, shelves: Sequence[Collection], articles: int, characters: int) -> Any:
        return {
            "name": name,
            "articles": sum(one.articles for one in shelves),
            "articles_limit": articles,
            "characters": sum(one.characters for one in shelves),
            "characters_limit": characters,
        }

    return {
        "library": held("文章库", collections, quota.articles, quota.characters),
        "collections": [
            held(one.name, [one], quota.collection_articles, quota.collection_characters)
            for one in collections
        ],
    }


def binned_json(binned: Binned) -> dict[str, Any]:
    """What lies in the bin, as the command line and the API give it."""
    return {
        "article_id": binned.article_id,
        "title": binned.title,
        "newspaper": binned.newspaper,
        "date": binned.date,
        "page": binned.page,
        "file": binned.file,
        "collection": binned.collection,
        "tags": list(binned.tags),
        "removed_at": binned.removed_at.isoformat(),
        "kept_until": binned.kept_until.isoformat(),
    }
