"""The library page's addresses. Uploads and removals go to the API's own, `/v1/articles`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from ingest.files.loading import SUPPORTED, shown_name
from ingest.lines.metadata import split_names
from ingest.storing.corrections import Page, read_pages, store_corrections, stored_page
from rag.errors import ArticleMissing, DocumentError
from rag.library.catalogue_queries import Sought
from rag.library.corrections import Corrected, Correction
from rag.library.library import Library
from rag.library.records import ArticleHead, StoredArticle
from rag.library.shelf_names import shelf_name
from ui.accounts.roles import Role, remark, who_asks
from ui.api.base import engine_of
from ui.api.wire import Text
from ui.engine import Engine, Pipeline
from ui.frame import framed
from ui.intake.uploads import keep
from ui.jobs.wording import in_words
from ui.library_page import rendering
from ui.library_page import shelves as shelving
from ui.library_page.editing import article_html
from ui.library_page.previews import Previews

_HITS = 50
_BINNED_SHOWN = 300
_LONGEST_WORDS = 200

router = APIRouter(prefix="/library", include_in_schema=False)

Change = Callable[[Page], list[Corrected]]
Preview = Annotated[str, Query(max_length=40)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AmendBody(_Body):
    """The form of an article's particulars; authors as people write them."""

    title: Text = Field(max_length=1000)
    authors: Text = Field(max_length=5000)
    newspaper: Text = Field(max_length=1000)
    date: Text = Field(max_length=100)
    page: Text = Field(max_length=100)


class PlaceBody(_Body):
    """A paragraph, and where in it."""

    n: int = Field(ge=1, le=10**6, strict=True)
    piece: int = Field(default=0, ge=0, le=10**6, strict=True)
    target: Text = Field(default="", max_length=500)


@router.get("")
async def page(request: Request) -> HTMLResponse:
    """The page."""
    return framed("library_page", demo=request.app.state.engine.demo)


@router.get("/overview")
async def overview(request: Request, collection: str = "", tag: str = "") -> dict[str, Any]:
    """The collections and tags, what lies in the bin, how much no longer answers.

    A collection or tag that is gone is as good as none. The bin is for those who may put back.
    """
    sees_bin = who_asks(request).role >= Role.EDITOR

    def read(pipeline: Pipeline) -> dict[str, Any]:
        library = pipeline.library
        shelves, tags = library.shelf_counts()
        chosen = collection if any(one.name == collection for one in shelves) else ""
        marked = tag if any(one.name == tag for one in tags) else ""
        past = rendering.gone_html(library.count_sought(Sought(view="superseded")))
        if sees_bin:
            binned = library.binned(limit=_BINNED_SHOWN)
            past = shelving.bin_html(binned, library.count_binned()) + past
        return {
            "count": sum(one.articles for one in shelves),
            "collection": chosen,
            "tag": marked,
            "shelves": shelving.shelves_html(shelves, chosen, engine_of(request).settings.quota),
            "managing": shelving.managing_html(shelves, chosen),
            "options": shelving.options_html(shelves, tags, marked),
            "gone": past,
            "formats": " ".join(sorted(SUPPORTED)),
        }

    return await engine_of(request).run(read)


@router.get("/search")
async def search(request: Request, query: str) -> dict[str, str]:
    """Where the words stand."""
    hits = await engine_of(request).run(lambda pipeline: pipeline.search(query, _HITS))
    return {"html": rendering.hits_html(hits, query)}


@router.get("/rows")
async def rows(request: Request, ids: str) -> dict[str, Any]:
    """The rows of articles that an upload gave, and how many a file of the same name has."""

    def read(pipeline: Pipeline) -> dict[str, Any]:
        found = [pipeline.library.article(one) for one in ids.split(",")[:100] if one]
        return {
            "html": "".join(
                rendering.row_html(ArticleHead.of(one.article), one.file) for one in found
            ),
            "namesakes": len(_namesakes(pipeline.library, found[0])) if found else 0,
        }

    return await engine_of(request).run(read)


@router.post("/previews")
async def preview(request: Request) -> dict[str, Any]:
    """Look at a file without storing it; the body is the file, `X-File-Name` its name."""
    engine = engine_of(request)
    name = shown_name(unquote(request.headers.get("x-file-name", "")))
    content = await request.body()
    previews = Previews(engine.settings.data_dir)
    preview_id = await run_in_threadpool(previews.add, name, content)
    try:
        found = await engine.look(lambda pipeline: _previewed(engine, pipeline, preview_id))
    except DocumentError:
        previews.discard(preview_id)
        raise
    html = "".join(
        rendering.row_html(ArticleHead.of(article), one.source.name, preview=preview_id)
        for one in found
        for article in one.articles
    )
    return {"preview_id": preview_id, "html": html}


@router.post("/previews/{preview_id}/store")
async def store_preview(
    preview_id: str, request: Request, collection: Annotated[str, Query(max_length=200)] = ""
) -> dict[str, Any]:
    """Store a file that was looked at, with what was set right in it, in a collection."""
    engine = engine_of(request)
    previews = Previews(engine.settings.data_dir)
    into = shelf_name(collection) if collection else None

    def keep_file() -> dict[str, Any]:
        file = previews.file(preview_id)
        with file.open("rb") as content:
            kept = keep(engine.settings.data_dir, file.name, content)
        remark(request, files=[kept.name], collection=into)
        job = engine.intake.submit([shown_name(kept.name)], [kept], into)
        previews.discard(preview_id)
        return in_words(job.as_json())

    return await run_in_threadpool(keep_file)


@router.delete("/previews/{preview_id}")
async def discard_preview(preview_id: str, request: Request) -> dict[str, str]:
    """Forget a file that was looked at."""
    await run_in_threadpool(Previews(engine_of(request).settings.data_dir).discard, preview_id)
    return {}


@router.get("/articles/{article_id:path}")
async def show(
    article_id: str,
    request: Request,
    preview: Preview = "",
    words: Annotated[str, Query(max_length=_LONGEST_WORDS)] = "",
) -> dict[str, str]:
    """An article to look at and set right; words that were searched for are marked."""
    engine = engine_of(request)

    def read(pipeline: Pipeline) -> str:
        found = _page_of(engine, pipeline, pipeline.library, article_id, preview)
        return article_html(found, found.article(article_id), preview, words)

    return {"html": await (engine.look(read) if preview else engine.run(read))}


@router.post("/articles/{article_id:path}/replace")
async def replace(article_id: str, request: Request) -> dict[str, int]:
    """Remove what other files of the same name as this article's hold."""
    engine = engine_of(request)

    def read(pipeline: Pipeline) -> Sequence[str]:
        return _namesakes(pipeline.library, pipeline.library.article(article_id))

    older = await engine.run(read)
    if not older:
        return {"removed": 0}
    await asyncio.wrap_future(engine.intake.remove(older))
    return {"removed": len(older)}


@router.post("/articles/{article_id:path}/amend")
async def amend(
    article_id: str, body: AmendBody, request: Request, preview: Preview = ""
) -> dict[str, str]:
    """Set an article's particulars right."""
    said = Correction(
        title=body.title,
        authors=split_names(body.authors),
        newspaper=body.newspaper.strip(),
        date=body.date.strip(),
        page=body.page.strip(),
    )
    return await _changed(request, article_id, preview, lambda page: page.amend(article_id, said))


@router.post("/articles/{article_id:path}/split")
async def split(
    article_id: str, body: PlaceBody, request: Request, preview: Preview = ""
) -> dict[str, str]:
    """Undo a join."""
    return await _changed(
        request, article_id, preview, lambda page: page.split(article_id, body.n, body.piece)
    )


@router.post("/articles/{article_id:path}/join")
async def join(
    article_id: str, body: PlaceBody, request: Request, preview: Preview = ""
) -> dict[str, str]:
    """Join a paragraph and the next."""
    return await _changed(request, article_id, preview, lambda page: page.join(article_id, body.n))


@router.post("/articles/{article_id:path}/move")
async def move(
    article_id: str, body: PlaceBody, request: Request, preview: Preview = ""
) -> dict[str, str]:
    """Give a paragraph to another article of the file."""
    return await _changed(
        request, article_id, preview, lambda page: page.move(article_id, body.n, body.target)
    )


async def _changed(
    request: Request, article_id: str, preview: str, change: Change
) -> dict[str, str]:
    """Make a change in its turn, and show the article as it stands then."""
    engine = engine_of(request)
    pipeline = await engine.run(lambda pipeline: pipeline)
    title = "" if preview else await engine.run(lambda one: _title_of(one.library, article_id))

    def work(library: Library) -> str:
        page = _page_of(engine, pipeline, library, article_id, preview)
        corrected = change(page)
        if corrected:
            store_corrections(
                library, page.source.sha256, corrected, pipeline.embedder, engine.settings
            )
        page = _page_of(engine, pipeline, library, article_id, preview)
        return article_html(page, page.article(article_id), preview)

    return {"html": await asyncio.wrap_future(engine.intake.change(work, title))}


def _title_of(library: Library, article_id: str) -> str:
    return library.article(article_id).article.title


def _namesakes(library: Library, stored: StoredArticle) -> Sequence[str]:
    """Live articles from another file of this name: most likely an earlier state of it."""
    return library.namesakes(stored.file, stored.path)


def _page_of(
    engine: Engine, pipeline: Pipeline, library: Library, article_id: str, preview: str
) -> Page:
    if not preview:
        return stored_page(library, article_id)
    for page in _previewed(engine, pipeline, preview, library):
        if any(article.article_id == article_id for article in page.articles):
            return page
    raise ArticleMissing(article_id=article_id)


def _previewed(
    engine: Engine, pipeline: Pipeline, preview_id: str, library: Library | None = None
) -> list[Page]:
    file = Previews(engine.settings.data_dir).file(preview_id)
    return read_pages(file, library or pipeline.library, pipeline.embedder, lambda _: None)
