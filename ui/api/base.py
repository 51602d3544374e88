"""What all routes share: the engine behind them, and the failures that they describe."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ui.api.wire import ErrorBody
from ui.engine import Engine

_MEANINGS = {
    400: "请求读不懂，或主机名不被接受",
    401: "需要登录，或访问口令",
    403: "角色不够，或是来自其他网站的写操作",
    404: "没有这一项",
    409: "与已有的内容冲突",
    413: "内容太大",
    415: "文件类型不符或不支持",
    422: "请求的内容不合要求",
    429: "请求太多，过一会儿再试",
    502: "取不到那个网址",
    503: "正在启动、太忙，或文章库、模型不能用",
    507: "磁盘已满，或到了上限",
}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Responses of these statuses, for the description of the API."""
    return {status: {"model": ErrorBody, "description": _MEANINGS[status]} for status in statuses}


FAILURES = failures(400, 401, 403, 413, 422, 429, 503)


def engine_of(request: Request) -> Engine:
    """The engine of the application that serves this request."""
    engine: Engine = request.app.state.engine
    return engine
