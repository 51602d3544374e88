"""The jobs that a server knows of: those of its own life, and what earlier ones left noted."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rag.errors import JobMissing
from ui.intake.jobs import Job
from ui.intake.journal import FOLDER, Journal
from ui.intake.owner import Owner

_REMEMBERED = 500
_NOTED_EVERY = 2.0  # seconds between two notes of progress
_CREATED_TO = 0.001  # seconds to which a job says when it was made


class Ledger:
    """Jobs by id, each noted on disk as it changes. Safe for many threads."""

    def __init__(self, data_dir: Path) -> None:
        self._journal = Journal(data_dir)
        self._owner = Owner(data_dir / FOLDER)
        self._jobs: dict[str, Job] = {}
        self._guard = threading.Lock()
        self._noted = 0.0

    def load(self) -> list[Job]:
        """Take up what is noted; those that an earlier server had not finished, interrupted now.

        What another server that lives has yet to do is left to it.
        """
        broken = []
        others = self._owner.others()
        for job in self._journal.load():
            if not job.is_over and job.server in others:
                continue
            if not job.is_over and job.stopping:
                job.end("cancelled", "已取消；存好的都在")
                self._journal.save(job)
            elif not job.is_over:
                job.end("interrupted", "服务停了，任务中断")
                self._journal.save(job)
                broken.append(job)
            with self._guard:
                self._jobs.setdefault(job.id, job)
        return broken

    def add(self, job: Job) -> list[Job]:
        """Know a job, and note it; gives those that are forgotten for it, the oldest."""
        job.server = self._owner.name()
        with self._guard:
            self._jobs[job.id] = job
            over = [one for one in self._jobs.values() if one.is_over]
            old = over[: max(0, len(self._jobs) - _REMEMBERED)]
            for one in old:
                del self._jobs[one.id]
        for one in old:
            self._journal.forget(one)
        self._journal.save(job)
        return old

    def note(self, job: Job, *, progress: bool = False) -> None:
        """Note how a job stands; mere progress not at every step."""
        moment = time.monotonic()
        if progress and moment - self._noted < _NOTED_EVERY:
            return
        self._noted = moment
        self._journal.save(job)

    def job(self, job_id: str) -> Job:
        """The job of this id.

        Raises:
            JobMissing: there is none, or it is forgotten.
        """
        with self._guard:
            if job_id not in self._jobs:
                raise JobMissing
            return self._jobs[job_id]

    def jobs(self) -> Sequence[Job]:
        """All of them, the oldest first."""
        with self._guard:
            return tuple(self._jobs.values())

    def forget(self, job: Job) -> None:
        """Know nothing more of a job."""
        with self._guard:
            self._jobs.pop(job.id, None)
        self._journal.forget(job)

    def wanted(self) -> frozenset[Path]:
        """Files that a job still has to read, or may have to if somebody asks: of any server."""
        return frozenset(
            file for job in self._all() if not job.is_over or job.can_retry for file in job.files
        )

    def alone_with(self, job: Job) -> frozenset[Path]:
        """Files that a job has read and nobody else is to read.

        The same bytes may have been sent again: then they lie in the same place, for a job that may
        not be queued yet.
        """
        others = [
            one
            for one in self._all()
            if one.id != job.id and (not one.is_over or (one.can_retry and not one.results))
        ]
        claimed = {file for one in others for file in one.files}
        taken = datetime.fromisoformat(job.created).timestamp() + _CREATED_TO
        return frozenset(
            file
            for file in job.files
            if file not in claimed and file.is_file() and file.stat().st_ctime < taken
        )

    def _all(self) -> list[Job]:
        """The jobs of every server that lives."""
        jobs = list(self.jobs())
        if others := self._owner.others():
            jobs += [job for job in self._journal.load() if job.server in others]
        return jobs

    def close(self) -> None:
        """What is not over may be taken up by other servers from now on."""
        self._owner.leave()
