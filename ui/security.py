"""What guards every route, the chat included: host names, origins, token, headers.

A server on this machine is reachable from any web page that the person has open. So: a `Host`
that is not ours is refused (DNS rebinding), a write that another site's page sent is refused
(cross-site request forgery), and the page may load nothing from anywhere else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import HostRefused, OriginRefused, TokenRequired, YoujuError
from rag.settings import ServerSettings

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
TOKEN_COOKIE = "youju_token"  # noqa: S105 (the cookie's name)
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME_SITE = frozenset({"", "same-origin", "none"})

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
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, server: ServerSettings) -> None:
        self._app = app
        self._hosts = LOOPBACK_HOSTS | {server.host.lower(), *map(str.lower, server.allowed_hosts)}
        self._any_host = bool(server.token) and server.host in {"0.0.0.0", "::"}  # noqa: S104
        self._token = server.token.encode()
        self._cookie = hashlib.sha256(b"youju cookie:" + self._token).hexdigest().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the refusal, or pass on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refuse(scope, headers)
        if refusal is not None:
            await _with_headers(send, error_response(refusal), scope, receive)
            return
        if self._token and (welcome := self._welcome(scope)) is not None:
            await _with_headers(send, welcome, scope, receive)
            return
        await self._app(scope, receive, _adding_headers(send))

    def _refuse(self, scope: Scope, headers: Headers) -> YoujuError | None:
        if not self._any_host and host_name(headers.get("host", "")) not in self._hosts:
            return HostRefused()
        if scope.get("method", "GET") not in _READS and not _same_origin(headers):
            return OriginRefused()
        if self._token and not self._knows_token(scope, headers):
            return TokenRequired()
        return None

    def _knows_token(self, scope: Scope, headers: Headers) -> bool:
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        offered = [credentials.strip().encode("latin-1")] if scheme.lower() == "bearer" else []
        offered += _query_tokens(scope)
        known = any(hmac.compare_digest(token, self._token) for token in offered)
        cookies = [cookie.encode() for cookie in _cookie_tokens(headers)]
        return known or any(hmac.compare_digest(cookie, self._cookie) for cookie in cookies)

    def _welcome(self, scope: Scope) -> Response | None:
        """A link with the token in it becomes a cookie, so that the address bar forgets it."""
        if scope["type"] != "http" or scope["path"] != "/" or not _query_tokens(scope):
            return None
        response = RedirectResponse("/", status_code=303)
        cookie = self._cookie.decode()
        response.set_cookie(TOKEN_COOKIE, cookie, httponly=True, samesite="strict")
        return response


def error_response(error: YoujuError) -> JSONResponse:
    """The wire form of an error, the same everywhere."""
    headers = {"Retry-After": "1"} if error.http_status == 503 else {}
    if error.http_status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(error.as_dict(), error.http_status, headers)


def host_name(host: str) -> str:
    """The name in a `Host` header, without the port; brackets of IPv6 stay."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def _same_origin(headers: Headers) -> bool:
    if headers.get("sec-fetch-site", "").lower() not in _SAME_SITE:
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def _cookie_tokens(headers: Headers) -> Iterable[str]:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return []
    return [cookies[TOKEN_COOKIE].value] if TOKEN_COOKIE in cookies else []


def _query_tokens(scope: Scope) -> list[bytes]:
    query = scope.get("query_string", b"").decode("latin-1")
    return [token.encode() for token in parse_qs(query, errors="replace").get("token", [])]


def _adding_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)  # a page may be stricter with itself
        await send(message)

    return add


async def _with_headers(send: Send, response: Response, scope: Scope, receive: Receive) -> None:
    await response(scope, receive, _adding_headers(send))
