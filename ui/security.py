"""What guards every route, the chat included: host names, origins, token, headers.

A server on this machine is reachable from any web page that the person has open. So: a `Host`
that is not ours is refused (DNS rebinding), a write that another site's page sent is refused
(cross-site request forgery), and the page may load nothing from anywhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import HostRefused, OriginRefused, TokenRequired, YoujuError
from rag.settings import ServerSettings
from ui.login import LOGIN_PATH, login_page, sent_token, wants_page

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
        self._any_address = bool(server.token) and server.host in {"0.0.0.0", "::"}  # noqa: S104
        self._token = server.token.encode()
        self._cookie = hashlib.sha256(b"youju cookie:" + self._token).hexdigest().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the refusal, or pass on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        send = _adding_headers(send)
        if (refusal := self._refuse(scope, headers)) is not None:
            await error_response(refusal)(scope, receive, send)
        elif self._token and (answer := await self._admit(scope, headers, receive)) is not None:
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refuse(self, scope: Scope, headers: Headers) -> YoujuError | None:
        if not self._is_ours(host_name(headers.get("host", ""))):
            return HostRefused()
        if scope.get("method", "GET") not in _READS and not _same_origin(headers):
            return OriginRefused()
        return None

    def _is_ours(self, host: str) -> bool:
        """Listening everywhere, any address may be ours; rebinding needs a name."""
        return host in self._hosts or (self._any_address and _is_address(host))

    async def _admit(self, scope: Scope, headers: Headers, receive: Receive) -> Response | None:
        """None for those who know the token; for others the way to show it, or the refusal."""
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", LOGIN_PATH):
            token = (await sent_token(scope, receive)).encode("utf-8", "replace")
            known = hmac.compare_digest(token, self._token)
            return self._welcome() if known else login_page(wrong=True)
        if self._knows_token(scope, headers):
            linked = scope["type"] == "http" and scope["path"] == "/" and _query_tokens(scope)
            return self._welcome() if linked else None
        return login_page() if wants_page(scope, headers) else error_response(TokenRequired())

    def _knows_token(self, scope: Scope, headers: Headers) -> bool:
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        offered = [credentials.strip().encode("latin-1")] if scheme.lower() == "bearer" else []
        offered += _query_tokens(scope)
        known = any(hmac.compare_digest(token, self._token) for token in offered)
        cookies = [cookie.encode() for cookie in _cookie_tokens(headers)]
        return known or any(hmac.compare_digest(cookie, self._cookie) for cookie in cookies)

    def _welcome(self) -> Response:
        """The token becomes a cookie, so that the address bar forgets it."""
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


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


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
