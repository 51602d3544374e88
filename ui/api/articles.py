"""`/v1/articles`: what is in the library, and how it gets there and goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from ingest.files.loading import shown_name
from rag.errors import BadRequest, Busy, TooManyFiles
from rag.library.records import StoredHead
from rag.library.shelf_names import shelf_name
from ui.accounts.roles import remark
from ui.api.base import FAILURES, engine_of, failures
from ui.api.wire import (
    ArticleSummary,
    ArticleWhole,
    FiltersBody,
    JobBody,
    article_summary,
    article_whole,
)
from ui.engine import Engine, Pipeline
from ui.intake.jobs import Job
from ui.intake.uploads import discard_unused, keep
from ui.jobs.wording import in_words
from ui.security import error_response

MOST_FILES = 100
_MOST_FIELDS = 16
_POLL_SECONDS = 0.05
PATIENCE_SECONDS = 4.0  # many a client gives up after five
_UPLOAD_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_FILES,
                            "items": {"type": "string", "format": "binary"},
                            "description": "一个或多个文件；压缩包里可以有多个。",
                        },
                        "collection": {
                            "type": "string",
                            "description": "新文章放进这个文集，没有就新建；不写就是默认文集。",
                        },
                    },
                }
            }
        },
    }
}

router = APIRouter(responses=FAILURES, tags=["文章"])


@router.get(
    "/v1/articles",
    summary="列出文章",
    response_model=list[ArticleSummary],
    responses=failures(404),
)
async def articles(
    request: Request,
    collection: Annotated[
        list[str] | None, Query(description="只要这些文集里的", max_length=100)
    ] = None,
    tag: Annotated[
        list[str] | None, Query(description="只要有其中任一个标签的", max_length=100)
    ] = None,
    limit: Annotated[int | None, Query(ge=1, le=1000, description="至多这么多篇")] = None,
    offset: Annotated[int, Query(ge=0, le=10**7, description="从第几篇之后数起")] = 0,
) -> JSONResponse:
    """库里的文章，先存入的在前，不含正文；不写 `limit` 就是全部，响应头 `X-Total-Count` 是总数。"""
    filters = FiltersBody(collections=tuple(collection or ()), tags=tuple(tag or ())).filters

    def read(pipeline: Pipeline) -> tuple[int, Sequence[StoredHead]]:
        library = pipeline.library
        library.check_collections(filters)
        if limit is None:
            stored = [one for one in library.heads() if one.is_shelved(filters)]
            return len(stored), stored[offset:]
        keys = library.shelved_keys(filters, limit, offset)
        return library.count_shelved(filters), library.heads_by_key(keys)

    count, page = await engine_of(request).run(read)
    total = {"X-Total-Count": str(count)}
    return JSONResponse([article_summary(article) for article in page], headers=total)


@router.get(
    "/v1/articles/{article_id}",
    summary="看一篇文章",
    response_model=ArticleWhole,
    responses=failures(404),
)
async def article(article_id: str, request: Request) -> JSONResponse:
    """一篇文章，含编号的段落及其在源文件中的位置。"""
    stored = await engine_of(request).run(lambda pipeline: pipeline.library.article(article_id))
    return JSONResponse(article_whole(stored))


@router.post(
    "/v1/articles",
    summary="上传文件",
    response_model=JobBody,
    responses={
        202: {"model": JobBody, "description": "还没有做完：到 /v1/jobs/{job_id} 查看进度。"},
        **failures(400, 404, 415, 507),
    },
    openapi_extra=_UPLOAD_FORM,
)
async def upload(
    request: Request,
    wait: Annotated[
        float, Query(ge=0, le=60, description="最多等几秒；到时没做完就先返回 202。")
    ] = PATIENCE_SECONDS,
) -> JSONResponse:
    """表单字段 `files`，可以有多个文件；`collection` 是新文章要放进的文集。

    同样的文件再传一次不会重复存入，已在别的文集里的文章不会移动。

    只有一个文件而它不能用时，返回这个文件的错误；有多个文件时，各自的错误写在各自的结果里。
    """
    engine = engine_of(request)
    job = await _submitted(request, engine)
    return await answered(job, wait)


@router.delete(
    "/v1/articles/{article_id}", summary="移除一篇文章", status_code=204, responses=failures(404)
)
async def remove(article_id: str, request: Request) -> None:
    """从库里移除，此后不再用来回答；30 天内可以从回收站恢复，它的源文件也可以重新上传。"""
    removal = engine_of(request).intake.change(lambda library: library.remove(article_id))
    await asyncio.wrap_future(removal)


async def answered(job: Job, wait: float) -> JSONResponse:
    """What became of an import, or, where it takes longer than `wait` seconds, where to look."""
    await finished(job, wait)
    if job.only_error is not None:
        return error_response(job.only_error)
    if not job.finished.is_set():
        place = {"Location": f"/v1/jobs/{job.id}", "Retry-After": "1"}
        return JSONResponse(in_words(job.as_json()), 202, place)
    return JSONResponse(in_words(job.as_json()))


async def finished(job: Job, seconds: float) -> None:
    """Wait until a job is done, or `seconds` are over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not job.finished.is_set() and loop.time() < deadline:
        await asyncio.sleep(_POLL_SECONDS)


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    """The form, read whole.

    Raises:
        TooManyFiles: there are more than are taken at once.
    """
    async with AsyncExitStack() as stack:
        reading = request.form(max_files=MOST_FILES, max_fields=_MOST_FIELDS)
        try:
            form = await stack.enter_async_context(reading)
        except HTTPException as error:
            if error.detail.startswith("Too many files"):  # all that the parser tells them apart by
                raise TooManyFiles(most=MOST_FILES) from error
            raise
        yield form


async def _submitted(request: Request, engine: Engine) -> Job:
    """The job of a form's files, which are on disk by then.

    Raises:
        BadRequest: there are no files in the form.
        TooManyFiles: there are more than are taken at once.
        NameInvalid: no collection can be called so.
        BodyTooLarge: as the limits of `ui.limits` say.
        Busy: too many uploads wait.
    """
    async with _form(request) as form:
        files = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
        named = form.get("collection") or None
        collection = shelf_name(named) if isinstance(named, str) else None
        if not files:
            raise BadRequest(reason="表单里没有名为 files 的文件")
        folder = engine.settings.data_dir
        kept = [
            await run_in_threadpool(keep, folder, file.filename or "", file.file) for file in files
        ]
    remark(request, files=[file.name for file in kept], collection=collection)
    try:
        return engine.intake.submit([shown_name(file.name) for file in kept], kept, collection)
    except Busy:  # the same bytes may have been taken before
        fresh = [file for file in kept if not engine.intake.awaits(file)]
        await engine.run(lambda pipeline: discard_unused(pipeline.library, fresh))
        raise
