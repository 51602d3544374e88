"""The list of articles, a page at a time: sought, sorted, counted; and what was replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from rag.errors import ArticleMissing
from rag.library.catalogue_queries import FACETS, Sort, Sought, View
from rag.library.library import Library
from ui.accounts.roles import Role, who_asks
from ui.api.base import engine_of
from ui.api.shelf_wire import MOST_AT_ONCE
from ui.engine import Pipeline
from ui.library_page import listing

PAGE = 50
_MOST_PAGES = 10**6

router = APIRouter(prefix="/library", include_in_schema=False)
Name = Annotated[str, Query(max_length=300)]


def sought_of(  # noqa: PLR0917 (an address has names, no positions)
    words: Annotated[str, Query(max_length=200)] = "",
    newspaper: Name = "",
    year: Annotated[str, Query(max_length=10)] = "",
    author: Name = "",
    format: Annotated[str, Query(max_length=40)] = "",  # noqa: A002
    collection: Name = "",
    tag: Name = "",
    view: View = "live",
) -> Sought:
    """What an address asks for."""
    return Sought(words, newspaper, year, author, format, collection, tag, view)


Asked = Annotated[Sought, Depends(sought_of)]


@router.get("/list")
async def page_of_the_list(
    request: Request,
    asked: Asked,
    sort: Sort = "stored",
    page: Annotated[int, Query(ge=1, le=_MOST_PAGES)] = 1,
) -> dict[str, Any]:
    """A page of the list; a page past the last is the last."""

    def read(pipeline: Pipeline) -> dict[str, Any]:
        library = pipeline.library
        sought = _known(library, asked)
        count = library.count_sought(sought)
        pages = max(1, -(-count // PAGE))
        at = min(page, pages)
        keys = library.sought_keys(sought, sort, PAGE, (at - 1) * PAGE)
        heads = library.heads_by_key(keys)
        if sought.view == "superseded":
            newer = library.replaced([one.path for one in heads])
            rows = listing.superseded_html(heads, newer)
        else:
            alike = library.alike_counts([one.group for one in heads])
            say_where = not sought.collection and len(library.collection_names()) > 1
            rows = listing.articles_html(heads, alike, sought, say_where=say_where)
        return {
            "count": count,
            "most": MOST_AT_ONCE,
            "page": at,
            "pages": pages,
            "articles": rows,
            "pager": listing.pager_html(at, pages),
        }

    return await engine_of(request).run(read)


@router.get("/ids")
async def ids(request: Request, asked: Asked) -> dict[str, Sequence[str]]:
    """Ids of all that a list has, at most as many as are changed at once."""
    found = await engine_of(request).run(
        lambda one: one.library.sought_ids(_known(one.library, asked), MOST_AT_ONCE)
    )
    return {"ids": found}


@router.get("/facets")
async def facets(request: Request, asked: Asked) -> dict[str, str]:
    """The choices of each facet with their counts, under what else is sought."""
    found = await engine_of(request).run(
        lambda pipeline: pipeline.library.facets(_known(pipeline.library, asked))
    )
    return {name: listing.facet_html(name, found[name], getattr(asked, name)) for name in FACETS}


@router.get("/superseded/{key}")
async def superseded(key: int, request: Request) -> dict[str, str]:
    """The text of an article that no longer answers, to be read.

    What was removed, and has no newer version, is for those who may see the bin.
    """
    sees_all = who_asks(request).role >= Role.EDITOR

    def read(pipeline: Pipeline) -> dict[str, str]:
        stored = pipeline.library.articles_by_key([key]).get(key) if 0 < key < 2**63 else None
        binned = stored is not None and any(one.key == key for one in pipeline.library.binned())
        if stored is None or not stored.superseded or binned:  # the bin has its own place
            raise ArticleMissing(article_id=key)
        newer = stored.path in pipeline.library.replaced([stored.path])
        if not newer and not sees_all:
            raise ArticleMissing(article_id=key)
        return {"html": listing.old_article_html(stored, newer=newer)}

    return await engine_of(request).run(read)


def _known(library: Library, sought: Sought) -> Sought:
    """A collection or tag that is gone is as good as none."""
    if sought.collection and sought.collection not in library.collection_names():
        sought = replace(sought, collection="")
    if sought.tag and not library.has_tag(sought.tag):
        sought = replace(sought, tag="")
    return sought
