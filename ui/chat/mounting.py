"""Puts the chat under every address that the API does not take.

Importing Gradio takes seconds. The server answers meanwhile: people see a page that says what is
ready and opens the chat when it is there, programs already use the API.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import RouteClosed, RouteMissing
from ui.engine import Engine
from ui.language import Language, current, message
from ui.language.current import in_each
from ui.login import refusal_page, wants_page
from ui.security import error_response
from ui.static_files import spoken

Markup = Mapping[Language, str]
"""The chat's own HTML by language."""
_IMPORTING = threading.Lock()
"""Of two threads that import Gradio at once, one may see half of it: it imports in circles."""

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
        self._markup: Markup = {}

    @property
    def ready(self) -> bool:
        """Whether the chat itself is served already."""
        return self._page is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the page's own addresses and nothing else."""
        if scope["type"] != "http":
            return
        path = str(scope["path"])
        if _READS_OR_FETCHES.search(path):
            await error_response(RouteClosed())(scope, receive, send)
        elif not _OPEN.match(path) or ".." in path or "\\" in path:
            await _missing(scope, path)(scope, receive, send)
        elif self._page is None:
            await _starting_page()(scope, receive, send)
        else:
            await self._page(scope, receive, _as_ours(send, self._markup) if path == "/" else send)

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
                page, markup = await asyncio.to_thread(asyncio.run, _build(self._engine))
            except Exception:  # noqa: BLE001 - Gradio's own; the API goes on, the page comes later
                _log.exception("chat_not_built")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _AGAIN_SECONDS)
                continue
            async with page.router.lifespan_context(page):
                self._page, self._markup = page, markup
                await stop.wait()
                self._page = None


async def _build(engine: Engine) -> tuple[Any, Markup]:
    """Gradio makes an event loop that it never closes where it is built while none runs."""
    with _IMPORTING:
        from ui.chat.page import build_page, markup_of

    markup = in_each(lambda: markup_of(engine.settings.chooser, demo=engine.demo))
    return build_page(engine, markup["zh"]), markup


def _missing(scope: Scope, path: str) -> Response:
    """A page for people, JSON for programs, and below `/v1` for all."""
    error = RouteMissing(path=_printable(path))
    if not path.startswith("/v1/") and wants_page(scope, Headers(scope=scope)):
        return refusal_page(error, title=message("没有"))
    return error_response(error)


def _starting_page() -> Response:
    headers = {"Cache-Control": "no-store", "Youju-Starting": "1"}
    return HTMLResponse(spoken("starting.html", "chat"), headers=headers)


def _loading_sign() -> bytes:
    """What people see until Gradio's scripts have run; `main.js` takes it away."""
    return spoken("loading.html", "chat").encode()


def _embedded(markup: str) -> bytes:
    """The chat's markup as it stands in the script of Gradio's page."""
    written = json.dumps(markup, ensure_ascii=False)
    for character in "<>&'":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written.encode()


def _as_ours(send: Send, markup: Markup) -> Callable[[Message], Awaitable[None]]:
    """Gradio's page as ours: in the language of the request, nothing from elsewhere, our styles."""
    language = current()
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
        page = _FOREIGN_META.sub(b"", bytes(body))
        if language == "zh":
            page = page.replace(b'lang="en"', b'lang="zh-CN"', 1)
        else:
            page = page.replace(_embedded(markup["zh"]), _embedded(markup[language]), 1)
        page = page.replace(b"</head>", _STYLES + b"</head>", 1)
        page = page.replace(b"<gradio-app", _loading_sign() + b"<gradio-app", 1)
        MutableHeaders(scope=head[0])["Content-Length"] = str(len(page))
        await send(head[0])
        await send({"type": "http.response.body", "body": page})

    return rewrite


def _printable(path: str) -> str:
    return path.encode("utf-8", "replace").decode("utf-8")[:80]
