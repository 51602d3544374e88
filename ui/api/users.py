"""`/v1/users` and `/v1/audit`: for admins. The first user is made on the machine itself."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, StreamingResponse

from rag.errors import AccountsOff, BadRequest
from ui.accounts.accounts import Accounts
from ui.accounts.audit import EVENTS, told
from ui.accounts.own_data import forget
from ui.accounts.roles import GIVEN, remark
from ui.api.account_wire import AuditBody, NewUserBody, UserBody, UserChangeBody, user_json
from ui.api.base import FAILURES, engine_of, failures
from ui.api.me import accounts_of
from ui.evaluation_page.runner import end_run_of
from ui.language import _

router = APIRouter(responses=FAILURES | failures(409, 507), tags=["用户"])


@router.get("/v1/users", summary="列出用户", response_model=list[UserBody])
async def users(request: Request) -> JSONResponse:
    """按名字排列；还没有用户时是空的。"""
    return JSONResponse([user_json(one) for one in accounts_of(request).users.all()])


@router.post("/v1/users", summary="加用户", status_code=201, response_model=UserBody)
async def add(body: NewUserBody, request: Request) -> JSONResponse:
    """第一个用户要在服务器上用 `youju users add` 建。"""
    remark(request, user=body.name, to=body.role)
    accounts = _with_users(request)
    made = await asyncio.to_thread(
        accounts.users.add, body.name, GIVEN[body.role], body.password or ""
    )
    return JSONResponse(user_json(made), 201)


@router.patch(
    "/v1/users/{name}",
    summary="改用户的角色、密码",
    response_model=UserBody,
    responses=failures(404),
)
async def change(name: str, body: UserChangeBody, request: Request) -> JSONResponse:
    """角色马上生效；改了密码，这个用户各处的登录都结束。"""
    accounts = _with_users(request)
    if body.role is None and body.password is None:
        raise BadRequest(reason="没有写要改什么：role、password 至少写一样")
    event = "user_role" if body.role else "user_password"
    remark(request, event=event, user=name, to=body.role, password=body.password is not None)
    role = GIVEN[body.role] if body.role else None
    changed = await asyncio.to_thread(
        accounts.users.change, name, role, body.password, keep_admin=True
    )
    return JSONResponse(user_json(changed))


@router.delete("/v1/users/{name}", summary="移除用户", status_code=204, responses=failures(404))
async def remove(name: str, request: Request) -> None:
    """连同其对话、分享、评价和问题集，不能恢复。"""
    accounts, data_dir = _with_users(request), engine_of(request).settings.data_dir
    user = accounts.users.named(name)
    remark(request, user=user.name)

    def work() -> None:
        accounts.users.check_not_last(user.name)  # before anything of theirs is deleted
        end_run_of(request, user.id)
        forget(accounts, data_dir, user)
        accounts.users.remove(user.name, keep_admin=True)
        end_run_of(request, user.id)  # begun before they were gone
        forget(accounts, data_dir, user)

    await asyncio.to_thread(work)


@router.get("/v1/audit", summary="看操作记录", response_model=AuditBody)
async def audit(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000, description="最多几条")] = 200,
    event: Annotated[str, Query(max_length=40, description="只要这一种，如 import")] = "",
    who: Annotated[str, Query(max_length=100, description="只要这个人的")] = "",
) -> JSONResponse:
    """谁在什么时候做了什么，后做的在前。"""
    log = accounts_of(request).audit
    entries = await asyncio.to_thread(log.entries, limit, event, who)
    shown = [one | {"words": told(one)} for one in entries]
    return JSONResponse(
        {"entries": shown, "events": {key: _(words) for key, words in EVENTS.items()}}
    )


@router.get(
    "/v1/audit/download",
    summary="下载操作记录",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "每行一条"}},
)
async def download(request: Request) -> StreamingResponse:
    """全部，先做的在前，一行一个 JSON。"""
    headers = {"Content-Disposition": 'attachment; filename="youju-audit.jsonl"'}
    text = accounts_of(request).audit.text()
    return StreamingResponse(text, media_type="application/x-ndjson", headers=headers)


def _with_users(request: Request) -> Accounts:
    """The accounts, where there are users.

    Raises:
        AccountsOff: there are none: whoever reaches an open server must not shut it to others.
    """
    accounts = accounts_of(request)
    if not accounts.users.on:
        raise AccountsOff
    return accounts
