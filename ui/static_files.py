"""Style sheets, scripts and pages that are part of the package.

A page keeps its files in its own `static` folder; all pages share `ui/static`. Style sheets and
scripts are served: `ui/static/base.css` at `/ui/base.css`, `ui/chat/static/main.js` at
`/ui/chat/main.js`. So scripts can be small modules that import each other.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from rag.errors import RouteMissing
from ui.language import current
from ui.language.files import in_language

_MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOLDER = re.compile(r"[a-z_]+")
_NAME = re.compile(r"[a-z][a-z_-]*\.(css|js|svg)")

router = APIRouter(include_in_schema=False)


@cache
def read_static(name: str, page: str = "") -> str:
    """The text of a file of a page (`chat`), or of one that all pages share.

    Raises:
        FileNotFoundError: there is no such file.
    """
    folder = files("ui") / page if page else files("ui")
    return (folder / "static" / name).read_text(encoding="utf-8")


def spoken(name: str, page: str = "") -> str:
    """The same in the language of the request.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return in_language(read_static(name, page), name.rpartition(".")[2], current())


@router.get("/ui/{name}")
async def shared_file(name: str, request: Request) -> Response:
    """A file that all pages share."""
    return _served("", name, request)


@router.get("/ui/{page}/{name}")
async def file_of_a_page(page: str, name: str, request: Request) -> Response:
    """A file of one page."""
    return _served(page, name, request)


def _served(page: str, name: str, request: Request) -> Response:
    kind = _NAME.fullmatch(name)
    if kind is None or not (page == "" or _FOLDER.fullmatch(page)):
        raise RouteMissing(path="/ui")
    try:
        content = spoken(name, page)
    except FileNotFoundError as error:
        raise RouteMissing(path="/ui") from error
    tag = f'"{hashlib.sha256(content.encode()).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_MEDIA_TYPES[kind[1]], headers=headers)
