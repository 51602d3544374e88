"""The chat as a Gradio application: one custom component and what it may ask of the server.

The component's script (`static/main.js`) calls the functions below by name. They take one JSON
object each, give back HTML made by `ui.chat.rendering`, and never raise: a failure is HTML too.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from rag.answers import Question
from rag.errors import BadRequest, YoujuError
from ui.api.wire import AskBody
from ui.chat import rendering
from ui.chat.exporting import Conversation, exported
from ui.chat.rendering import Target
from ui.chat.suggestions import suggestions
from ui.engine import Engine
from ui.static_files import read_static

if TYPE_CHECKING:
    from fastapi import FastAPI

_SCRIPT = 'import("/ui/chat/main.js").then((chat) => chat.start(element, server));'
_HISTORY = 20
_SAMPLED_ARTICLES = 50

B = TypeVar("B", bound=BaseModel)
ServerFunction = Callable[[Any], Awaitable[dict[str, Any]]]


def build_page(engine: Engine) -> FastAPI:
    """Gradio's application, ready to be served."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio
    from fastapi import FastAPI

    fonts = ["PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    with gradio.Blocks(title="有据", analytics_enabled=False, fill_width=True) as blocks:
        gradio.HTML(
            html_template=read_static("chat.html", "chat"),
            js_on_load=_SCRIPT,
            elem_id="youju",
            apply_default_css=False,
            server_functions=server_functions(engine),
        )
    page = FastAPI(openapi_url=None)
    gradio.mount_gradio_app(
        page,
        blocks,
        path="/",
        allowed_paths=[],
        blocked_paths=[str(engine.settings.data_dir.resolve())],
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        max_file_size=1,
        theme=gradio.themes.Base(font=fonts, font_mono=["monospace"]),
    )
    return page


def server_functions(engine: Engine) -> list[ServerFunction]:
    """What the page may call."""

    async def ask(data: Any) -> dict[str, Any]:
        return await _guarded(_ask(engine, data))

    async def read_article(data: Any) -> dict[str, Any]:
        return await _guarded(_read_article(engine, data))

    async def welcome(_: Any) -> dict[str, Any]:
        return await _guarded(_welcome(engine))

    async def export(data: Any) -> dict[str, Any]:
        return await _guarded(_export(data))

    return [ask, read_article, welcome, export]


async def _guarded(work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    try:
        return await work
    except YoujuError as error:
        return {"html": rendering.error_html(error), "error": error.as_dict()}


async def _ask(engine: Engine, data: Any) -> dict[str, Any]:
    body = _validated(AskBody, data)
    question = Question(question=body.question, history=body.history[-_HISTORY:])
    answer = await engine.ask(question)
    return {"html": rendering.answer_html(answer), "answer": answer.to_json()}


async def _read_article(engine: Engine, data: Any) -> dict[str, Any]:
    target = _validated(Target, data)
    stored = await engine.run(lambda pipeline: pipeline.library.article(target.article_id))
    return {"html": rendering.article_html(stored, target), "title": stored.article.title}


async def _welcome(engine: Engine) -> dict[str, Any]:
    """What is in the library, and what one could ask."""
    stored = await engine.run(lambda pipeline: pipeline.library.articles())
    if not stored:
        return {"articles": 0, "html": rendering.empty_library_html()}
    questions = suggestions(one.article for one in stored[:_SAMPLED_ARTICLES])
    return {"articles": len(stored), "html": rendering.suggestion_html(questions)}


async def _export(data: Any) -> dict[str, Any]:
    file = exported(_validated(Conversation, data))
    return {
        "name": file.name,
        "type": file.media_type,
        "content": base64.b64encode(file.content).decode("ascii"),
    }


def _validated(kind: type[B], data: Any) -> B:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise BadRequest(reason="页面发来的内容不合要求") from error
