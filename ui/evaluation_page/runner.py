"""The one evaluation that a server runs at a time, on a thread of its own."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from eval.diagnosis import Diagnosis
from eval.run_store import Cancelled, KeptRun, RunStore
from rag.data_model.answers import Answer
from rag.errors import RunUnderway, YoujuError
from rag.proof.verification import Finding, verify
from ui.engine import Engine


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run under way is; `seconds` since it began here."""

    run_id: str
    done: int
    total: int
    seconds: float


class Runner:
    """Starts, resumes and cancels runs of the server's data directory."""

    def __init__(self, engine: Engine) -> None:
        self.shelf = RunStore(engine.settings.data_dir)
        self._engine = engine
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._progress: Progress | None = None

    @property
    def progress(self) -> Progress | None:
        """Of the run under way; None where none is."""
        return self._progress

    def start(self, set_id: str) -> KeptRun:
        """Begin a run of a set; returns at once.

        Raises:
            RunUnderway: another one runs.
            SetMissing, DataFileError: the set cannot be used.
        """
        with self._guard:
            self._check_idle()
            return self._launch(self.shelf.begin(set_id))

    def resume(self, run_id: str) -> KeptRun:
        """Go on with a run that did not finish.

        Raises:
            RunUnderway: another one runs.
            RunMissing: there is no such run.
        """
        with self._guard:
            self._check_idle()
            return self._launch(self.shelf.run(run_id))

    def cancel(self) -> None:
        """Ask the run under way to stop after its present question."""
        self._stop.set()

    def close(self) -> None:
        """Stop, and wait for the question under way."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()

    def _check_idle(self) -> None:
        if self._progress is not None:
            raise RunUnderway

    def _launch(self, run: KeptRun) -> KeptRun:
        self._stop.clear()
        self._progress = Progress(run.id, 0, run.questions, 0.0)
        self._thread = threading.Thread(
            target=self._work, args=(run,), name="youju-evaluation", daemon=True
        )
        self._thread.start()
        return run

    def _work(self, run: KeptRun) -> None:
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
            self.shelf.perform(run, pipeline, pipeline, findings, progress, diagnosis=why)
        except YoujuError as error:
            self.shelf.fail(run, error)
        finally:
            self._progress = None
