"""`youju mcp`: the library as tools for an agent, over standard input and output.

Only the protocol goes to standard output: what a library prints goes to standard error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field

from rag.data_model.answers import Answer, Filters, Question
from rag.desk.leads import led_on
from rag.errors import YoujuError
from rag.errors.disk import disk_error
from rag.settings import Settings
from ui.api.wire import EXACT, FiltersBody, article_whole, hit_json
from ui.engine import Engine, Opener, Pipeline, open_real_pipeline
from ui.reply import plain_text

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from mcp_types import CallToolResult, ToolAnnotations

_PATIENCE_SECONDS = 120.0
_PASSAGES = 5
_INSTRUCTIONS = (
    "有据在一个人自己的中文文章里找答案。ask 的每句话都是带出处的逐字引文；没有依据时它拒答，"
    "这时不要替它编造。要更多上下文时用 search 找段落，用 read_article 读全文。"
)

T = TypeVar("T")

Asked = Annotated[str, Field(description="用中文写的一个问题", max_length=2000)]
Earlier = Annotated[
    list[str] | None, Field(description="这次对话里前面问过的问题，先问的在前", max_length=100)
]
Sought = Annotated[str, Field(description="要找的词或句子", max_length=2000)]
Limit = Annotated[int | None, Field(description="最多给几段", ge=1, le=50)]
ArticleId = Annotated[str, Field(description="文章编号，见引文或检索结果的 article_id")]
Within = Annotated[
    FiltersBody | None,
    Field(
        description="只在这些文章里找：collections（文集的名称）、tags、newspaper、page、author、speaker、"
        "section、date_from、date_to、articles"
    ),
]
Collections = Annotated[
    list[str] | None,
    Field(description="只在这些文集（用户起了名字的文章集合）里找，写名称", max_length=100),
]
Exact = Annotated[bool | None, Field(description=EXACT)]


def serve(settings: Settings, opener: Opener = open_real_pipeline) -> None:
    """Serve tools on standard input and output until the input ends.

    A client that goes while the models are loading is not kept waiting for them: the thread that
    loads cannot be stopped, so the process ends under it. Nothing is written here.
    """
    engine = Engine(settings, opener)
    build(engine).run("stdio")
    if engine.state == "starting":
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def build(engine: Engine) -> MCPServer[None]:
    """The server and its three tools."""
    from mcp.server.mcpserver import MCPServer

    @contextlib.asynccontextmanager
    async def loaded(_: MCPServer[None]) -> AsyncIterator[None]:
        with contextlib.redirect_stdout(sys.stderr):  # the SDK has the real one by now
            engine.load_in_background()
            yield
        await asyncio.to_thread(engine.close, patience=0.0)

    server = MCPServer("youju", title="有据", instructions=_INSTRUCTIONS, lifespan=loaded)
    _add_ask(server, engine)
    _add_search(server, engine)
    _add_read_article(server, engine)
    return server


def _reading() -> ToolAnnotations:
    from mcp_types import ToolAnnotations

    return ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def _add_ask(server: MCPServer[None], engine: Engine) -> None:
    from mcp_types import CallToolResult

    async def ask(
        question: Asked,
        history: Earlier = None,
        filters: Within = None,
        exact: Exact = False,
        collections: Collections = None,
    ) -> CallToolResult:
        asked = Question(
            question=question,
            history=tuple(history or ()),
            filters=_of(filters, collections),
            exact=exact or False,
        )
        return _replied(
            await _run(engine, lambda pipeline: led_on(pipeline.ask(asked), pipeline.try_out))
        )

    # the SDK reads the annotation, and could not find a name that is imported in here
    ask.__annotations__["return"] = Annotated[CallToolResult, Answer]
    server.tool(
        title="提问",
        description="在文章库里找答案。回答只由逐字引文组成，每处引文注明文章、段落和字符位置；"
        "没有依据时 status 为 refused，并给出最接近的段落。",
        annotations=_reading(),
    )(ask)


def _add_search(server: MCPServer[None], engine: Engine) -> None:
    @server.tool(
        title="检索段落",
        description="按相关程度给出文章库里的段落，最好的在前。",
        annotations=_reading(),
    )
    async def search(
        query: Sought,
        limit: Limit = _PASSAGES,
        filters: Within = None,
        collections: Collections = None,
    ) -> dict[str, Any]:
        most, within = limit or _PASSAGES, _of(filters, collections)
        hits = await _run(engine, lambda pipeline: pipeline.search(query, most, within))
        return {"query": query, "hits": [hit_json(hit) for hit in hits]}


def _add_read_article(server: MCPServer[None], engine: Engine) -> None:
    @server.tool(
        title="读一篇文章",
        description="一篇文章的全文：标题、作者、报纸、日期，和编了号的段落。",
        annotations=_reading(),
    )
    async def read_article(article_id: ArticleId) -> dict[str, Any]:
        stored = await _run(engine, lambda pipeline: pipeline.library.article(article_id))
        return article_whole(stored)


def _of(filters: FiltersBody | None, collections: list[str] | None) -> Filters:
    """The filters; collections that are named apart are looked at before theirs."""
    given = filters.filters if filters else Filters()
    return given.model_copy(update={"collections": tuple(collections)}) if collections else given


def _replied(answer: Answer) -> CallToolResult:
    """The answer as data, and the reply as people read it."""
    from mcp_types import CallToolResult, TextContent

    data = answer.model_dump(mode="json", by_alias=True)
    shown = json.dumps(data, ensure_ascii=False, indent=2)
    return CallToolResult(
        content=[
            TextContent(type="text", text=shown),
            TextContent(type="text", text=plain_text(answer)),
        ],
        structured_content=data,
    )


async def _run(engine: Engine, work: Callable[[Pipeline], T]) -> T:
    """Work on the engine's threads; failures in words that a model can read."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        return await engine.run(work, _PATIENCE_SECONDS)
    except (YoujuError, OSError) as error:
        told = disk_error(error) if isinstance(error, OSError) else error
        raise ToolError(json.dumps((told or YoujuError()).as_dict(), ensure_ascii=False)) from error
