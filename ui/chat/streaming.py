"""`POST /chat/ask`: a reply in parts, one JSON object a line, so that it is shown as it comes.

Gradio's server functions give one result a call; this is the one route that the chat has besides.
Lines are `{"waiting"}` while there is no answer, `{"place", "html"}` (see
`ui.chat.answer_view.Part`), then `{"answer"}` or `{"error"}`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from rag.data_model.answers import Stage
from rag.errors import YoujuError
from rag.language.text import fold
from ui.accounts.roles import remark
from ui.api.wire import AskBody
from ui.chat.answer_view import card_class, error_html, parts
from ui.engine import Engine
from ui.language import _
from ui.language.errors import worded

router = APIRouter(include_in_schema=False)


@router.post("/chat/ask")
async def ask(body: AskBody, request: Request) -> StreamingResponse:
    """Answer in parts. Failures are parts too: the page shows them where the answer would be."""
    engine: Engine = request.app.state.engine
    remark(request, question=body.question)
    return StreamingResponse(_lines(engine, body), media_type="application/x-ndjson")


async def _lines(engine: Engine, body: AskBody) -> AsyncIterator[str]:
    try:
        async for come in engine.ask_in_stages(body.as_question()):
            if isinstance(come, Stage):
                yield _line({"waiting": waiting_text(come, body.question)})
                continue
            yield _line({"card": card_class(come)})
            for part in parts(come, body.filters.filters):
                yield _line({"place": part.place, "html": part.html})
            yield _line({"answer": come.to_json()})
    except YoujuError as error:
        yield _line({"place": "before", "html": error_html(error)})
        yield _line({"error": worded(error)})


def waiting_text(stage: Stage, asked: str) -> str:
    """What the reader is told meanwhile, with the searched question where it is another."""
    if stage.passages is not None:
        return _("正在读最接近的 {} 段……", stage.passages)
    if fold(asked).split() == fold(stage.searched_question).split():
        return _("正在查找依据……")
    return _("正在查找“{}”……", stage.searched_question)


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"
