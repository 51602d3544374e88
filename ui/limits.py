"""How much a request may carry: counted while it arrives, so that nothing piles up first."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import BodyTooLarge
from ui.intake.parts import PART_BYTES
from ui.security import error_response

UPLOAD_PATHS = frozenset({"/v1/articles", "/library/previews", "/evaluation/sets", "/v1/shares"})
JSON_MB = 2
PART_MB = PART_BYTES >> 20
_PART_PATH = re.compile(r"/v1/uploads/[^/]*/parts/[^/]*")
_MEBIBYTE = 1 << 20


class BodyLimit:
    """ASGI middleware: refuses a body by what it says of its size, or where it passes the limit."""

    def __init__(self, app: ASGIApp, upload_mb: int) -> None:
        self._app = app
        self._upload_mb = upload_mb

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > limit * _MEBIBYTE:
            await error_response(BodyTooLarge(limit=limit), scope["path"])(scope, receive, send)
            return
        await self._app(scope, _counting(receive, limit), send)

    def _limit(self, path: str) -> int:
        if path in UPLOAD_PATHS:
            return self._upload_mb
        return PART_MB if _PART_PATH.fullmatch(path) else JSON_MB


def _counting(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit * _MEBIBYTE:
            raise BodyTooLarge(limit=limit)
        return message

    return counted
