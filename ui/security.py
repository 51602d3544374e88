"""What guards every route, the chat included: host names, origins, token, headers.

A server on this machine is reachable from any web page that the person has open. So: a `Host`
that is not ours is refused (DNS rebinding), a write that another site's page sent is refused
(cross-site request forgery), and the page may load nothing from anywhere else.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, Sequence
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import HostRefused, OriginRefused, TokenRequired, TooManyGuesses, YoujuError
from rag.settings import ServerSettings
from ui.guesses import Guesses
from ui.login import (
    LOGIN_PATH,
    LOGOUT_PATH,
    login_page,
    logout_page,
    sent_token,
    sent_value,
    wants_page,
)
from ui.origins import Origins, headers_for, is_preflight, preflight_response
from ui.sessions import Sessions

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
TOKEN_COOKIE = "youju_token"  # noqa: S105 (the cookie's name)
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
        self._origins = Origins(server.allowed_origins, server.allowed_hosts)
        self._behind_proxy = server.behind_proxy
        self._token = server.token.encode()
        self._guesses, self._sessions = Guesses(), Sessions()

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
        elif self._token and (answer := await self._admit(scope, headers, receive)) is not None:
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

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
        return host in self._hosts or (self._any_address and _is_address(host))

    async def _admit(self, scope: Scope, headers: Headers, receive: Receive) -> Response | None:
        """None for those who know the token; for others the way to show it, or the refusal."""
        sessions = [one for one in _cookie_tokens(headers) if self._sessions.knows(one)]
        if scope["type"] == "http" and scope["path"] == LOGOUT_PATH and sessions:
            return await self._farewell(scope, receive, sessions)
        form = scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", LOGIN_PATH)
        linked = scope["type"] == "http" and scope["path"] == "/" and bool(_query_tokens(scope))
        offered = [(await sent_token(scope, receive)).encode("utf-8", "replace")] if form else []
        offered = offered or _offered(scope, headers)
        right = any(hmac.compare_digest(token, self._token) for token in offered)
        if sessions and not form and not (linked and right):
            return None  # an old link is no guess of one who is in
        if not offered:
            return self._ask(scope, headers)
        address = self._told(headers, "x-forwarded-for") or _address(scope)
        if seconds := self._guesses.wait(address):
            page = form or wants_page(scope, headers)
            error = TooManyGuesses(seconds=seconds)
            return login_page(wait=seconds) if page else error_response(error, scope["path"])
        if right:
            self._guesses.right(address, login=form or linked)
            return self._welcome(scope, headers) if form or linked else None
        self._guesses.wrong(address)
        return login_page(wrong=True) if form else self._ask(scope, headers)

    def _ask(self, scope: Scope, headers: Headers) -> Response:
        if wants_page(scope, headers):
            return login_page()
        return error_response(TokenRequired(), scope["path"])

    def _welcome(self, scope: Scope, headers: Headers) -> Response:
        """The token becomes a session, so that the address bar forgets it."""
        response = RedirectResponse("/", status_code=303)
        safe = "https" in {scope.get("scheme"), self._told(headers, "x-forwarded-proto")}
        response.set_cookie(
            TOKEN_COOKIE, self._sessions.begin(), httponly=True, samesite="strict", secure=safe
        )
        return response

    async def _farewell(self, scope: Scope, receive: Receive, sessions: list[str]) -> Response:
        """The page that asks, or the end of this session, or of all."""
        if scope["method"] != "POST":
            return logout_page()
        if await sent_value(scope, receive, "all"):
            self._sessions.end_all()
        for session in sessions:
            self._sessions.end(session)
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(TOKEN_COOKIE, httponly=True, samesite="strict")
        return response


def error_response(error: YoujuError, path: str = "", param: str | None = None) -> JSONResponse:
    """The wire form of an error, the same everywhere.

    Args:
        error: what happened.
        path: that was asked for; programs that speak to OpenAI's interface look for `error` too.
        param: what of the request is wrong.
    """
    waits = {503: "1", 429: str(error.context.get("seconds", 1))}
    headers = {"Retry-After": waits[error.http_status]} if error.http_status in waits else {}
    if error.http_status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body: dict[str, object] = {**error.as_dict()}
    if path.startswith(_OPENAI_PATHS):
        body["error"] = {
            "message": f"{error.message_zh}{error.hint_zh}",
            "type": _openai_type(error.http_status),
            "code": error.code,
            "param": param,
        }
    return JSONResponse(body, error.http_status, headers)


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


def _offered(scope: Scope, headers: Headers) -> list[bytes]:
    """The tokens that a request carries, other than in a form."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    bearer = [credentials.strip().encode("latin-1")] if scheme.lower() == "bearer" else []
    return [*bearer, *_query_tokens(scope)]


def _cookie_tokens(headers: Headers) -> Sequence[str]:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return []
    return [cookies[TOKEN_COOKIE].value] if TOKEN_COOKIE in cookies else []


def _query_tokens(scope: Scope) -> list[bytes]:
    query = scope.get("query_string", b"").decode("latin-1")
    return [token.encode() for token in parse_qs(query, errors="replace").get("token", [])]


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
