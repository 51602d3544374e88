"""What guards every route, the chat included: host names, origins, who asks, headers.

A server on this machine is reachable from any web page that the person has open. So: a `Host`
that is not ours is refused (DNS rebinding), a write that another site's page sent is refused
(cross-site request forgery), and the page may load nothing from anywhere else.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import (
    HostRefused,
    MethodNotAllowed,
    OriginRefused,
    RoleRefused,
    RouteMissing,
    SettingInvalid,
    YoujuError,
)
from rag.settings import ServerSettings
from ui.accounts.accounts import Accounts
from ui.accounts.rights import UNNAMED, Right, is_route, right_of
from ui.accounts.roles import REMARKS_KEY, Principal, enter
from ui.admission import Admission, Call
from ui.error_headers import headers_of
from ui.language import message
from ui.language.errors import in_one, shown, worded
from ui.login import refusal_page, wants_page
from ui.origins import Origins, headers_for, is_preflight, preflight_response
from ui.running import PROOF_PATH

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
_OPENAI_PATHS = tuple(
    f"/v1/{name}" for name in ("chat/", "models", "completions", "embeddings", "responses")
)
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_NAMED = re.compile(r"[^A-Za-z0-9.:/_\[\]-]")
_PUBLIC = ("/ui/", "/assets/", "/static/", "/theme.css", "/svelte/", "/favicon")
"""Parts of pages, the same for everybody; Gradio's run to megabytes."""

# Gradio's page needs inline scripts and compiles templates; event-handler attributes it does not
# use, and they are what injected markup would need.
_CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # without one, a form of ours has no origin to show
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        server: ServerSettings,
        accounts: Accounts,
        key: str = "",
        address: str = "",
    ) -> None:
        self._app = app
        self._key = key
        self._hosts = LOOPBACK_HOSTS | {server.host.lower(), *map(str.lower, server.allowed_hosts)}
        if address:  # in numbers, where the settings may have a name: rebinding needs a name
            self._hosts |= {host_name(urlsplit(address).netloc)}
        self._everywhere = server.host in {"0.0.0.0", "::"}  # noqa: S104
        self._origins = Origins(server.allowed_origins, server.allowed_hosts)
        self._behind_proxy = server.behind_proxy
        self._accounts = accounts
        self._admission = Admission(server, key, accounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the refusal, or pass on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = self._origins.admitted(scope, headers)
        send = _adding_headers(send, str(scope["path"]), origin)
        if (refusal := self._refuse(scope, headers, origin)) is not None:
            await error_response(refusal, scope["path"])(scope, receive, send)
        elif origin is not None and is_preflight(scope, headers):
            await preflight_response(headers)(scope, receive, send)
        elif self._proves_itself(scope):
            await self._app(scope, receive, send)
        else:
            await self._let_in(scope, headers, receive, send)

    async def _let_in(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Pass on who may ask for this, and note what they did."""
        safe = "https" in {scope.get("scheme"), self._told(headers, "x-forwarded-proto")}
        address = self._told(headers, "x-forwarded-for") or _address(scope)
        try:
            met = await self._admission.admit(Call(scope, headers, address, safe), receive)
        except YoujuError as error:  # the file of users cannot be read: nobody comes in
            met = error
        except ClientDisconnect:
            return
        if isinstance(met, YoujuError):
            met = (
                refusal_page(met, title=message("不能进"), back=message("再试一次"))
                if wants_page(scope, headers)
                else error_response(met, scope["path"])
            )
        if isinstance(met, Response):
            await met(scope, receive, send)
            return
        right = right_of(scope.get("method", "GET"), scope["path"])
        enter(scope, met)
        told = False

        async def noting(message: Message) -> None:
            nonlocal told
            if message["type"] == "http.response.start" and not told:
                told = True  # who gets the reply finds it in the log
                await self._note(scope, met, right, message["status"], address)
            await send(message)

        try:
            if met.role < right.role:
                await _role_refused(scope, headers, met, right)(scope, receive, noting)
            else:
                await self._app(scope, receive, noting)
        finally:
            if not told:
                await self._note(scope, met, right, 500, address)

    async def _note(
        self, scope: Scope, who: Principal, right: Right, status: int, address: str
    ) -> None:
        if not right.event or not self._accounts.users.on:
            return
        about: dict[str, Any] = dict(scope.get(REMARKS_KEY, {}))
        event = about.pop("event", right.event)
        if event == "ask" and not (self._accounts.team.audit_questions and about):
            return
        about = {"path": scope["path"]} | about if "{" in right.path else about
        await self._accounts.note(
            event, who.name, about, role=who.role.key, status=status, address=address
        )

    def _refuse(self, scope: Scope, headers: Headers, origin: str | None) -> YoujuError | None:
        own = headers.get("host", "")
        host = self._told(headers, "x-forwarded-host") or own
        for named in (host, own):  # what is forwarded vouches for nothing: a page may write it
            if not self._is_ours(host_name(named)):
                return HostRefused(host=_shown(named))
        writes = scope.get("method", "GET") not in _READS
        asks_first = is_preflight(scope, headers)
        if origin is None and (
            (writes and not self._origins.are_ours(headers, host)) or asks_first
        ):
            return OriginRefused(origin=_shown(headers.get("origin", "")))
        return None

    def _told(self, headers: Headers, name: str) -> str:
        """What the proxy says, where there is one: the last that was added is its own.

        A proxy may add to a line that came, or add a line (HAProxy).
        """
        told = headers.getlist(name) if self._behind_proxy else []
        return told[-1].rpartition(",")[2].strip() if told else ""

    def _is_ours(self, host: str) -> bool:
        """Listening everywhere, any address may be ours; rebinding needs a name."""
        anywhere = self._everywhere and self._admission.is_closed
        return host in self._hosts or (anywhere and _is_address(host))

    def _proves_itself(self, scope: Scope) -> bool:
        """Who holds the key asks this first, to know whom he would show it to."""
        asked = (scope["type"], scope.get("method"), scope["path"])
        return bool(self._key) and asked == ("http", "GET", PROOF_PATH)


def _role_refused(scope: Scope, headers: Headers, who: Principal, right: Right) -> Response:
    path = scope["path"]
    if right is UNNAMED:
        missing: YoujuError = RouteMissing(path=path.encode("utf-8", "replace").decode()[:80])
        if is_route(path):
            missing = MethodNotAllowed(method=scope.get("method", "GET"))
        page = wants_page(scope, headers)
        return (
            refusal_page(missing, title=message("没有")) if page else error_response(missing, path)
        )
    needed = {"role": who.role.words, "needed": right.role.words, "wanted": right.role.key}
    error = RoleRefused(**needed)
    return refusal_page(error) if wants_page(scope, headers) else error_response(error, path)


def error_response(error: YoujuError, path: str = "", param: str | None = None) -> JSONResponse:
    """The wire form of an error, the same everywhere.

    Args:
        error: what happened.
        path: that was asked for; programs that speak to OpenAI's interface look for `error` too.
        param: what of the request is wrong.
    """
    body: dict[str, object] = {**worded(error)}
    if isinstance(error, SettingInvalid):
        body["fields"] = error.fields
    if path.startswith(_OPENAI_PATHS):
        body["error"] = {
            "message": in_one(*shown(error)),
            "type": _openai_type(error.http_status),
            "code": error.code,
            "param": param,
        }
    return JSONResponse(body, error.http_status, headers_of(error))


def _openai_type(status: int) -> str:
    if status == 401:
        return "authentication_error"
    if status == 429:
        return "rate_limit_error"
    return "invalid_request_error" if status < 500 else "server_error"


def host_name(host: str) -> str:
    """The name in a `Host` header, without the port; brackets of IPv6 stay."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _shown(header: str) -> str:
    """What a header said, fit to be shown: no more than a name, in characters that names have."""
    return _NAMED.sub("?", header)[:100] or "（没有写）"


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _adding_headers(
    send: Send, path: str, origin: str | None
) -> Callable[[Message], Awaitable[None]]:
    private = not path.startswith(_PUBLIC)

    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in headers_for(origin).items() if origin else ():
                headers[name] = value
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)  # a page may be stricter with itself
            if private:
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return add
