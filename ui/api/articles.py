"""`/v1/articles` and `/v1/jobs`: what is in the library, and how it gets there and goes."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse

from ingest.loading import shown_name
from rag.errors import BadRequest, Busy
from ui.api.base import FAILURES, engine_of, failures
from ui.api.wire import ArticleSummary, ArticleWhole, JobBody, article_summary, article_whole
from ui.engine import Engine
from ui.intake.jobs import Job
from ui.intake.uploads import discard_unused, keep
from ui.security import error_response

MOST_FILES = 100
_MOST_FIELDS = 16
_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 4.0  # many a client gives up after five
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
                        }
                    },
                }
            }
        },
    }
}

router = APIRouter(responses=FAILURES, tags=["文章"])


@router.get("/v1/articles", summary="列出文章", response_model=list[ArticleSummary])
async def articles(request: Request) -> JSONResponse:
    """库里的全部文章，不含正文。"""
    stored = await engine_of(request).run(lambda pipeline: pipeline.library.heads())
    return JSONResponse([article_summary(article) for article in stored])


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
    ] = _PATIENCE_SECONDS,
) -> JSONResponse:
    """表单字段 `files`，可以有多个文件。同样的文件再传一次不会重复存入。

    只有一个文件而它不能用时，返回这个文件的错误；有多个文件时，各自的错误写在各自的结果里。
    """
    engine = engine_of(request)
    job = await _submitted(request, engine)
    await finished(job, wait)
    if job.only_error is not None:
        return error_response(job.only_error)
    if not job.finished.is_set():
        place = {"Location": f"/v1/jobs/{job.id}", "Retry-After": "1"}
        return JSONResponse(job.as_json(), 202, place)
    return JSONResponse(job.as_json())


@router.delete(
    "/v1/articles/{article_id}", summary="移除一篇文章", status_code=204, responses=failures(404)
)
async def remove(article_id: str, request: Request) -> None:
    """从库里移除，此后不再用来回答；它的源文件可以重新上传。"""
    await asyncio.wrap_future(engine_of(request).intake.remove([article_id]))


@router.get(
    "/v1/jobs/{job_id}", summary="查看导入进度", response_model=JobBody, responses=failures(404)
)
async def job_of(job_id: str, request: Request) -> JSONResponse:
    """一次上传的进度，和每个文件的结果。"""
    return JSONResponse(engine_of(request).intake.job(job_id).as_json())


async def finished(job: Job, seconds: float) -> None:
    """Wait until a job is done, or `seconds` are over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not job.finished.is_set() and loop.time() < deadline:
        await asyncio.sleep(_POLL_SECONDS)


async def _submitted(request: Request, engine: Engine) -> Job:
    """The job of a form's files, which are on disk by then.

    Raises:
        BadRequest: there are no files in the form.
        BodyTooLarge: as the limits of `ui.limits` say.
        Busy: too many uploads wait.
    """
    async with request.form(max_files=MOST_FILES, max_fields=_MOST_FIELDS) as form:
        files = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
        if not files:
            raise BadRequest(reason="表单里没有名为 files 的文件")
        folder = engine.settings.data_dir
        kept = [
            await run_in_threadpool(keep, folder, file.filename or "", file.file) for file in files
        ]
    try:
        return engine.intake.submit([shown_name(file.name) for file in kept], kept)
    except Busy:
        await engine.run(lambda pipeline: discard_unused(pipeline.library, kept))
        raise
