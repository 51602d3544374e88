"""`/s/KEY`: what was shared by a link. The guard has seen to who may follow it."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from rag.data_model.answers import Answer
from rag.errors import ShareMissing, YoujuError
from ui.accounts.shares import Share
from ui.api.base import engine_of
from ui.api.me import accounts_of
from ui.login import refusal_page, wants_page
from ui.shared_page.checking import Checked, Checks
from ui.shared_page.rendering import page_html, policy

router = APIRouter(include_in_schema=False)


@router.get("/s/{key}")
async def shared(key: str, request: Request) -> HTMLResponse:
    """The page."""
    shares = accounts_of(request).shares
    try:
        share = await asyncio.to_thread(shares.of_key, key)
        turns = await asyncio.to_thread(shares.turns, share)
    except ShareMissing as error:
        if wants_page(request.scope, request.headers):
            return refusal_page(error)
        raise
    answers = [Answer.model_validate(turn["answer"]) for turn in turns]
    checked = await _checked(request, share, answers)
    questions = [str(turn["question"]) for turn in turns]
    page = page_html(share, list(zip(questions, answers, checked, strict=True)))
    headers = {"Content-Security-Policy": policy(), "Referrer-Policy": "no-referrer"}
    headers["X-Robots-Tag"] = "noindex"
    return HTMLResponse(page, headers=headers)


async def _checked(
    request: Request, share: Share, answers: list[Answer]
) -> tuple[Checked | None, ...]:
    """What today's library says; nothing while it is loading, or too busy."""
    checks: Checks = request.app.state.checks
    try:
        return await engine_of(request).run(
            lambda pipeline: checks.of(share.id, answers, pipeline.library), patience=0.0
        )
    except YoujuError:
        return (None,) * len(answers)
