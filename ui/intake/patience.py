"""A job that finds another program writing waits for it, and says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from rag.errors import IngestBroken, LibraryBusy, YoujuError
from ui.intake.jobs import Job

_LONGEST = 600.0
_PAUSE = 0.5
_AWAITED = "另一个程序正在写文章库，等它写完"

T = TypeVar("T")


class Patience:
    """Outlasts other writers: a command beside the server, or what a killed server left running.

    Args:
        note: has a job noted as it stands.
        ended: whether the server is ending.
        longest: seconds after which a job fails for it.
    """

    def __init__(
        self, note: Callable[[Job], None], ended: Callable[[], bool], longest: float = _LONGEST
    ) -> None:
        self._note = note
        self._ended = ended
        self._longest = longest

    def outlast(self, job: Job, work: Callable[[], T]) -> T:
        """Do `work`, again and again while another program holds the library.

        Raises:
            LibraryBusy: it holds it still.
            IngestBroken: the job was cancelled meanwhile, or the server ends.
            YoujuError: what `work` raises.
        """
        deadline = time.monotonic() + self._longest
        while True:
            try:
                return self._tried(job, work)
            except YoujuError as error:
                if error.code != LibraryBusy.code or time.monotonic() >= deadline:
                    raise
            if not job.awaiting:
                job.awaiting = _AWAITED
                job.tell(_AWAITED)
                self._note(job)
            time.sleep(_PAUSE)

    def _tried(self, job: Job, work: Callable[[], T]) -> T:
        if job.stopping or (job.awaiting and self._ended()):
            raise IngestBroken
        result = work()
        job.awaiting = ""
        return result
