"""`/v1/collections`, `/v1/tags`, and changes of many articles at once."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse

from ingest.storing.quotas import check_move
from rag.errors import BadRequest
from rag.library.library import Library
from ui.accounts.roles import remark
from ui.api.base import FAILURES, engine_of, failures
from ui.api.shelf_wire import (
    ChosenBody,
    CollectionBody,
    NameBody,
    QuotaBody,
    ShelvingBody,
    TagBody,
    collection_json,
    quota_json,
)

router = APIRouter(responses=FAILURES, tags=["文集"])


class ShelvedBody(BaseModel):
    """Ids of the articles that a change concerned: those that were as wanted are left out."""

    moved: list[str]
    tagged: list[str]
    untagged: list[str]


class RemovedBody(BaseModel):
    """Ids of the articles that went to the bin."""

    removed: list[str]


@router.get("/v1/collections", summary="列出文集", response_model=list[CollectionBody])
async def collections(request: Request) -> JSONResponse:
    """全部文集，默认文集在前，各有篇数和字数。"""
    found = await engine_of(request).run(lambda pipeline: pipeline.library.collections())
    return JSONResponse([collection_json(one) for one in found])


@router.post(
    "/v1/collections",
    summary="新建文集",
    status_code=201,
    response_model=CollectionBody,
    responses=failures(409, 507),
)
async def create(body: NameBody, request: Request) -> JSONResponse:
    """一个空的文集；同名的已有，就返回 409。"""
    remark(request, name=body.name)
    change = engine_of(request).intake.change(
        lambda library: collection_json(library.create_collection(body.name))
    )
    return JSONResponse(await asyncio.wrap_future(change), 201)


@router.patch(
    "/v1/collections/{collection_id}",
    summary="给文集改名",
    response_model=CollectionBody,
    responses=failures(404, 409, 507),
)
async def rename(collection_id: int, body: NameBody, request: Request) -> JSONResponse:
    """文章不动。"""
    remark(request, name=body.name)
    change = engine_of(request).intake.change(
        lambda library: collection_json(library.rename_collection(collection_id, body.name))
    )
    return JSONResponse(await asyncio.wrap_future(change))


@router.delete(
    "/v1/collections/{collection_id}",
    summary="删除文集",
    status_code=204,
    responses=failures(404, 409, 507),
)
async def remove_collection(
    collection_id: int,
    request: Request,
    move_to: Annotated[
        int | None, Query(description="里面的文章移到这个文集；里面有文章时必须写")
    ] = None,
) -> None:
    """文章不会丢：空的文集才能直接删除，默认文集不能删除。"""
    change = engine_of(request).intake.change(
        lambda library: library.remove_collection(collection_id, move_to)
    )
    await asyncio.wrap_future(change)


@router.get("/v1/quota", summary="看还能收多少", response_model=QuotaBody)
async def quota(request: Request) -> JSONResponse:
    """文章库和各个文集有多少、最多多少；0 表示不限。"""
    engine = engine_of(request)
    shelves = await engine.run(lambda pipeline: pipeline.library.collections())
    return JSONResponse(quota_json(shelves, engine.settings.quota))


@router.get("/v1/tags", summary="列出标签", response_model=list[TagBody])
async def tags(request: Request) -> JSONResponse:
    """文章上的全部标签，用得多的在前。"""
    found = await engine_of(request).run(lambda pipeline: pipeline.library.tags())
    return JSONResponse([{"name": one.name, "articles": one.articles} for one in found])


@router.patch(
    "/v1/articles",
    summary="移动文章、加减标签",
    response_model=ShelvedBody,
    responses=failures(404, 507),
)
async def shelve(body: ShelvingBody, request: Request) -> JSONResponse:
    """用编号或筛选条件选出文章，一次移到一个文集，加上、去掉标签；有一篇不在库里，就都不改。"""
    if body.collection is None and not (body.add_tags or body.remove_tags):
        raise BadRequest(reason="没有写要做什么：collection、add_tags、remove_tags 至少写一样")

    remark(request, **body.model_dump(mode="json", exclude_defaults=True))

    def work(library: Library) -> dict[str, Any]:
        if body.collection is not None:
            quota = engine_of(request).settings.quota
            check_move(library, quota, body.collection, body.articles, body.filters.filters)
        return asdict(
            library.shelve(
                body.articles,
                body.filters.filters,
                collection=body.collection,
                add_tags=body.add_tags,
                remove_tags=body.remove_tags,
            )
        )

    return JSONResponse(await asyncio.wrap_future(engine_of(request).intake.change(work)))


@router.post(
    "/v1/articles/remove",
    summary="移除多篇文章",
    response_model=RemovedBody,
    responses=failures(404, 507),
)
async def remove(body: ChosenBody, request: Request) -> JSONResponse:
    """用编号或筛选条件选出文章，放进回收站；30 天内可以恢复。"""
    removal = engine_of(request).intake.remove(body.articles, body.filters.filters)
    removed = await asyncio.wrap_future(removal)
    remark(request, articles=list(removed))
    return JSONResponse({"removed": list(removed)})
