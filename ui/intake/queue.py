"""The one writer of a running server: a bounded queue of uploads and changes, on its own thread.

Everything that changes the library goes through here, in its turn, so that the library has one
writer and requests never wait inside the event loop.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from rag.errors import Busy, JobMissing, YoujuError
from rag.errors.disk import disk_error
from rag.library.library import Library
from ui.intake.jobs import FileResult, Ingester, Job
from ui.intake.uploads import discard_unused, unread

_log = logging.getLogger("youju.intake")
_REMEMBERED = 200
_IDLE_SECONDS = 60.0
_LAST_SECONDS = 5.0

T = TypeVar("T")
_Work = Callable[[], None]


class Intake:
    """Takes files and removals, one after the other.

    Args:
        data_dir: of the library.
        ingester: reads and stores files.
        changed: called after the library has changed, before the work counts as done.
        room: jobs that may wait; more are refused.
    """

    def __init__(
        self, data_dir: Path, ingester: Ingester, changed: Callable[[], None], room: int
    ) -> None:
        self._data_dir = data_dir
        self._ingester = ingester
        self._changed = changed
        self._waiting: queue.Queue[_Work | None] = queue.Queue(room)
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def waiting(self) -> int:
        """Jobs and other changes that have not begun."""
        return self._waiting.qsize()

    def submit(self, names: Sequence[str], files: Sequence[Path]) -> Job:
        """Queue files for the library; `names` are what people called them.

        Raises:
            Busy: too many wait already.
        """
        job = Job(tuple(names), tuple(files))
        self._enqueue(lambda: self._ingest(job))
        with self._guard:
            self._jobs[job.id] = job
            while len(self._jobs) > _REMEMBERED:
                self._jobs.popitem(last=False)
        return job

    def change(self, work: Callable[[Library], T]) -> Future[T]:
        """Have `work` change the library when its turn comes; it is given the library for writing.

        Raises:
            Busy: too many jobs wait already. The future raises what `work` does.
        """
        outcome: Future[T] = Future()
        self._enqueue(lambda: _settle(outcome, lambda: self._change(work)))
        return outcome

    def remove(self, article_ids: Sequence[str]) -> Future[None]:
        """Take articles out of the library, and their files where nothing else comes from them.

        Raises:
            Busy: too many jobs wait already. The future raises what `Library.remove` does.
        """

        def work(library: Library) -> None:
            for article_id in article_ids:
                origin = library.input_of(library.article(article_id).key)
                library.remove(article_id)
                if origin:
                    discard_unused(library, [Path(origin)])

        return self.change(work)

    def job(self, job_id: str) -> Job:
        """A job of this server's, not too old.

        Raises:
            JobMissing: there is none of this id.
        """
        with self._guard:
            if job_id not in self._jobs:
                raise JobMissing
            return self._jobs[job_id]

    def resume(self) -> None:
        """Queue the uploads that an earlier run of the server took but did not get to."""
        for file in unread(self._data_dir):
            with suppress(Busy):
                self.submit([file.name], [file])

    def close(self) -> None:
        """Finish what is quickly done; `resume` takes up the rest when the next server starts."""
        with self._guard:
            self._closed = True
            thread = self._thread
        if thread is not None:
            with suppress(queue.Empty):
                while True:
                    self._waiting.get_nowait()
            self._waiting.put(None)
            thread.join(_LAST_SECONDS)
            self._ingester.abandon()
            thread.join()
        self._ingester.rest()

    def _enqueue(self, work: _Work) -> None:
        with self._guard:
            if self._closed:
                raise Busy
            try:
                self._waiting.put_nowait(work)
            except queue.Full:
                raise Busy from None
            if self._thread is None:
                self._thread = threading.Thread(target=self._live, name="youju-intake", daemon=True)
                self._thread.start()

    def _live(self) -> None:
        while True:
            try:
                work = self._waiting.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                self._ingester.rest()
                continue
            if work is None:
                return
            work()

    def _ingest(self, job: Job) -> None:
        job.status = "running"
        try:
            job.results = _typed(lambda: self._store(job))
            job.status = "done"
        except YoujuError as error:
            _log.warning("ingest failed: %s", error.code)
            job.error, job.status = error, "failed"
        finally:
            job.finished.set()

    def _store(self, job: Job) -> list[FileResult]:
        results = self._ingester.ingest(list(job.files), job.note)
        self._changed()
        with Library.open(self._data_dir) as library:
            discard_unused(library, job.files)
        return results

    def _change(self, work: Callable[[Library], T]) -> T:
        with Library.open(self._data_dir, write=True) as library:
            result = work(library)
        self._changed()
        return result


def _settle(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(_typed(work))
    except YoujuError as error:
        future.set_exception(error)


def _typed(work: Callable[[], T]) -> T:
    """Do `work`. What nobody foresaw fails this work alone: the thread goes on to the next.

    Raises:
        YoujuError: of the code `internal`, once it is logged, for every error that is not ours.
    """
    try:
        return work()
    except YoujuError:
        raise
    except Exception as error:
        _log.exception("unforeseen")
        disk = disk_error(error) if isinstance(error, OSError) else None
        raise disk or YoujuError from error
