"""`/v1/uploads`: large files in parts, so that a broken connection costs one part; and web pages.

Begin with a name and a size; send the parts, each again if need be; finish, which is an import.
"""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from ingest.files.loading import shown_name
from rag.errors import AddressRefused
from rag.library.shelf_names import shelf_name
from ui.accounts.roles import remark, who_asks
from ui.api.articles import PATIENCE_SECONDS, answered
from ui.api.base import FAILURES, engine_of, failures
from ui.api.wire import Body, JobBody, Text
from ui.fetching import fetch_to, is_address
from ui.intake.parts import KEPT_SECONDS, PART_BYTES, Begun, PartialUploads

_COLLECTION = "新文章放进这个文集，没有就新建；不写就是默认文集。"
_LATER: dict[int | str, dict[str, Any]] = {
    202: {"model": JobBody, "description": "还没有做完：到 /v1/jobs/{job_id} 查看进度。"}
}
_PART_FORM = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Wait = Annotated[float, Query(ge=0, le=60, description="最多等几秒；到时没做完就先返回 202。")]

router = APIRouter(responses=FAILURES, tags=["文章"])


class UploadStart(Body):
    """A file that will come in parts."""

    name: Text = Field(min_length=1, max_length=1000, examples=["年鉴.pdf"], description="文件名")
    size: int = Field(ge=1, strict=True, examples=[104857600], description="整个文件的字节数")
    collection: Text | None = Field(default=None, max_length=1000, description=_COLLECTION)


class UploadBody(BaseModel):
    """How far a file is."""

    upload_id: str
    name: str
    size: int
    part_size: int = Field(description="每段的字节数，最后一段可以短一些")
    parts: int = Field(description="一共几段，从 0 数起")
    received: list[int] = Field(description="已经收到的段")
    kept_seconds: float = Field(description="多少秒没有人接着传就清掉")


class WebBody(Body):
    """A page of the public web."""

    url: Text = Field(max_length=2000, examples=["https://news.example/2024/03.html"])
    collection: Text | None = Field(default=None, max_length=1000, description=_COLLECTION)


def uploads_of(request: Request) -> PartialUploads:
    """Those of the application that serves this request."""
    uploads: PartialUploads = request.app.state.uploads
    return uploads


@router.post(
    "/v1/uploads",
    summary="开始分段上传",
    status_code=201,
    response_model=UploadBody,
    responses=failures(507),
)
async def begin(body: UploadStart, request: Request) -> JSONResponse:
    """给大文件用：先报名字和大小，再一段一段传，断了只重传那一段，最后完成。

    每个人可以有 20 个没传完的，再多时放下一小时没有动过的那个；一天没有人接着传的会清掉。
    """
    named = shelf_name(body.collection) if body.collection else None
    begun = await run_in_threadpool(
        uploads_of(request).begin,
        shown_name(body.name),
        body.size,
        named,
        who_asks(request).uid,
    )
    return JSONResponse(_json(begun), 201, {"Location": f"/v1/uploads/{begun.id}"})


@router.get(
    "/v1/uploads/{upload_id}",
    summary="看传到哪里了",
    response_model=UploadBody,
    responses=failures(404),
)
async def progress(upload_id: str, request: Request) -> JSONResponse:
    """断开以后，由此知道还缺哪几段。"""
    return JSONResponse(_json(await run_in_threadpool(uploads_of(request).get, upload_id)))


@router.put(
    "/v1/uploads/{upload_id}/parts/{number}",
    summary="传一段",
    response_model=UploadBody,
    responses=failures(404, 507),
    openapi_extra=_PART_FORM,
)
async def part(
    upload_id: str, number: Annotated[int, Path(ge=0, le=10**6)], request: Request
) -> JSONResponse:
    """请求体就是这一段的字节；顺序随意，同一段可以再传一次。"""
    data = await request.body()
    begun = await run_in_threadpool(uploads_of(request).put, upload_id, number, data)
    return JSONResponse(_json(begun))


@router.post(
    "/v1/uploads/{upload_id}/finish",
    summary="完成分段上传",
    response_model=JobBody,
    responses={**_LATER, **failures(404, 409, 415, 507)},
)
async def finish(upload_id: str, request: Request, wait: Wait = PATIENCE_SECONDS) -> JSONResponse:
    """各段都到齐以后，把文件存进库里，与上传一个文件一样。回答丢了可以再问一次，得到的是同一个任务。"""
    intake, uploads = engine_of(request).intake, uploads_of(request)
    if job_id := await run_in_threadpool(uploads.job_of, upload_id):
        return await answered(intake.job(job_id), wait)
    intake.check_room()
    begun, file = await run_in_threadpool(uploads.finish, upload_id)
    remark(request, files=[file.name], collection=begun.collection)
    job = await run_in_threadpool(intake.submit, [shown_name(file.name)], [file], begun.collection)
    await run_in_threadpool(uploads.note_job, upload_id, job.id)
    return await answered(job, wait)


@router.delete(
    "/v1/uploads/{upload_id}", summary="放弃分段上传", status_code=204, responses=failures(404)
)
async def give_up(upload_id: str, request: Request) -> None:
    """删掉已经收到的段。"""
    await run_in_threadpool(uploads_of(request).give_up, upload_id)


@router.post(
    "/v1/articles/web",
    summary="导入网页",
    response_model=JobBody,
    responses={**_LATER, **failures(400, 404, 415, 502, 507)},
)
async def web(body: WebBody, request: Request, wait: Wait = PATIENCE_SECONDS) -> JSONResponse:
    """取一个公网地址上的网页或文件，存进库里；只取这一页，最大 32 MB，最多 30 秒。

    同一个地址再导入一次，就换成新的内容。
    """
    url = body.url.strip()
    if not is_address(url):
        raise AddressRefused(url=shown_name(url), reason="不是 http 或 https")
    named = shelf_name(body.collection) if body.collection else None
    engine, turns = engine_of(request), request.app.state.fetching
    folder = engine.settings.data_dir
    file = await to_thread.run_sync(fetch_to, url, folder, limiter=turns)
    remark(request, files=[file.name], collection=named, url=shown_name(url))
    job = await run_in_threadpool(engine.intake.submit, [shown_name(file.name)], [file], named)
    return await answered(job, wait)


def _json(begun: Begun) -> dict[str, Any]:
    return {
        "upload_id": begun.id,
        "name": begun.name,
        "size": begun.size,
        "part_size": PART_BYTES,
        "parts": begun.parts,
        "received": list(begun.received),
        "kept_seconds": KEPT_SECONDS,
    }
