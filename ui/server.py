"""The server: one FastAPI application with the API and, on every other address, the chat."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

from fastapi import FastAPI

from rag.settings import Settings, with_token
from ui.api import articles, chat_completions, docs, problems, routes
from ui.chat import page_images, streaming
from ui.engine import Engine, Opener, open_real_pipeline
from ui.evaluation_page.routes import router as evaluation_page
from ui.evaluation_page.runner import Runner
from ui.intake.jobs import Ingester
from ui.library_page.routes import router as library_page
from ui.limits import BodyLimit
from ui.logs import log_to_stderr
from ui.metrics import Metrics, Observed
from ui.security import Guard
from ui.static_files import router as static_files


def create_app(
    settings: Settings,
    opener: Opener = open_real_pipeline,
    *,
    chat: bool = True,
    ingester: Ingester | None = None,
) -> FastAPI:
    """Build the application; nothing is loaded until it starts.

    Args:
        settings: where the library is, how much to take on at once, the token.
        opener: gives the pipeline; tests bring a fake one.
        chat: whether the chat page is served too.
        ingester: stores uploads, instead of a process of its own; tests bring one.

    Raises:
        SettingsError: the file that holds the token cannot be read, or is empty.
    """
    engine = Engine(settings, opener, ingester)
    runner = Runner(engine)
    app = FastAPI(
        title="有据 Youju",
        description="只说有出处的话的中文问答：每句话都是可核对的引文。",
        lifespan=lambda app: _life(app, engine, runner, chat=chat),
        docs_url=None,  # those pages load their scripts from elsewhere; ours is plain
        redoc_url=None,
    )
    app.state.engine = engine
    app.state.runner = runner
    app.state.metrics = Metrics(engine)
    app.include_router(routes.router)
    app.include_router(articles.router)
    app.include_router(chat_completions.router)
    app.include_router(docs.router)
    app.include_router(static_files)
    if chat:
        app.include_router(streaming.router)
        app.include_router(page_images.router)
    app.include_router(library_page)
    app.include_router(evaluation_page)
    problems.install(app)
    app.add_middleware(BodyLimit, upload_mb=settings.server.upload_limit_mb)
    app.add_middleware(Guard, server=with_token(settings).server)
    app.add_middleware(Observed, metrics=app.state.metrics)  # added last: it sees everything
    return app


@contextlib.asynccontextmanager
async def _life(app: FastAPI, engine: Engine, runner: Runner, *, chat: bool) -> AsyncIterator[None]:
    """Load while the server answers already; at the end, finish what is under way."""
    engine.start()
    async with contextlib.AsyncExitStack() as stack:
        if chat:
            from ui.chat.mounting import ChatMount

            mount = ChatMount(engine)
            app.router.default = mount
            await stack.enter_async_context(mount.running())
        yield
    await asyncio.to_thread(runner.close)
    await asyncio.to_thread(engine.close)


def serve(settings: Settings, bound: socket.socket, opener: Opener = open_real_pipeline) -> None:
    """Serve on a listening socket until interrupted; answers under way are finished first."""
    import uvicorn

    log_to_stderr()
    config = uvicorn.Config(
        create_app(settings, opener),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        ssl_certfile=settings.server.certfile,
        ssl_keyfile=settings.server.keyfile,
        proxy_headers=False,  # whom to believe is `Guard`'s to say
    )
    uvicorn.Server(config).run([bound])
