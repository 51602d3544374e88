"""`GET /chat/page/SHA256/N.png`: a page of a PDF or a scan, for the boxes of a quote."""

from __future__ import annotations

import asyncio
from functools import partial

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from ingest.pages.page_images import render_page
from ui.engine import Engine

_WIDTH = 1_600  # pixels: sharp in the panel, readable when enlarged
_AT_ONCE = 2

router = APIRouter(include_in_schema=False)
_drawing = asyncio.Semaphore(_AT_ONCE)


@router.get("/chat/page/{sha256}/{page}.png")
async def page_image(
    request: Request,
    sha256: str = Path(pattern="^[0-9a-f]{64}$"),
    page: int = Path(ge=1, le=100_000),
) -> Response:
    """Drawn by a child process, not on the threads that answer. The hash names it for good."""
    engine: Engine = request.app.state.engine
    async with _drawing:
        png = await asyncio.to_thread(partial(_drawn, engine, sha256, page))
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return Response(png, media_type="image/png", headers=headers)


def _drawn(engine: Engine, sha256: str, page: int) -> bytes:
    return render_page(engine.pipeline().library, sha256, page, _WIDTH)
