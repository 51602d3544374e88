"""What the terminal shows while a server starts: from the first moment, and the address last."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.errors import YoujuError
from ui import console

if TYPE_CHECKING:
    from fastapi import FastAPI
    from rich.status import Status

    from ui.engine import Engine

_LOOKS_SECONDS = 0.2


def _is_empty(engine: Engine) -> bool:
    """Whether nothing is stored; not, where that cannot be told."""
    try:
        return engine.pipeline().library.counts().articles == 0
    except YoujuError:
        return False


class Startup:
    """Tells on standard error how far a server is; enter it before anything heavy is imported.

    On a terminal a line moves and counts seconds; elsewhere only what matters is written.

    Args:
        url: where the server listens.
        log: the file that logs go to, if to any.
        demo: whether the library is the sample one.
    """

    def __init__(self, url: str, *, log: Path | None = None, demo: bool = False) -> None:
        self._url, self._log, self._demo = url, log, demo
        self._began = time.monotonic()
        self._over = threading.Event()
        self._app: FastAPI | None = None
        self._status: Status | None = None
        self._thread = threading.Thread(target=self._live, name="youju-startup", daemon=True)

    def __enter__(self) -> Self:
        console.warn(f"有据正在启动：{self._url} （按 Ctrl+C 停止）")
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("正在载入程序……")
            self._status.start()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._still()

    def watch(self, app: FastAPI) -> None:
        """From now on the application itself says how far it is."""
        self._app = app

    def _live(self) -> None:
        while not self._over.wait(_LOOKS_SECONDS):
            doing = self._doing()
            if doing is None:
                self._still()
                if self._app is not None:
                    self._tell_the_end(self._app)
                return
            if self._status is not None:
                seconds = time.monotonic() - self._began
                self._status.update(f"正在{doing}……{seconds:.0f} 秒")

    def _doing(self) -> str | None:
        """What is going on; None: nothing more is awaited."""
        if self._app is None:
            return "载入程序"
        engine, chat = self._app.state.engine, self._app.state.chat
        if engine.state == "starting":
            return "读入示例文章、模型和索引" if self._demo else "读入模型和索引"
        if engine.state == "ready" and chat is not None and not chat.ready:
            return "准备页面"
        return None

    def _tell_the_end(self, app: FastAPI) -> None:
        engine = app.state.engine
        if engine.error is not None:
            console.show_error(engine.error)
            return
        if self._log is not None:
            console.warn(f"日志写在 {self._log}")
        if self._demo:
            console.warn("这是示例文章库：停止以后，它连同你放进去的文章都会删除。")
        elif _is_empty(engine):
            console.warn("库里还没有文章：把文件拖进页面，或另外运行 youju ingest 文件或文件夹。")
            console.warn("想先看看样子：youju chat --demo")
        console.warn(f"可以用了，请打开 {self._url}")

    def _still(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
