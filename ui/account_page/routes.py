"""The account page's address. All it shows comes from the API's own."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from ui.api.base import engine_of
from ui.frame import framed

router = APIRouter(prefix="/account", include_in_schema=False)


@router.get("")
async def page(request: Request) -> HTMLResponse:
    """The page."""
    return framed("account_page", demo=engine_of(request).demo)
