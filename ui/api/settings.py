"""`/v1/settings`: what is set, and changing what may change while the server runs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from rag.settings.catalogue import catalogue
from ui.accounts.roles import remark
from ui.api.base import FAILURES, failures
from ui.api.wire import Text
from ui.live_settings import LiveSettings

Value = Text | bool | int | float | None


class ChangeBody(BaseModel):
    """Values by key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    changes: dict[Text, Value] = Field(
        min_length=1,
        max_length=100,
        examples=[{"answer.threshold": 0.3, "answer.sure": None}],
        description="键和值；null 收回运行时的改动",
    )
    save: bool = Field(
        default=False,
        strict=True,
        description="同时写进数据目录的 youju.toml（null 则从中去掉），下次启动仍然算数",
    )


class SourceBody(BaseModel):
    """Where a value comes from."""

    kind: str = Field(description="default、file、environment、command_line 或 running")
    place: str = Field(description="哪个文件、环境变量或选项")
    words: str = Field(description="同样的话，给人看", examples=["默认值"])


class ValueBody(BaseModel):
    """A value, and where it comes from."""

    value: Any
    source: SourceBody


class SettingBody(ValueBody):
    """A setting."""

    key: str = Field(examples=["answer.threshold"])
    group: str
    kind: str = Field(description="number、integer、flag、choice、list、path 或 text")
    default: Any
    about: str = Field(description="做什么用")
    range: str
    minimum: float | None
    maximum: float | None
    choices: list[str]
    environment: list[str] = Field(description="环境变量的名字")
    effect: str = Field(description="何时生效：now、restart、new_articles 或 rebuild")
    effect_words: str
    runtime: bool = Field(description="能不能在运行时改")
    secret: bool = Field(description="是秘密，值不给出")
    otherwise: ValueBody | None = Field(description="运行时改过的，收回后是什么")


class SettingsBody(BaseModel):
    """All settings."""

    settings: list[SettingBody]
    fingerprint: str = Field(description="与此后回答的 receipt.settings 相同")
    file: str = Field(description="写设置的文件，可能还没有")
    notes: list[str] = Field(description="改的时候应当知道的")


router = APIRouter(responses=FAILURES, tags=["设置"])


def live_settings_of(request: Request) -> LiveSettings:
    """The settings of the application that serves this request."""
    live: LiveSettings = request.app.state.live_settings
    return live


@router.get("/v1/settings", summary="查看设置", response_model=SettingsBody)
async def settings(request: Request) -> JSONResponse:
    """每一项的值、从哪里来、做什么用、范围、能不能在运行时改。口令之类不给出。"""
    return JSONResponse(_whole(live_settings_of(request)))


@router.patch(
    "/v1/settings", summary="改设置", response_model=SettingsBody, responses=failures(507)
)
async def change(body: ChangeBody, request: Request) -> JSONResponse:
    """从下一个问题起生效；有一项不行就都不改，各项的错写在 `fields` 里。"""
    remark(request, changes=list(body.changes))  # refused ones may hold what is secret elsewhere
    live = live_settings_of(request)
    notes = await run_in_threadpool(live.change, body.changes, save=body.save)
    remark(request, changes=[_noted(key, value) for key, value in body.changes.items()])
    return JSONResponse(_whole(live, notes))


def _noted(key: str, value: Value) -> str:
    """A change that was made, as the audit log has it."""
    masked = value is not None and catalogue()[key].secret
    return f"{key} = {catalogue()[key].shown(value) if masked else value}"


def _whole(live: LiveSettings, notes: list[str] | None = None) -> dict[str, Any]:
    loaded = live.loaded
    return {
        "settings": live.records(),
        "fingerprint": loaded.settings.fingerprint(),
        "file": str(loaded.home_file),
        "notes": notes or [],
    }
