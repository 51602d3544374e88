"""Which language a request is answered in.

Whoever chose one on a page (a cookie, for this browser) is answered in it. Else the setting
`ui.language` counts; only where that is `auto` does the browser's own wish.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from http.cookies import CookieError, SimpleCookie
from typing import Literal, TypeVar, get_args

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Language = Literal["zh", "en"]
"""What pages and messages are written in."""

T = TypeVar("T")

COOKIE = "youju_language"
_CURRENT: ContextVar[Language] = ContextVar("youju_language", default="zh")
_WISH = re.compile(r"\s*([a-zA-Z*]{1,8})(?:-[\w-]{1,30})?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")


def current() -> Language:
    """The language of the request that is served here; Chinese where none is."""
    return _CURRENT.get()


def speak(language: Language) -> None:
    """From here on, this context is answered in `language`."""
    _CURRENT.set(language)


class Speaking:
    """ASGI middleware: sets each request's language.

    Args:
        app: what answers.
        setting: gives `ui.language` as it is now.
    """

    def __init__(self, app: ASGIApp, setting: Callable[[], str]) -> None:
        self._app = app
        self._setting = setting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, in its language."""
        if scope["type"] == "http":
            speak(language_of(Headers(scope=scope), self._setting()))
        await self._app(scope, receive, send)


def language_of(headers: Headers, setting: str) -> Language:
    """The language of a request, by what was chosen, what is set, what is wished."""
    chosen = _cookie(headers.get("cookie", ""))
    if chosen is None and setting == "auto":
        chosen = wished(headers.get("accept-language", ""))
    return chosen or ("en" if setting == "en" else "zh")


def wished(accepted: str) -> Language | None:
    """The language of ours that `Accept-Language` (RFC 9110, 12.5.4) ranks first, if any."""
    best: tuple[float, Language] | None = None
    for part in accepted[:500].split(","):
        match = _WISH.fullmatch(part)
        language = _ours(match[1].lower()) if match else None
        weight = float(match[2] or 1) if match else 0.0
        if language and weight > (best[0] if best else 0.0):
            best = weight, language
    return best[1] if best else None


def _cookie(header: str) -> Language | None:
    if COOKIE not in header:
        return None
    try:
        jar = SimpleCookie(header)
    except CookieError:
        return None
    return _ours(jar[COOKIE].value) if COOKIE in jar else None


def _ours(name: str) -> Language | None:
    return "en" if name == "en" else "zh" if name == "zh" else None


def in_each(work: Callable[[], T]) -> dict[Language, T]:
    """What `work` gives in each language."""

    def spoken(language: Language) -> T:
        speak(language)
        return work()

    return {language: copy_context().run(spoken, language) for language in get_args(Language)}
