"""One list of the jobs of a server: what waits in its intake, and the evaluations on its shelf."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.run_store import KeptRun, RunStore
from rag.errors import JobMissing, JobNotRetryable, JobOver, RunMissing
from ui.evaluation_page.runner import Progress, RunnerOfUser
from ui.intake.jobs import Job, JobStatus
from ui.intake.queue import Intake

_STATES: dict[str, JobStatus] = {
    "running": "interrupted",  # and nobody runs it
    "finished": "done",
    "cancelled": "cancelled",
    "failed": "failed",
}
_SOON = 2.0
"""Seconds before which a rate says nothing."""


class Board:
    """Jobs in their wire form, by id; whoever owns them does what is asked."""

    def __init__(self, intake: Intake, runner: RunnerOfUser) -> None:
        self._intake = intake
        self._runner = runner

    def jobs(self, *, active: bool = False, limit: int = 500) -> Sequence[dict[str, Any]]:
        """Without files and logs, the latest first; only those that run or wait, if asked."""
        known = [job for job in self._intake.jobs() if not (active and job.is_over)]
        found = [job.summary_json() for job in known]
        now = self._runner.progress
        if now is not None or not active:
            runs = self._runner.shelf.runs()
            found += [self._summary(run, now) for run in runs if not active or _is_at(run, now)]
        return sorted(found, key=lambda job: (job["created"], job["job_id"]), reverse=True)[:limit]

    def job(self, job_id: str) -> dict[str, Any]:
        """One job, whole.

        Raises:
            JobMissing: there is none of this id.
        """
        run = self._run(job_id)
        return self._intake.job(job_id).as_json() if run is None else self._run_json(run)

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Stop a job.

        Raises:
            JobMissing, JobOver: see `Intake.cancel`.
        """
        run = self._run(job_id)
        if run is None:
            return self._intake.cancel(job_id).as_json()
        if not self._runs(run):
            raise JobOver
        self._runner.cancel()
        return self._run_json(run)

    def retry(self, job_id: str) -> dict[str, Any]:
        """Go on with a job that ended undone.

        Raises:
            JobMissing, JobNotRetryable, Busy: see `Intake.retry`.
            RunUnderway: another evaluation runs.
        """
        run = self._run(job_id)
        if run is None:
            return self._intake.retry(job_id).as_json()
        if self._runs(run) or run.state == "finished" or self._runs_elsewhere(run):
            raise JobNotRetryable
        return self._run_json(self._runner.resume(run.id))

    def forget(self, job_id: str) -> None:
        """Take a job that is over off the list; an evaluation goes with its report.

        Raises:
            JobMissing, JobOver: see `Intake.forget`.
        """
        run = self._run(job_id)
        if run is None:
            self._intake.forget(job_id)
        elif self._runs(run) or self._runs_elsewhere(run):
            raise JobOver(reason="还没有结束，请先取消")
        else:
            self._runner.shelf.remove(run.id)

    def _run(self, job_id: str) -> KeptRun | None:
        """The evaluation of this id; None if another job has it, or nothing."""
        try:
            self._intake.job(job_id)
        except JobMissing:
            try:
                return self._runner.shelf.run(job_id)
            except RunMissing:
                raise JobMissing from None
        return None

    def _runs(self, run: KeptRun) -> bool:
        return _is_at(run, self._runner.progress)

    def _runs_elsewhere(self, run: KeptRun) -> bool:
        """Whether another server of the data directory performs it, to whom it is left."""
        return run.state == "running" and self._runner.shelf.is_performed(run.id)

    def _summary(self, run: KeptRun, now: Progress | None) -> dict[str, Any]:
        summary = _run_summary(run, now)
        if not _is_at(run, now) and self._runs_elsewhere(run):
            summary |= {"status": "running", "can_retry": False}
        return summary

    def _run_json(self, run: KeptRun) -> dict[str, Any]:
        summary = self._summary(run, self._runner.progress)
        told = [{"at": run.began, "text": f"开始评测“{run.set_name}”，共 {run.questions} 题"}]
        if run.error is not None:
            told.append({"at": run.began, "text": f"没有做完：{run.error['message_zh']}"})
        if run.correct is not None:
            told.append({"at": run.began, "text": f"做完了：{run.correct:.1%} 答对或拒答得对"})
        return {**summary, "files": [], "log": told}


def _is_at(run: KeptRun, now: Progress | None) -> bool:
    """Whether the run under way is this one."""
    return now is not None and now.run_id == run.id


def runs_of_all(data_dir: Path) -> list[KeptRun]:
    """Those of a data directory and of all its users, the latest first: for its owner."""
    users = data_dir / "evaluations" / "users"
    names = [place.name for place in users.iterdir()] if users.is_dir() else []
    kept = [run for name in ("", *names) for run in RunStore(data_dir, name).runs()]
    return sorted(kept, key=lambda run: (run.began, run.id), reverse=True)


def noted(
    jobs: Sequence[Job], runs: Sequence[KeptRun], *, served: bool
) -> Sequence[dict[str, Any]]:
    """The list as it stands on disk, for who asks no server; `served`: one works on it."""
    found = []
    for job in jobs:
        broken = not job.is_over and not served
        found.append(job.summary_json() | ({"status": "interrupted"} if broken else {}))
    for run in runs:
        summary = _run_summary(run, None)
        if served and run.state == "running":
            summary["status"] = "running"
        found.append(summary)
    return sorted(found, key=lambda one: (one["created"], one["job_id"]), reverse=True)


def _run_summary(run: KeptRun, now: Progress | None) -> dict[str, Any]:
    runs = now if _is_at(run, now) else None
    status: JobStatus = "running" if runs else _STATES[run.state]
    done = run.questions if status == "done" else runs.done if runs else 0
    seconds = runs.seconds if runs else 0.0
    rate = done / seconds if runs and done and seconds > _SOON else None
    share = done / run.questions if run.questions and (runs or done) else None
    return {
        "job_id": run.id,
        "kind": "evaluation",
        "title": f"评测“{run.set_name}”",
        "status": status,
        "done": done,
        "total": run.questions,
        "passages": 0,
        "error": run.error,
        "created": run.began,
        "began": run.began,
        "ended": None,
        "seconds": round(seconds, 1),
        "share": share if share is None else round(share, 4),
        "rate": None if rate is None else round(rate, 2),
        "unit": "题",
        "seconds_left": None if rate is None else round((run.questions - done) / rate, 1),
        "can_cancel": runs is not None and not runs.stopping,
        "refused": 0,
        "stopping": runs is not None and runs.stopping,
        "awaiting": None,
        "can_retry": status in {"interrupted", "cancelled", "failed"},
    }
