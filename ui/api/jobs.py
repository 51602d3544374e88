"""`/v1/jobs`: imports, corrections, rebuilds, evaluations: watched, stopped, taken up again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from ui.api.base import FAILURES, engine_of, failures
from ui.api.wire import Body, JobBody, JobSummary
from ui.evaluation_page.runner import runner_of
from ui.jobs.board import Board
from ui.jobs.wording import in_words

router = APIRouter(prefix="/v1/jobs", responses=FAILURES, tags=["任务"])


class NewJobBody(Body):
    """Work that nothing else starts."""

    kind: Literal["rebuild"] = Field(
        description="`rebuild`：补上缺的向量，重建索引，清理旧版留下的数据", examples=["rebuild"]
    )


def board_of(request: Request) -> Board:
    """The jobs of the application that serves this request."""
    return Board(engine_of(request).intake, runner_of(request))


@router.get("", summary="列出任务", response_model=list[JobSummary])
async def jobs(
    request: Request,
    active: Annotated[bool, Query(description="只要正在进行和排队的")] = False,
    limit: Annotated[int, Query(ge=1, le=1000, description="最多几个")] = 500,
) -> JSONResponse:
    """导入、更正、重建和评测，后开始的在前；服务重新启动以后也还在。"""
    board = board_of(request)
    found = await run_in_threadpool(board.jobs, active=active, limit=limit)
    return JSONResponse([in_words(job) for job in found])


@router.post("", summary="开始重建", status_code=202, response_model=JobBody)
async def start(body: NewJobBody, request: Request) -> JSONResponse:
    """在后台重建索引，照常可以提问。"""
    del body
    job = await run_in_threadpool(engine_of(request).intake.rebuild)
    return JSONResponse(in_words(job.as_json()), 202, {"Location": f"/v1/jobs/{job.id}"})


@router.get("/{job_id}", summary="查看任务", response_model=JobBody, responses=failures(404))
async def job_of(job_id: str, request: Request) -> JSONResponse:
    """一个任务的进度和记录；导入还有每个文件的结果。"""
    return JSONResponse(in_words(await run_in_threadpool(board_of(request).job, job_id)))


@router.post(
    "/{job_id}/cancel", summary="取消任务", response_model=JobBody, responses=failures(404, 409)
)
async def cancel(job_id: str, request: Request) -> JSONResponse:
    """已经存好的、答完的都留着，以后可以重试。"""
    return JSONResponse(in_words(await run_in_threadpool(board_of(request).cancel, job_id)))


@router.post(
    "/{job_id}/retry", summary="重试任务", response_model=JobBody, responses=failures(404, 409)
)
async def retry(job_id: str, request: Request) -> JSONResponse:
    """接着做没有做完的；做好了的不会再做一遍。"""
    return JSONResponse(in_words(await run_in_threadpool(board_of(request).retry, job_id)))


@router.delete("/{job_id}", summary="移除任务记录", status_code=204, responses=failures(404, 409))
async def forget(job_id: str, request: Request) -> None:
    """从列表里去掉一个已经结束的任务，文章不受影响；评测连同报告一起删掉。"""
    await run_in_threadpool(board_of(request).forget, job_id)
