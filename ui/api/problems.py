"""Every failure leaves the server as `{"code", "message_zh", "hint"}`; OpenAI's routes add `error`.

Handlers for the package's own errors, for bodies that do not fit, for unknown addresses and
methods, and for what nobody foresaw. The answer never repeats what was sent: it may not be text.
"""

from __future__ import annotations

import logging
import re

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from rag.errors import (
    BadEncoding,
    BadRequest,
    MalformedBody,
    MethodNotAllowed,
    ResponseFormatUnsupported,
    RouteMissing,
    YoujuError,
)
from rag.errors.disk import disk_error
from ui.language import message
from ui.login import refusal_page, wants_page
from ui.security import error_response

_log = logging.getLogger("youju.server")

_CLIENT_GONE = 499
"""As nginx notes it: for the metrics alone."""

_OURS = re.compile(r"[\[(]|^(?:str|none|Part)$")

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
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unforeseen)


async def _own(request: Request, error: Exception) -> Response:
    if not isinstance(error, YoujuError):
        raise error
    if error.http_status == 404 and _is_for_a_person(request):
        return refusal_page(error, title=message("没有"))
    param = "response_format" if isinstance(error, ResponseFormatUnsupported) else None
    return error_response(error, request.url.path, param)


async def _misfit(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    path = request.url.path
    first = error.errors()[0]
    kind = str(first["type"])
    if kind == "string_unicode":
        return error_response(BadEncoding(), path)
    if kind == "json_invalid":
        return error_response(MalformedBody(reason="不是合法的 JSON。"), path)
    place = ".".join(_printable(part) for part in first["loc"][1:] if _is_a_name(part))
    reason = f"{place or '请求体'}：{_KINDS.get(kind, '不合要求')}"
    return error_response(BadRequest(reason=reason), path, place or None)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    path = request.url.path
    if isinstance(error.__cause__, YoujuError):  # raised while the body was being read
        return error_response(error.__cause__, path)
    if error.status_code == 404:
        missing = RouteMissing(path=_printable(path))
        if _is_for_a_person(request):
            return refusal_page(missing, title=message("没有"))
        return error_response(missing, path)
    if error.status_code == 405:
        response = error_response(MethodNotAllowed(method=request.method), path)
        response.headers.update(error.headers or {})
        return response
    if error.status_code == 400:
        return error_response(MalformedBody(reason="读不懂请求体。"), path)
    refusal = BadRequest(reason=f"HTTP {error.status_code}")
    response = error_response(refusal, path)
    response.status_code = error.status_code
    return response


async def _gone(request: Request, error: Exception) -> Response:
    """A client that went away while it sent: nobody hears the answer, and nothing is wrong here."""
    del request, error
    return Response(status_code=_CLIENT_GONE)


async def _unforeseen(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", "other")
    if isinstance(error, OSError) and (failure := disk_error(error)) is not None:
        _log.error("disk", extra={"facts": {"route": route, "code": failure.code}})
        return error_response(failure, request.url.path)
    _log.error("unforeseen", extra={"facts": {"route": route}}, exc_info=error)
    return error_response(YoujuError(), request.url.path)


def _is_for_a_person(request: Request) -> bool:
    """Whether a browser was sent here; the API speaks JSON to whomever."""
    is_api = request.url.path.startswith("/v1/")
    return not is_api and wants_page(request.scope, request.headers)


def _is_a_name(part: object) -> bool:
    """Whether a step of a place is the client's: a key or a number, no validator of ours."""
    return isinstance(part, int) or not _OURS.search(str(part))


def _printable(part: object) -> str:
    return str(part).encode("utf-8", "replace").decode("utf-8")[:80]
