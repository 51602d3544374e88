"""The jobs page's address; its script asks `/v1/jobs`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from ui.api.base import engine_of
from ui.frame import framed

router = APIRouter(prefix="/jobs", include_in_schema=False)


@router.get("")
async def page(request: Request) -> HTMLResponse:
    """The page."""
    return framed("jobs_page", demo=engine_of(request).demo)
