"""Which pages may use the interface: our own, and those that `server.allowed_origins` names.

A browser asks before it lets another site's page, or a desktop program made of pages, use an
interface (CORS). Only `/v1` is ever opened, and never with the person's cookies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

_METHODS = "GET, POST, PUT, PATCH, DELETE"
_EXPOSED = "Location, Retry-After"
_NAMES = re.compile(r"[A-Za-z0-9-]{1,64}(?:\s*,\s*[A-Za-z0-9-]{1,64}){0,63}")
_SAME_SITE = frozenset({"", "same-origin", "none"})


class Origins:
    """The origins of a server.

    Args:
        allowed: `http://localhost:5173`, `app://obsidian.md`, `null`; `*` at the end stands for the
            rest (`vscode-webview://*`).
        hosts: names that the server was told are its own, behind a proxy say.
    """

    def __init__(self, allowed: Sequence[str], hosts: Sequence[str]) -> None:
        self._exact = {one.lower().rstrip("/") for one in allowed if not one.endswith("*")}
        self._starts = tuple(one[:-1].lower() for one in allowed if one.endswith("*"))
        self._hosts = {host.lower() for host in hosts}

    def are_ours(self, headers: Headers, host: str) -> bool:
        """Whether a request comes from a page of this server, or from no page at all."""
        if headers.get("sec-fetch-site", "").lower() not in _SAME_SITE:
            return False
        origin = headers.get("origin")
        if origin is None:
            return True
        place = urlsplit(origin.lower()) if "://" in origin else None
        if place is None:
            return False
        return place.netloc == host.lower() or _name(place.netloc) in self._hosts

    def admitted(self, scope: Scope, headers: Headers) -> str | None:
        """The origin of a page elsewhere that may use the address which it asks for."""
        origin = headers.get("origin", "")
        if not origin or not str(scope.get("path", "")).startswith("/v1/"):
            return None
        lower = origin.lower().rstrip("/")
        known = lower in self._exact or (bool(self._starts) and lower.startswith(self._starts))
        return origin if known else None


def is_preflight(scope: Scope, headers: Headers) -> bool:
    """Whether a browser asks what a page may do."""
    asks = "access-control-request-method" in headers
    return scope.get("method") == "OPTIONS" and "origin" in headers and asks


def preflight_response(headers: Headers) -> Response:
    """What a page that is admitted may do; who it is says `headers_for`."""
    allowed = {"Access-Control-Allow-Methods": _METHODS, "Access-Control-Max-Age": "600"}
    wanted = headers.get("access-control-request-headers", "")
    if _NAMES.fullmatch(wanted):
        allowed["Access-Control-Allow-Headers"] = wanted
    if "access-control-request-private-network" in headers:
        allowed["Access-Control-Allow-Private-Network"] = "true"
    return Response(status_code=204, headers=allowed)


def headers_for(origin: str) -> dict[str, str]:
    """What an answer to a page that is admitted carries."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": _EXPOSED,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Origin",
    }


def _name(netloc: str) -> str:
    if netloc.startswith("["):
        return netloc.partition("]")[0] + "]"
    return netloc.partition(":")[0]
