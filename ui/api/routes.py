"""The HTTP routes: thin, everything they show is an `Answer` or a record of the library."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from rag.data_model.answers import Answer, Stage
from rag.errors import RouteMissing, Starting, YoujuError
from ui.accounts.roles import remark
from ui.api.base import FAILURES, engine_of, failures
from ui.api.events import EVENTS, Event, event_stream
from ui.api.wire import AskBody, SearchBody, hit_json
from ui.metrics import Metrics
from ui.running import PROOF_PATH, Announced, proof_of, served_by
from ui.security import error_response

router = APIRouter(responses=FAILURES)


@router.post(
    "/v1/ask", summary="提问", response_model=Answer, responses=failures(404), tags=["问答"]
)
async def ask(body: AskBody, request: Request) -> JSONResponse:
    """回答由逐字引文组成；没有依据时 `status` 为 `refused`，并附最接近的段落。"""
    remark(request, question=body.question)
    answer = await engine_of(request).ask(body.as_question(), present=_is_the_command_line(request))
    return JSONResponse(answer.to_json())


@router.post(
    "/v1/ask/stream",
    summary="提问，逐句返回",
    response_class=StreamingResponse,
    responses=EVENTS | failures(404),
    tags=["问答"],
)
async def ask_stream(body: AskBody, request: Request) -> StreamingResponse:
    """服务器推送事件，最后一个 `answer` 是完整的回答。

    在它之前，每句话一个 `statement`（文字和它的引文）；再之前是 `progress`：`stage` 为
    `search`（检索的问题见 `searched_question`）或 `read`（正在读 `passages` 段）。半途出错时，
    最后一个是 `error`。
    """
    remark(request, question=body.question)
    stages = engine_of(request).ask_in_stages(body.as_question())
    first = await anext(stages)  # a question that cannot be asked is an ordinary failure
    return event_stream(_events(first, stages))


@router.post("/v1/search", summary="检索段落", responses=failures(404), tags=["问答"])
async def search(body: SearchBody, request: Request) -> dict[str, Any]:
    """按相关程度排列的段落，最好的在前。"""
    hits = await engine_of(request).run(
        lambda pipeline: pipeline.search(body.query, body.limit, body.filters.filters)
    )
    return {"query": body.query, "hits": [hit_json(hit) for hit in hits]}


async def _events(
    come: Stage | Answer, stages: AsyncIterator[Stage | Answer]
) -> AsyncIterator[Event]:
    try:
        while isinstance(come, Stage):
            yield "progress", come.model_dump(mode="json")
            come = await anext(stages)
    except YoujuError as error:
        yield "error", error.as_dict()
        return
    cited = {citation.n: citation.model_dump(mode="json") for citation in come.citations}
    for statement in come.statements:
        citations = [cited[n] for n in statement.citations]
        yield "statement", {"text": statement.text, "citations": citations}
    yield "answer", come.to_json()


@router.get(PROOF_PATH, include_in_schema=False)
async def prove(request: Request, nonce: str = "") -> JSONResponse:
    """For the command line of this machine, see `ui.running`; waits for no question in the queue.

    Raises:
        RouteMissing: this server was not announced.
    """
    told: Announced | None = request.app.state.announced
    if told is None:
        raise RouteMissing(path=PROOF_PATH)
    engine = engine_of(request)
    served = served_by(engine.settings)
    proof = proof_of(told, nonce[:200], served)
    return JSONResponse({"status": engine.state, "served": served, "proof": proof})


def _is_the_command_line(request: Request) -> bool:
    """Whether the key of this run is shown: who shows it has looked at what is stored just now."""
    told: Announced | None = request.app.state.announced
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    return told is not None and hmac.compare_digest(shown.encode(), told.key.encode())


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


@router.get(
    "/metrics",
    summary="运行指标（Prometheus）",
    response_class=PlainTextResponse,
    tags=["运行"],
)
async def metrics(request: Request) -> Response:
    """请求数和用时、回答数、排队数、文章库更新过几次。"""
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(), media_type=CONTENT_TYPE_LATEST)
