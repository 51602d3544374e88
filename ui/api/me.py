"""`/v1/me`: who asks, their password and tokens, and all that is kept for them."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from rag.errors import AccountsOff, NotAUser, PasswordWrong, TooManyGuesses
from ui.accounts.accounts import Accounts
from ui.accounts.own_data import forget, taken_along
from ui.accounts.roles import remark, who_asks
from ui.accounts.users import User
from ui.api.account_wire import (
    ForgottenBody,
    LabelBody,
    MeBody,
    NewTokenBody,
    Number,
    PasswordBody,
    TokenBody,
    token_json,
)
from ui.api.base import FAILURES, engine_of, failures
from ui.evaluation_page.runner import end_run_of
from ui.language import _

router = APIRouter(prefix="/v1/me", responses=FAILURES | failures(409, 507), tags=["用户"])


def accounts_of(request: Request) -> Accounts:
    """The accounts of the application that serves this request."""
    accounts: Accounts = request.app.state.accounts
    return accounts


def user_of(request: Request) -> User:
    """The user who asks.

    Raises:
        AccountsOff: there are no users.
        NotAUser: who asks is none.
    """
    accounts, who = accounts_of(request), who_asks(request)
    user = accounts.users.of_id(who.uid) if who.uid else None
    if user is None:
        raise NotAUser if accounts.users.on else AccountsOff
    return user


@router.get("", summary="我是谁", response_model=MeBody)
async def me(request: Request) -> JSONResponse:
    """名字、角色、怎样进来的，对话记录留在服务器上还是浏览器里。"""
    who = who_asks(request)
    return JSONResponse(
        {
            "name": who.name if who.uid else _(who.name),
            "role": who.role.key,
            "role_words": _(who.role.words),
            "user": bool(who.uid),
            "way": who.way,
            "history": "server" if who.uid else "browser",
            "public_shares": accounts_of(request).team.public_shares,
        }
    )


@router.post("/password", summary="改自己的密码", status_code=204)
async def change_password(body: PasswordBody, request: Request) -> None:
    """要写现在的密码；改了以后，各处的登录都结束。"""
    accounts, user = accounts_of(request), user_of(request)
    if seconds := accounts.password_guesses.wait(user.id):
        raise TooManyGuesses(seconds=seconds)
    accounts.password_guesses.wrong(user.id)  # until it is right: others may try meanwhile
    users = accounts.users
    if await asyncio.to_thread(users.of_password, user.name, body.old) is None:
        raise PasswordWrong
    accounts.password_guesses.right(user.id, login=True)
    await asyncio.to_thread(users.set_password, user.name, body.new)


@router.get("/tokens", summary="列出自己的令牌", response_model=list[TokenBody])
async def tokens(request: Request) -> JSONResponse:
    """不含令牌本身：它只在发的时候显示一次。"""
    found = accounts_of(request).users.tokens(user_of(request).name)
    return JSONResponse([token_json(one) for one in found])


@router.post("/tokens", summary="发一个令牌", status_code=201, response_model=NewTokenBody)
async def new_token(body: LabelBody, request: Request) -> JSONResponse:
    """给程序用：`Authorization: Bearer 令牌`，能做的事与自己一样。只显示这一次。"""
    remark(request, label=body.label)
    users, name = accounts_of(request).users, user_of(request).name
    made = await asyncio.to_thread(users.new_token, name, body.label)
    return JSONResponse({"token": made}, 201)


@router.delete("/tokens/{number}", summary="收回一个令牌", status_code=204, responses=failures(404))
async def revoke_token(number: Number, request: Request) -> None:
    """此后用它进不来。"""
    users, name = accounts_of(request).users, user_of(request).name
    await asyncio.to_thread(users.revoke_token, name, number)


@router.get("/data", summary="导出自己的数据")
async def data(request: Request) -> Response:
    """对话、分享、评价、问题集，一个 JSON 文件。"""
    accounts, user = accounts_of(request), user_of(request)
    found = await asyncio.to_thread(
        taken_along, accounts, engine_of(request).settings.data_dir, user
    )
    text = json.dumps(found, ensure_ascii=False, indent=1)
    return Response(
        text.encode("utf-8", "replace"),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="youju-data.json"'},
    )


@router.delete("/data", summary="删除自己的数据", response_model=ForgottenBody)
async def forget_data(request: Request) -> JSONResponse:
    """删掉自己的对话、分享、评价和问题集，不能恢复；用户还在。"""
    accounts, user = accounts_of(request), user_of(request)
    await asyncio.to_thread(end_run_of, request, user.id)
    gone = await asyncio.to_thread(forget, accounts, engine_of(request).settings.data_dir, user)
    remark(request, **gone)
    return JSONResponse(gone)
