"""Puts the chat under every address that the API does not take.

Importing Gradio takes seconds. The server answers meanwhile: people see a page that says what is
ready and opens the chat when it is there, programs already use the API.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import RouteClosed, RouteMissing
from ui.engine import Engine
from ui.security import error_response
from ui.static_files import read_static

_log = logging.getLogger("youju.chat")
_AGAIN_SECONDS = 1.0
# All that the page needs of Gradio. Its routes that read files, fetch addresses, take uploads
# or run other things stay shut.
_OPEN = re.compile(
    r"/(?:$|config/?$|theme\.css$|favicon\.ico$|manifest\.json$|assets/|static/|svelte/"
    r"|gradio_api/(?:component_server|startup-events|theme\.css|heartbeat/|app_id|info/?$))"
)
_READS_OR_FETCHES = re.compile(r"/(?:file|proxy|stream|deep_link|upload)(?:[=/_]|$)")
_STYLES = (
    b'<link rel="icon" href="/ui/seal.svg"><script src="/ui/theme.js"></script>'
    b'<link rel="stylesheet" href="/ui/base.css"><link rel="stylesheet" href="/ui/chat/chat.css">'
    b'<link rel="stylesheet" href="/ui/chat/starting.css">'
    b'<link rel="modulepreload" href="/ui/chat/main.js">'
)
_FOREIGN_META = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>', re.DOTALL)


class ChatMount:
    """ASGI application: the starting page, then Gradio."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._page: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the page's own addresses and nothing else."""
        if scope["type"] != "http":
            return
        path = str(scope["path"])
        if _READS_OR_FETCHES.search(path):
            await error_response(RouteClosed())(scope, receive, send)
        elif not _OPEN.match(path) or ".." in path or "\\" in path:
            missing = error_response(RouteMissing(path=_printable(path)))
            await missing(scope, receive, send)
        elif self._page is None:
            await _starting_page()(scope, receive, send)
        else:
            await self._page(scope, receive, _as_ours(send) if path == "/" else send)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Build Gradio's application in the background and keep it alive."""
        stop = asyncio.Event()
        task = asyncio.create_task(self._live(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    async def _live(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                page = await asyncio.to_thread(asyncio.run, _build(self._engine))
            except Exception:  # noqa: BLE001 - Gradio's own; the API goes on, the page comes later
                _log.exception("chat_not_built")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _AGAIN_SECONDS)
                continue
            async with page.router.lifespan_context(page):
                self._page = page
                await stop.wait()
                self._page = None


async def _build(engine: Engine) -> Any:
    """Gradio makes an event loop that it never closes where it is built while none runs."""
    from ui.chat.page import build_page

    return build_page(engine)


def _starting_page() -> Response:
    headers = {"Cache-Control": "no-store", "Youju-Starting": "1"}
    return HTMLResponse(read_static("starting.html", "chat"), headers=headers)


@cache
def _loading_sign() -> bytes:
    """What people see until Gradio's scripts have run; `main.js` takes it away."""
    return read_static("loading.html", "chat").encode()


def _as_ours(send: Send) -> Callable[[Message], Awaitable[None]]:
    """Gradio's page as ours: Chinese, nothing from elsewhere, our styles from the first paint."""
    head: list[Message] = []
    body = bytearray()

    async def rewrite(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.append(message)
            return
        if message["type"] != "http.response.body":
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        page = _FOREIGN_META.sub(b"", bytes(body)).replace(b'lang="en"', b'lang="zh-CN"', 1)
        page = page.replace(b"</head>", _STYLES + b"</head>", 1)
        page = page.replace(b"<gradio-app", _loading_sign() + b"<gradio-app", 1)
        MutableHeaders(scope=head[0])["Content-Length"] = str(len(page))
        await send(head[0])
        await send({"type": "http.response.body", "body": page})

    return rewrite


def _printable(path: str) -> str:
    return path.encode("utf-8", "replace").decode("utf-8")[:80]
