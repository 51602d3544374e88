"""The HTTP routes: thin, everything they show is an `Answer` or a record of the library."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from rag.answers import Answer
from rag.errors import Starting
from ui.api.wire import AskBody, ErrorBody, SearchBody, article_summary, article_whole, hit_json
from ui.engine import Engine
from ui.security import error_response

_FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 413, 422, 503)
}

router = APIRouter(responses=_FAILURES)


def engine_of(request: Request) -> Engine:
    """The engine of the application that serves this request."""
    engine: Engine = request.app.state.engine
    return engine


@router.post("/v1/ask", summary="提问", response_model=Answer, tags=["问答"])
async def ask(body: AskBody, request: Request) -> JSONResponse:
    """回答由逐字引文组成；没有依据时 `status` 为 `refused`，并附最接近的段落。"""
    answer = await engine_of(request).ask(body.as_question())
    return JSONResponse(answer.to_json())


@router.post("/v1/search", summary="检索段落", tags=["问答"])
async def search(body: SearchBody, request: Request) -> dict[str, Any]:
    """按相关程度排列的段落，最好的在前。"""
    hits = await engine_of(request).run(
        lambda pipeline: pipeline.search(body.query, body.limit, body.filters)
    )
    return {"query": body.query, "hits": [hit_json(hit) for hit in hits]}


@router.get("/v1/articles", summary="列出文章", tags=["文章"])
async def articles(request: Request) -> list[dict[str, Any]]:
    """库里的全部文章，不含正文。"""
    stored = await engine_of(request).run(lambda pipeline: list(pipeline.library.articles()))
    return [article_summary(article) for article in stored]


@router.get(
    "/v1/articles/{article_id}",
    summary="看一篇文章",
    tags=["文章"],
    responses={404: {"model": ErrorBody}},
)
async def article(article_id: str, request: Request) -> dict[str, Any]:
    """一篇文章，含编号的段落及其在源文件中的位置。"""
    stored = await engine_of(request).run(lambda pipeline: pipeline.library.article(article_id))
    return article_whole(stored)


@router.get("/healthz", summary="进程是否活着", tags=["运行"])
async def healthz() -> dict[str, str]:
    """只要进程在，就答 ok。"""
    return {"status": "ok"}


@router.get("/readyz", summary="能否回答", tags=["运行"], response_model=None)
async def readyz(request: Request) -> JSONResponse:
    """模型和索引载入后才答 ready，否则 503 并说明原因。"""
    engine = engine_of(request)
    if engine.state == "ready":
        return JSONResponse({"status": "ready"})
    return error_response(engine.error or Starting())
