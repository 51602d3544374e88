"""`/v1/conversations`: a user's own; nobody else's can be named here."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from rag.errors import BadRequest
from ui.accounts.history import Changed
from ui.api.account_wire import (
    ConversationBody,
    ConversationChangeBody,
    ConversationHeadBody,
    Id,
    KeptBody,
)
from ui.api.base import FAILURES, failures
from ui.api.me import accounts_of, user_of

_LONGEST_FILTERS = 100_000

router = APIRouter(
    prefix="/v1/conversations", responses=FAILURES | failures(404, 409, 507), tags=["用户"]
)


@router.get("", summary="列出自己的对话", response_model=list[ConversationHeadBody])
async def conversations(request: Request) -> JSONResponse:
    """不含问答，最近的在前。"""
    history, user = accounts_of(request).history, user_of(request)
    return JSONResponse(await asyncio.to_thread(history.listed, user.id))


@router.get("/{conversation_id}", summary="看自己的一个对话", response_model=ConversationBody)
async def conversation(conversation_id: Id, request: Request) -> JSONResponse:
    """连同问答。"""
    history, user = accounts_of(request).history, user_of(request)
    return JSONResponse(await asyncio.to_thread(history.conversation, user.id, conversation_id))


@router.put("/{conversation_id}", summary="存自己的一个对话", response_model=KeptBody)
async def keep(conversation_id: Id, body: ConversationChangeBody, request: Request) -> JSONResponse:
    """只发新的和改了的问答；别的浏览器加的留着。放不下时，最早的对话不再留。"""
    history, user = accounts_of(request).history, user_of(request)
    for filters in (body.filters, *(turn.filters for turn in body.turns)):
        if len(json.dumps(filters)) > _LONGEST_FILTERS:
            raise BadRequest(reason="filters：太长")
    turns = [turn.as_turn() for turn in body.turns]
    changed = Changed(
        conversation_id, body.title, dict(body.filters), body.touched, turns, body.begins
    )
    return JSONResponse({"dropped": await asyncio.to_thread(history.keep, user.id, changed)})


@router.delete("/{conversation_id}", summary="删除自己的一个对话", status_code=204)
async def remove(conversation_id: Id, request: Request) -> None:
    """没有它也不算错。"""
    history, user = accounts_of(request).history, user_of(request)
    await asyncio.to_thread(history.remove, user.id, conversation_id)
