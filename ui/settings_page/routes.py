"""The settings page's addresses. Changes go to the API's own, `/v1/settings`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from ui.api.settings import live_settings_of
from ui.frame import framed
from ui.settings_page import rendering

router = APIRouter(prefix="/settings", include_in_schema=False)


@router.get("")
async def page(request: Request) -> HTMLResponse:
    """The page."""
    return framed("settings_page", demo=request.app.state.engine.demo)


@router.get("/overview")
async def overview(request: Request) -> dict[str, str]:
    """All settings, grouped."""
    live = live_settings_of(request)
    file = live.loaded.home_file
    return {
        "html": rendering.settings_html(live.records()),
        "file": rendering.file_html(file, exists=file.is_file()),
    }
