"""`/v1/bin`: removed articles, for as long as they can be put back."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse

from ui.accounts.roles import remark
from ui.api.base import FAILURES, engine_of, failures
from ui.api.shelf_wire import BinnedBody, BinnedIdsBody, PurgeBody, binned_json

router = APIRouter(prefix="/v1/bin", responses=FAILURES, tags=["文章"])


class RestoredBody(BaseModel):
    """Ids of the articles that are back."""

    restored: list[str]


class PurgedBody(BaseModel):
    """Ids of the articles that cannot be put back any more."""

    purged: list[str]


@router.get("", summary="列出回收站", response_model=list[BinnedBody])
async def binned(request: Request) -> JSONResponse:
    """移除了的文章，后移除的在前，30 天后自动清空。"""
    found = await engine_of(request).run(lambda pipeline: pipeline.library.binned())
    return JSONResponse([binned_json(one) for one in found])


@router.post(
    "/restore",
    summary="恢复文章",
    response_model=RestoredBody,
    responses=failures(404, 409, 507),
)
async def restore(body: BinnedIdsBody, request: Request) -> JSONResponse:
    """放回原来的文集，重新用来回答；有一篇不在回收站里，就都不恢复。"""
    remark(request, articles=body.articles)
    change = engine_of(request).intake.change(lambda library: library.restore(body.articles))
    restored = await asyncio.wrap_future(change)
    return JSONResponse({"restored": list(restored)})


@router.post(
    "/purge", summary="清空回收站", response_model=PurgedBody, responses=failures(404, 507)
)
async def purge(body: PurgeBody, request: Request) -> JSONResponse:
    """从回收站里删掉，不能再恢复；引用过它们的旧回答仍可核对。不写编号，就是全部。"""
    remark(request, articles=body.articles)
    change = engine_of(request).intake.purge(body.articles)
    purged = await asyncio.wrap_future(change)
    return JSONResponse({"purged": list(purged)})
