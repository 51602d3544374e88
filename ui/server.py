"""The server: one FastAPI application with the API and, on every other address, the chat."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from anyio import CapacityLimiter
from fastapi import FastAPI

from rag.settings import Loaded, ServerSettings, Settings, with_token
from ui.account_page.routes import router as account_page
from ui.accounts.accounts import Accounts
from ui.api import (
    articles,
    chat_completions,
    conversations,
    docs,
    jobs,
    me,
    problems,
    routes,
    shares,
    shelving,
    uploads,
    users,
)
from ui.api import bin as removed
from ui.api import settings as settings_api
from ui.chat import page_images, streaming
from ui.engine import Engine, Opener, open_real_pipeline
from ui.evaluation_page import draft_routes, shelf_routes
from ui.evaluation_page.routes import router as evaluation_page
from ui.evaluation_page.runner import Runner
from ui.intake.jobs import Ingester
from ui.intake.parts import PartialUploads
from ui.jobs_page.routes import router as jobs_page
from ui.language.current import Speaking
from ui.library_page.catalogue import router as catalogue
from ui.library_page.routes import router as library_page
from ui.limits import BodyLimit
from ui.listening import url_of
from ui.live_settings import LiveSettings
from ui.logs import log_to
from ui.memory import bound_heaps
from ui.metrics import Metrics, Observed
from ui.running import Announced, announced
from ui.security import Guard
from ui.settings_page.routes import router as settings_page
from ui.shared_page.checking import Checks
from ui.shared_page.routes import router as shared_page
from ui.static_files import router as static_files

_API = (
    routes.router,
    uploads.router,
    articles.router,
    jobs.router,
    shelving.router,
    removed.router,
    chat_completions.router,
    settings_api.router,
    me.router,
    conversations.router,
    shares.router,
    users.router,
    docs.router,
    static_files,
)
_FETCHES = 4  # pages of the web at once
_CHAT = (streaming.router, page_images.router)
_PAGES = (
    library_page,
    catalogue,
    draft_routes.router,
    shelf_routes.router,
    evaluation_page,
    jobs_page,
    settings_page,
    account_page,
    shared_page,
)


def create_app(
    settings: Settings | Loaded,
    opener: Opener = open_real_pipeline,
    *,
    chat: bool = True,
    ingester: Ingester | None = None,
    told: Announced | None = None,
    demo: bool = False,
) -> FastAPI:
    """Build the application; nothing is loaded until it starts.

    Args:
        settings: where the library is, how much to take on at once, the token; if they are loaded,
            the settings page says where each comes from.
        opener: gives the pipeline; tests bring a fake one.
        chat: whether the chat page is served too.
        ingester: stores uploads, instead of a process of its own; tests bring one.
        told: what the command line of this machine was told of this server.
        demo: whether the library is the sample one, which pages say.

    Raises:
        SettingsError: the file that holds the token cannot be read, or is empty.
    """
    loaded = settings if isinstance(settings, Loaded) else Loaded.of(settings)
    settings = loaded.settings
    engine = Engine(settings, opener, ingester, demo=demo)
    app = FastAPI(
        title="有据 Youju",
        description="只说有出处的话的中文问答：每句话都是可核对的引文。",
        lifespan=lambda app: _life(app, chat=chat),
        docs_url=None,  # those pages load their scripts from elsewhere; ours is plain
        redoc_url=None,
    )
    _remember(app, engine, loaded, told)
    for router in (*_API, *(_CHAT if chat else ()), *_PAGES):
        app.include_router(router)
    problems.install(app)
    _wrap(app, settings, told)
    return app


def _remember(app: FastAPI, engine: Engine, loaded: Loaded, told: Announced | None) -> None:
    """What routes find in `app.state`."""
    settings = loaded.settings
    app.state.engine = engine
    app.state.runner = Runner(engine)
    app.state.live_settings = LiveSettings(engine, loaded)
    app.state.announced = told
    app.state.accounts = Accounts(settings)
    app.state.checks = Checks()
    app.state.uploads = PartialUploads(settings.data_dir, settings.server.large_upload_mb)
    app.state.fetching = CapacityLimiter(_FETCHES)
    app.state.chat = None
    app.state.metrics = Metrics(engine)


def _wrap(app: FastAPI, settings: Settings, told: Announced | None) -> None:
    """What each request passes through; what is added last sees it first."""
    state = app.state
    key, address = (told.key, told.address) if told else ("", "")
    server = with_token(settings).server
    app.add_middleware(BodyLimit, upload_mb=server.upload_limit_mb)
    app.add_middleware(Guard, server=server, accounts=state.accounts, key=key, address=address)
    app.add_middleware(Speaking, setting=lambda: state.engine.settings.ui.language)
    app.add_middleware(Observed, metrics=state.metrics)


@contextlib.asynccontextmanager
async def _life(app: FastAPI, *, chat: bool) -> AsyncIterator[None]:
    """Load while the server answers already; at the end, finish what is under way."""
    engine: Engine = app.state.engine
    engine.start()
    await asyncio.to_thread(app.state.uploads.sweep)
    async with contextlib.AsyncExitStack() as stack:
        if chat:
            from ui.chat.mounting import ChatMount

            app.state.chat = app.router.default = mount = ChatMount(engine)
            await stack.enter_async_context(mount.running())
        yield
    await asyncio.to_thread(app.state.runner.close)
    await asyncio.to_thread(engine.close)
    await asyncio.to_thread(app.state.accounts.close)


def serve(
    settings: Settings | Loaded,
    bound: socket.socket,
    opener: Opener = open_real_pipeline,
    *,
    log: Path | None = None,
    demo: bool = False,
    watch: Callable[[FastAPI], None] = lambda _: None,
) -> None:
    """Serve on a listening socket until interrupted; answers under way are finished first.

    Args:
        settings: all of them.
        bound: where to listen.
        opener: gives the pipeline.
        log: the file that logs go to; None: standard error.
        demo: whether the library is the sample one.
        watch: given the application before it starts, to tell how far it is.
    """
    bound_heaps()
    log_to(log)
    plain = settings.settings if isinstance(settings, Loaded) else settings
    url = url_of(bound, safe=plain.server.certfile is not None)
    with announced(plain.data_dir, url) as told:
        app = create_app(settings, opener, told=told, demo=demo)
        watch(app)
        _serve(app, plain.server, bound)


def _serve(app: FastAPI, server: ServerSettings, bound: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        ssl_certfile=server.certfile,
        ssl_keyfile=server.keyfile,
        proxy_headers=False,  # whom to believe is `Guard`'s to say
    )
    uvicorn.Server(config).run([bound])
