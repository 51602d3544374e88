"""The one writer of a running server: a bounded queue of uploads and changes, on its own thread.

Everything that changes the library goes through here, in its turn, so that the library has one
writer and requests never wait inside the event loop.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from rag.data_model.answers import Filters
from rag.errors import Busy, IngestBroken, JobNotRetryable, JobOver, YoujuError
from rag.library.library import Library
from rag.library.shelving import EVERYTHING
from ui.intake.jobs import FileResult, Ingester, Job
from ui.intake.ledger import Ledger
from ui.intake.patience import Patience
from ui.intake.settling import conclude, followed, settle, tell_failures, typed
from ui.intake.uploads import (
    discard_unused,
    purge,
    remember_collection,
    remembered_collection,
    remembering,
    unread,
    unused,
)

_log = logging.getLogger("youju.intake")
_MOST_ATTEMPTS = 3
"""How often an import that a server did not survive is begun without being asked."""
_IDLE_SECONDS = 60.0
_LAST_SECONDS = 5.0

T = TypeVar("T")
_Work = Callable[[], None]


class Intake:
    """Takes files and removals, one after the other.

    Args:
        data_dir: of the library.
        ingester: reads and stores files.
        changed: called after the library has changed, before the work counts as done; where it
            fails, the work does not.
        room: jobs that may wait; more are refused.
        remade: the server's own part of a rebuild; what was done, a line each.
    """

    def __init__(
        self,
        data_dir: Path,
        ingester: Ingester,
        changed: Callable[[], None],
        room: int,
        remade: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._remade = remade
        self._data_dir = data_dir
        self._ingester = ingester
        self._changed = changed
        self._waiting: queue.Queue[_Work | None] = queue.Queue(room)
        self._ledger = Ledger(data_dir)
        self._works: dict[str, _Work] = {}
        self._current: Job | None = None
        self._left: frozenset[Path] = frozenset()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._patience = Patience(self._ledger.note, lambda: self._closed)

    @property
    def waiting(self) -> int:
        """Jobs and other changes that have not begun."""
        return self._waiting.qsize()

    def check_room(self) -> None:
        """Refuse what could not be queued now.

        Raises:
            Busy: too many wait already.
        """
        if self._closed or self._waiting.full():
            raise Busy

    def submit(
        self, names: Sequence[str], files: Sequence[Path], collection: str | None = None
    ) -> Job:
        """Queue files for the library; `names` are what people called them.

        New articles go to the collection; it is remembered until the files are read. What somebody
        said of the same bytes before stays said, where nothing is said now or they are not taken.

        Raises:
            Busy: too many wait already.
        """
        job = Job(tuple(names), tuple(files), collection)
        job.tell(f"收下 {len(files)} 个文件")
        with remembering(files, collection):
            self._queue(job, lambda: self._ingest(job))
        return job

    def rebuild(self) -> Job:
        """Queue a rebuild of vectors and indexes.

        Raises:
            Busy: too many wait already.
        """
        job = Job(kind="rebuild", title="重建索引")
        self._queue(job, lambda: self._rebuild(job))
        return job

    def change(self, work: Callable[[Library], T], correcting: str = "") -> Future[T]:
        """Have `work` change the library when its turn comes; it is given the library for writing.

        Args:
            work: what is done.
            correcting: the title of an article that it sets right, which the jobs shall tell.

        Raises:
            Busy: too many jobs wait already. The future raises what `work` does.
        """
        outcome: Future[T] = Future()
        if not correcting:
            self._enqueue(lambda: settle(outcome, lambda: self._change(work)))
            return outcome
        job = Job(kind="correction", title=f"更正《{correcting}》")
        self._queue(job, lambda: settle(outcome, lambda: self._correct(job, work)))
        return outcome

    def remove(
        self, article_ids: Sequence[str], filters: Filters = EVERYTHING
    ) -> Future[Sequence[str]]:
        """Take articles into the bin, all or none; their ids. Their files stay for as long.

        Raises:
            Busy: too many jobs wait already. The future raises what `Library.remove_all` does.
        """
        return self.change(lambda library: library.remove_all(article_ids, filters))

    def purge(self, article_ids: Sequence[str] | None) -> Future[Sequence[str]]:
        """Empty the bin, of some articles or of all, and remove files that only they came from.

        Raises:
            Busy: too many jobs wait already. The future raises what `Library.purge_bin` does.
        """
        return self.change(lambda library: purge(library, article_ids))

    def job(self, job_id: str) -> Job:
        """A job that is not too old.

        Raises:
            JobMissing: there is none of this id.
        """
        return self._ledger.job(job_id)

    def jobs(self) -> Sequence[Job]:
        """All that are known, the oldest first."""
        return self._ledger.jobs()

    def cancel(self, job_id: str) -> Job:
        """Stop a job; what it has stored is kept, and so are its files, for another attempt.

        Raises:
            JobMissing: there is none of this id.
            JobOver: it is over, or cannot be stopped.
        """
        job = self._ledger.job(job_id)
        with self._guard:
            if job.stopping:
                return job
            if not job.can_cancel:
                raise JobOver
            if job is self._current:
                job.stopping = True
                job.tell("正在取消")
                self._ledger.note(job)
                self._ingester.abandon()
                return job
            work = self._works.pop(job.id, None)
            with self._waiting.mutex, suppress(ValueError):
                self._waiting.queue.remove(work)
            job.end("cancelled", "还没开始就取消了")
        self._ledger.note(job)
        return job

    def retry(self, job_id: str) -> Job:
        """Queue a job again that ended undone; what is stored already is not done twice.

        Raises:
            JobMissing: there is none of this id.
            JobNotRetryable: it is not undone, or its files are gone.
            Busy: too many wait already.
        """
        job = self._ledger.job(job_id)
        self._again(job, "重试")
        return job

    def forget(self, job_id: str) -> None:
        """Know nothing more of a job that is over, and remove files of it that nothing wants.

        Raises:
            JobMissing: there is none of this id.
            JobOver: it is not over.
        """
        job = self._ledger.job(job_id)
        if not job.is_over:
            raise JobOver(reason="还没有结束，请先取消")
        self._ledger.forget(job)
        self._discard([job])

    def awaits(self, file: Path) -> bool:
        """Whether an upload was taken that is still to be read, now or after the next start."""
        return file in self._left or file in self._ledger.wanted()

    def resume(self) -> None:
        """Take up what an earlier run of the server took but did not get to.

        Imports go on as the same jobs; what finds no room, or failed to end several times, waits
        for somebody to retry it.
        """
        for job in self._ledger.load():
            if job.kind == "import" and job.attempts < _MOST_ATTEMPTS and job.can_retry:
                with suppress(Busy):
                    self._again(job, "服务重新启动，接着做")
        wanted = self._ledger.wanted()
        for file in unread(self._data_dir):
            if file in wanted:
                continue
            try:
                self.submit([file.name], [file], remembered_collection(file))
            except Busy:
                self._left |= {file}
        if files := [file for file in unused(self._data_dir) if file not in wanted]:
            with suppress(Busy):
                self.change(lambda library: discard_unused(library, files))

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
        self._ledger.close()

    def _enqueue(self, work: _Work) -> None:
        with self._guard:
            self._put(work)

    def _put(self, work: _Work) -> None:
        if self._closed:
            raise Busy
        try:
            self._waiting.put_nowait(work)
        except queue.Full:
            raise Busy from None
        if self._thread is None:
            self._thread = threading.Thread(target=self._live, name="youju-intake", daemon=True)
            self._thread.start()

    def _queue(self, job: Job, work: _Work, *, again: bool = False) -> None:
        """Queue a job's work and know the job: it is noted before it can begin.

        `again`: what became of it before is forgotten once its place is sure.
        """

        def begin() -> None:
            with self._guard:
                if self._works.pop(job.id, None) is None:
                    return
                self._current = job
                job.begin()
            self._ledger.note(job)
            work()

        with self._guard:
            if again and not job.can_retry:
                raise JobNotRetryable
            self._put(begin)
            if again:
                job.wait()
            self._works[job.id] = begin
            old = self._ledger.add(job)
        self._discard(old)

    def _again(self, job: Job, why: str) -> None:
        self._queue(job, lambda: self._do(job), again=True)
        job.tell(why)

    def _do(self, job: Job) -> None:
        if job.kind == "import":
            self._ingest(job)
        else:
            self._rebuild(job)

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
        def work() -> None:
            job.results = self._store(job)
            tell_failures(job)

        self._perform(job, work)

    def _rebuild(self, job: Job) -> None:
        def work() -> None:
            if job.stopping:  # before there was a child to be stopped
                raise IngestBroken
            for line in (*self._patience.outlast(job, self._ingester.rebuild), *self._remade()):
                job.tell(line)
            self._follow(job)

        self._perform(job, work)

    def _correct(self, job: Job, work: Callable[[Library], T]) -> T:
        found: list[T] = []
        self._perform(job, lambda: found.append(self._change(work)))
        if job.error is not None:
            raise job.error
        return found[0]

    def _perform(self, job: Job, work: Callable[[], None]) -> None:
        """Do a job that has begun, and note how it ended."""
        try:
            typed(work)
        except YoujuError as error:
            _log.warning("%s failed: %s", job.kind, error.code)
            self._settle_current(job, error)
        else:
            self._settle_current(job, None)
        self._ledger.note(job)

    def _settle_current(self, job: Job, error: YoujuError | None) -> None:
        with self._guard:
            self._current = None
            stopped = job.stopping
            conclude(job, error, closed=self._closed)
        if stopped:  # the next job shall not begin in a process that is dying
            self._ingester.abandon()
            self._ingester.rest()

    def _store(self, job: Job) -> list[FileResult]:
        def progress(done: int, total: int, passages: int, share: float = 0.0) -> None:
            if job.stopping:
                raise IngestBroken
            job.note(done, total, passages, share)
            self._ledger.note(job, progress=True)

        def ingest() -> list[FileResult]:
            return self._ingester.ingest(list(job.files), progress, job.collection)

        results = self._patience.outlast(job, ingest)
        remember_collection(job.files, None)
        self._follow(job)
        with Library.open(self._data_dir) as library:
            discard_unused(library, self._ledger.alone_with(job) - self._left)
        return results

    def _discard(self, jobs: Sequence[Job]) -> None:
        """Remove the uploads of forgotten jobs that no article and no other job needs."""
        files = {file for job in jobs for file in job.files if file.is_file()}
        if kept := files and files - self._left - self._ledger.wanted():
            with Library.open(self._data_dir) as library:
                discard_unused(library, kept)

    def _change(self, work: Callable[[Library], T]) -> T:
        with Library.open(self._data_dir, write=True) as library:
            result = work(library)
        self._follow()
        return result

    def _follow(self, job: Job | None = None) -> None:
        if (said := followed(self._changed)) and job is not None:
            job.tell(said)
