"""`/v1/shares`: links to answers, made, listed and revoked by who shared them."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from rag.errors import BadRequest
from ui.accounts.roles import remark, who_asks
from ui.api.account_wire import NewShareBody, Number, ShareBody, share_json
from ui.api.base import FAILURES, failures
from ui.api.me import accounts_of

router = APIRouter(prefix="/v1/shares", responses=FAILURES | failures(404, 507), tags=["用户"])
_TITLE = 60


@router.get("", summary="列出自己分享的链接", response_model=list[ShareBody])
async def shares(request: Request) -> JSONResponse:
    """后分享的在前；收回了的不在内。"""
    found = accounts_of(request).shares.of_user(who_asks(request).uid)
    return JSONResponse([share_json(one) for one in found])


@router.post("", summary="分享问答", status_code=201, response_model=ShareBody)
async def share(body: NewShareBody, request: Request) -> JSONResponse:
    """得到一个猜不到的链接：只读的一页，有引文、出处、回执，和今天还核对不核对得上。"""
    accounts, who = accounts_of(request), who_asks(request)
    if body.anyone and not accounts.team.public_shares:
        raise BadRequest(reason="设置 team.public_shares 没有允许不登录就看的分享")
    title = body.title.strip() or body.turns[0].question.strip()[:_TITLE]
    turns = [{"question": one.question, "answer": one.answer.to_json()} for one in body.turns]
    made = await asyncio.to_thread(
        lambda: accounts.shares.add(who.uid, who.name, title, turns, anyone=body.anyone)
    )
    remark(request, share=made.id, anyone=body.anyone, answers=len(turns))
    return JSONResponse(share_json(made), 201)


@router.delete("/{number}", summary="收回分享的链接", status_code=204)
async def revoke(number: Number, request: Request) -> None:
    """链接立刻打不开。"""
    remark(request, share=number)
    await asyncio.to_thread(accounts_of(request).shares.revoke, who_asks(request).uid, number)
