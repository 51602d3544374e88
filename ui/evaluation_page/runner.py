"""The one evaluation that a server runs at a time, on a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import Request

from eval.diagnosis import Diagnosis
from eval.drafting.draft_store import DraftStore
from eval.run_store import Cancelled, KeptRun, RunStore
from rag.data_model.answers import Answer, Filters
from rag.errors import RunUnderway, YoujuError
from rag.proof.verification import Finding, verify
from ui.accounts.roles import who_asks
from ui.engine import Engine


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run under way is; `seconds` since it began here; `stopping`: it was cancelled."""

    run_id: str
    done: int
    total: int
    seconds: float
    stopping: bool = False


def runner_of(request: Request) -> RunnerOfUser:
    """The runner of the application that serves this request, as its user sees it."""
    runner: Runner = request.app.state.runner
    return runner.seen_by(who_asks(request).uid)


def end_run_of(request: Request, user: str) -> None:
    """Stop the evaluation that this application runs for a user, if it does, and wait for it."""
    runner: Runner = request.app.state.runner
    runner.end_run_of(user)


class Runner:
    """Starts, resumes and cancels runs of the server's data directory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: dict[str, RunnerOfUser] = {}
        self._user = ""
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._progress: Progress | None = None

    @property
    def progress(self) -> Progress | None:
        """Of the run under way; None where none is."""
        return self._told()

    def seen_by(self, user: str) -> RunnerOfUser:
        """As a user sees it, by their id: with their own sets and runs; empty: without users."""
        folder = self._engine.settings.data_dir
        made = RunnerOfUser(self, RunStore(folder, user), DraftStore(folder, user), user)
        return self._seen.setdefault(user, made)  # one each, for they hold locks

    def progress_for(self, user: str) -> Progress | None:
        """Of the run under way, if it is theirs."""
        return self._told() if user == self._user else None

    def _told(self) -> Progress | None:
        now = self._progress
        return replace(now, stopping=True) if now is not None and self._stop.is_set() else now

    def start(self, set_id: str, user: str = "", collections: Sequence[str] = ()) -> KeptRun:
        """Begin a run of a set, in these collections or everywhere; returns at once.

        Raises:
            RunUnderway: another one runs.
            CollectionMissing: one of these collections is not there.
            SetMissing, DataFileError: the set cannot be used.
        """
        self._check_idle()
        if collections:  # without the guard, for the pipeline may still be loading
            library = self._engine.pipeline().library
            library.check_collections(Filters(collections=tuple(collections)))
        with self._guard:
            self._check_idle()
            shelf = self.seen_by(user).shelf
            return self._launch(shelf.begin(set_id, collections), shelf, user)

    def resume(self, run_id: str, user: str = "") -> KeptRun:
        """Go on with a run that did not finish.

        Raises:
            RunUnderway: another one runs, or another server is at it.
            RunMissing: there is no such run.
        """
        with self._guard:
            self._check_idle()
            shelf = self.seen_by(user).shelf
            if shelf.is_performed(run_id):
                raise RunUnderway
            return self._launch(shelf.run(run_id), shelf, user)

    def cancel(self) -> None:
        """Ask the run under way to stop after its present question."""
        self._stop.set()

    def end_run_of(self, user: str) -> None:
        """Stop the run under way if it is theirs, and wait for its present question."""
        with self._guard:
            thread = self._thread if self.progress_for(user) is not None else None
            if thread is not None:
                self.cancel()
        if thread is not None:
            thread.join()

    def close(self) -> None:
        """Stop, and wait for the question under way."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()

    def _check_idle(self) -> None:
        if self._progress is not None:
            raise RunUnderway

    def _launch(self, run: KeptRun, shelf: RunStore, user: str) -> KeptRun:
        self._stop.clear()
        self._user = user
        self._progress = Progress(run.id, 0, run.questions, 0.0)
        self._thread = threading.Thread(
            target=self._work, args=(run, shelf), name="youju-evaluation", daemon=True
        )
        self._thread.start()
        return run

    def _work(self, run: KeptRun, shelf: RunStore) -> None:
        began = time.monotonic()

        def progress(done: int, total: int) -> None:
            if self._stop.is_set():
                raise Cancelled
            self._progress = Progress(run.id, done, total, time.monotonic() - began)

        try:
            pipeline = self._engine.pipeline()

            def findings(answer: Answer) -> list[Finding]:
                return verify(answer, pipeline.library)

            why = Diagnosis(pipeline, self._engine.settings.retrieval.passages)
            shelf.perform(run, pipeline, pipeline, findings, progress, diagnosis=why)
        except RunUnderway:
            return  # another server began it in this moment, and notes how it ends
        except YoujuError as error:
            shelf.fail(run, error)
        finally:
            self._progress = None


@dataclass(frozen=True, slots=True)
class RunnerOfUser:
    """The server's runner for one user; there is one run at a time for all."""

    runner: Runner
    shelf: RunStore
    drafts: DraftStore
    user: str

    @property
    def progress(self) -> Progress | None:
        """Of their run, if it is under way."""
        return self.runner.progress_for(self.user)

    def start(self, set_id: str, collections: Sequence[str] = ()) -> KeptRun:
        """See `Runner.start`."""
        return self.runner.start(set_id, self.user, collections)

    def resume(self, run_id: str) -> KeptRun:
        """See `Runner.resume`."""
        return self.runner.resume(run_id, self.user)

    def cancel(self, *, anyones: bool = False) -> None:
        """Stop the run under way, if it is theirs, or whosever it is."""
        if anyones or self.progress is not None:
            self.runner.cancel()
