"""Every failure leaves the server as `{"code", "message_zh", "hint"}`.

Handlers for the package's own errors, for bodies that do not fit, for unknown addresses and
methods, and for what nobody foresaw. The answer never repeats what was sent: it may not be text.
"""

from __future__ import annotations

import logging

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from rag.errors import (
    BadEncoding,
    BadRequest,
    MalformedBody,
    MethodNotAllowed,
    RouteMissing,
    YoujuError,
)
from ui.security import error_response

_log = logging.getLogger("youju.server")

_KINDS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "string_type": "应为文字",
    "list_type": "应为列表",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "model_attributes_type": "应为 JSON 对象",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "too_long": "太长",
    "string_too_long": "太长",
    "string_too_short": "太短",
    "literal_error": "不是可选的值",
    "not_a_day": "应为写成 2024-03-05 的日期",
}


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(YoujuError, _own)
    app.add_exception_handler(RequestValidationError, _misfit)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


async def _own(_: Request, error: Exception) -> Response:
    if not isinstance(error, YoujuError):
        raise error
    return error_response(error)


async def _misfit(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    kind = str(first["type"])
    if kind == "string_unicode":
        return error_response(BadEncoding())
    if kind == "json_invalid":
        return error_response(MalformedBody(reason="不是合法的 JSON。"))
    place = ".".join(_printable(part) for part in first["loc"][1:]) or "请求体"
    return error_response(BadRequest(reason=f"{place}：{_KINDS.get(kind, '不合要求')}"))


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error.__cause__, YoujuError):  # raised while the body was being read
        return error_response(error.__cause__)
    if error.status_code == 404:
        return error_response(RouteMissing(path=_printable(request.url.path)))
    if error.status_code == 405:
        response = error_response(MethodNotAllowed(method=request.method))
        response.headers.update(error.headers or {})
        return response
    if error.status_code == 400:
        return error_response(MalformedBody(reason="读不懂请求体。"))
    refusal = BadRequest(reason=f"HTTP {error.status_code}")
    response = error_response(refusal)
    response.status_code = error.status_code
    return response


async def _unforeseen(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", "other")
    _log.error("unforeseen", extra={"facts": {"route": route}}, exc_info=error)
    return error_response(YoujuError())


def _printable(part: object) -> str:
    return str(part).encode("utf-8", "replace").decode("utf-8")[:80]
