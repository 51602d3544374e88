"""The pipeline of a running server: loaded in the background, its work bounded.

Questions run on a few threads. As many again may wait as the settings say; more are refused
with `Busy`, so that a flood is answered quickly instead of piling up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from rag.data_model.answers import Answer, Filters, OnStage, Question, Stage
from rag.data_model.found import FoundPassage
from rag.desk.leads import led_on
from rag.errors import Busy, Starting, YoujuError
from rag.errors.disk import disk_error
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.settings import Settings
from ui.intake.child import ChildIngester
from ui.intake.jobs import Ingester
from ui.intake.queue import Intake
from ui.memory import give_back

if TYPE_CHECKING:
    from rag.generation import Findings

_log = logging.getLogger("youju.engine")
_RETRY_SECONDS = 2.0
_PATIENCE = 30.0

T = TypeVar("T")
State = Literal["starting", "ready", "failed"]


class Pipeline(Protocol):
    """What a server needs of the ask flow; `rag.pipeline.Pipeline` is one, tests bring others."""

    @property
    def library(self) -> Library:
        """The store that answers come from."""

    @property
    def embedder(self) -> Embedder:
        """What embeds passages of the library."""

    def ask(self, question: Question, on_stage: OnStage | None = None) -> Answer:
        """Answer or refuse, telling how far it is; may be called from several threads."""

    def try_out(self, question: Question) -> Answer:
        """As `ask`, for what nobody asked yet: nothing of it leaves the machine."""

    def findings(self, question: Question) -> Findings:
        """What the answer would be made of, for whoever looks into why it is what it is."""

    def search(self, query: str, limit: int, filters: Filters = ...) -> Sequence[FoundPassage]:
        """The best passages, best first."""

    def refresh(self) -> None:
        """Pick up a newer generation of the library."""

    def under(self, settings: Settings) -> Pipeline:
        """The same library and models under other settings; this one goes on under its own."""

    def close(self) -> None:
        """Let go of files."""


Opener = Callable[[Settings], Pipeline]


def open_real_pipeline(settings: Settings) -> Pipeline:
    """The opener that is not a fake: questions run side by side, on a thread each.

    How characters sound is read meanwhile, or the first slip would wait half a second for it.
    """
    from rag.assembly import open_pipeline
    from rag.language.sounds import load

    threading.Thread(target=load, name="youju-sounds", daemon=True).start()
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    streams = max(settings.embedding.streams, min(cores, settings.server.workers))
    embedding = settings.embedding.model_copy(update={"streams": streams})
    return open_pipeline(settings.model_copy(update={"embedding": embedding}))


class Engine:
    """Owns the pipeline, the threads that use it, and the intake of files."""

    def __init__(
        self,
        settings: Settings,
        opener: Opener = open_real_pipeline,
        ingester: Ingester | None = None,
        *,
        demo: bool = False,
    ) -> None:
        self.settings = settings
        self.demo = demo
        self._opener = opener
        self.intake = Intake(
            settings.data_dir,
            ingester or ChildIngester(settings),
            self._refresh,
            settings.server.uploads,
            self._refill,
        )
        self._pipeline: Pipeline | None = None
        self._error: YoujuError | None = None
        self._failed_at = 0.0
        self._loading = threading.Lock()
        self._changing = threading.Lock()
        self._settled = threading.Event()
        server = settings.server
        self._threads = ThreadPoolExecutor(server.workers, thread_name_prefix="youju-ask")
        self._looking = ThreadPoolExecutor(1, thread_name_prefix="youju-look")
        self._room = server.workers + server.queue
        self._inside = self._looks = 0
        self.outcomes: Counter[str] = Counter(answered=0, refused=0, busy=0)

    @property
    def state(self) -> State:
        """Whether questions can be answered."""
        if self._pipeline is not None:
            return "ready"
        return "failed" if self._error is not None else "starting"

    @property
    def error(self) -> YoujuError | None:
        """Why the last attempt to load failed."""
        return self._error

    def adopt(self, settings: Settings) -> None:
        """Answer under other settings from the next question on; those under way keep theirs."""
        with self._changing:
            self.settings = settings
            if self._pipeline is not None:
                self._pipeline = self._pipeline.under(settings)

    def start(self) -> None:
        """Load in the background and take up what was left unread; returns at once."""
        self.load_in_background()
        self.intake.resume()

    def load_in_background(self) -> None:
        """Load, to answer only; returns at once."""
        threading.Thread(target=self._load, name="youju-load", daemon=True).start()

    def close(self, patience: float = -1.0) -> None:
        """Finish the answers under way and the files being read, then let go of the pipeline.

        Args:
            patience: seconds to wait for one that is loading still; negative: until it is loaded.
        """
        self.intake.close()
        if self.state == "starting":
            self._settled.set()  # whoever waits for the pipeline waits in vain
        self._looking.shutdown(wait=False, cancel_futures=True)
        self._threads.shutdown(wait=True, cancel_futures=True)
        if not self._loading.acquire(timeout=patience):
            return
        try:
            with self._changing:
                pipeline, self._pipeline = self._pipeline, None
            if pipeline is not None:
                pipeline.close()
        finally:
            self._loading.release()

    def pipeline(self, wait_seconds: float = _PATIENCE) -> Pipeline:
        """The loaded pipeline; waits for it while it is loading.

        Raises:
            Starting: it is still loading.
            YoujuError: it could not be loaded; tried again after a short while.
        """
        if self._error is not None and time.monotonic() - self._failed_at > _RETRY_SECONDS:
            self._load()
        self._settled.wait(wait_seconds)
        if self._pipeline is not None:
            return self._pipeline
        raise self._error or Starting()

    async def run(self, work: Callable[[Pipeline], T], patience: float = _PATIENCE) -> T:
        """Run `work` on a thread of ours, waiting up to `patience` seconds for the loading.

        Raises:
            Busy: as many questions wait as may wait.
        """
        if self._inside >= self._room:
            self.outcomes["busy"] += 1
            raise Busy
        self._inside += 1
        try:
            loop = asyncio.get_running_loop()
            ours = copy_context()  # who asks, and in which language

            def turn() -> T:
                return work(self.pipeline(patience))

            return await loop.run_in_executor(self._threads, ours.run, turn)
        finally:
            self._inside -= 1

    async def look(self, work: Callable[[Pipeline], T]) -> T:
        """Run `work` on a thread apart from those that answer: files are read one at a time.

        Raises:
            Busy: as many wait as uploads may wait.
        """
        if self._looks >= self.settings.server.uploads:
            raise Busy
        self._looks += 1
        try:
            loop = asyncio.get_running_loop()
            pipeline = await loop.run_in_executor(None, self.pipeline)
            ours = copy_context()
            return await loop.run_in_executor(self._looking, ours.run, work, pipeline)
        finally:
            self._looks -= 1

    async def ask(self, question: Question, *, present: bool = False) -> Answer:
        """Answer or refuse, in its turn; `present`: over all that is stored by now."""

        def work(pipeline: Pipeline) -> Answer:
            if present:
                pipeline.refresh()
            return led_on(pipeline.ask(question), pipeline.try_out)

        return await self._answer(work)

    async def ask_in_stages(self, question: Question) -> AsyncIterator[Stage | Answer]:
        """How far the answer has come, as it comes; the answer itself is last.

        Who stops listening does not stop the work: its thread is free once it is done.
        """
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Stage | None] = asyncio.Queue()

        def on_stage(stage: Stage) -> None:
            loop.call_soon_threadsafe(told.put_nowait, stage)

        answering = asyncio.create_task(
            self._answer(
                lambda pipeline: led_on(pipeline.ask(question, on_stage), pipeline.try_out)
            )
        )
        answering.add_done_callback(lambda _: told.put_nowait(None))
        while (stage := await told.get()) is not None:
            yield stage
        yield await answering

    async def _answer(self, work: Callable[[Pipeline], Answer]) -> Answer:
        answer = await self.run(work)
        self.outcomes[answer.status] += 1
        return answer

    @property
    def in_progress(self) -> int:
        """Questions being answered or waiting."""
        return self._inside

    def _refresh(self) -> None:
        """Serve what was just stored; a pipeline that is not loaded yet will see it anyway."""
        if self._pipeline is not None:
            self._pipeline.refresh()
            give_back()

    def _refill(self) -> Sequence[str]:
        """The server's part of a rebuild: see `ui.intake.rebuilding`."""
        if not self.settings.library.url:
            return ()
        from rag.models.opening import open_embedder
        from ui.intake.rebuilding import refill

        pipeline, settings = self._pipeline, self.settings
        return refill(
            settings, pipeline.embedder if pipeline else open_embedder(settings.embedding)
        )

    def _load(self) -> None:
        with self._loading:
            if self._pipeline is not None:
                return
            settings = self.settings
            try:
                self._take(self._opener(settings), settings)
                self._error = None
            except (YoujuError, OSError) as error:
                told = disk_error(error) if isinstance(error, OSError) else error
                self._error, self._failed_at = told or YoujuError(), time.monotonic()
                unknown = error if told is None else None  # or nobody would learn what it was
                _log.warning("cannot load: %s", self._error.code, exc_info=unknown)
            finally:
                self._settled.set()

    def _take(self, pipeline: Pipeline, settings: Settings) -> None:
        """Answer with a pipeline that was loaded under these settings; they may have changed."""
        with self._changing:
            same = self.settings is settings
            self._pipeline = pipeline if same else pipeline.under(self.settings)
