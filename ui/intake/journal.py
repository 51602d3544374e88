"""Jobs on disk: a file each in the data directory, so that a server knows what the last one did.

    jobs/ID.json

A file is whole or the one before it. What the disk refuses fails no job: then it is only not
remembered, and what was uploaded is found in its folder all the same.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag.errors import YoujuError
from rag.files.whole import replacing
from ui.intake.jobs import FileResult, Job

FOLDER = "jobs"
_log = logging.getLogger("youju.intake")
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Journal:
    """The jobs of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._folder = data_dir / FOLDER

    def save(self, job: Job) -> None:
        """Note how a job stands."""
        file = self._folder / f"{job.id}.json"
        try:
            with replacing(file, forced=False) as part:
                part.write_text(json.dumps(self._record(job), ensure_ascii=False), encoding="utf-8")
        except OSError as error:
            _log.warning("job not noted: %s", error.strerror)

    def load(self) -> list[Job]:
        """All that are noted, the oldest first; what nobody can read is passed over."""
        found = []
        for file in self._folder.glob("*.json"):
            if _ID.fullmatch(file.stem):
                with suppress(OSError, ValueError, KeyError, TypeError):
                    record = json.loads(file.read_text(encoding="utf-8"))
                    found.append(self._job(file.stem, record))
        return sorted(found, key=lambda job: (job.created, job.id))

    def forget(self, job: Job) -> None:
        """Note nothing more of a job."""
        with suppress(OSError):
            (self._folder / f"{job.id}.json").unlink(missing_ok=True)

    def _record(self, job: Job) -> dict[str, Any]:
        return {
            "kind": job.kind,
            "title": job.title,
            "names": job.names,
            "files": [self._stored_path(file) for file in job.files],
            "collection": job.collection,
            "status": job.status,
            "done": job.done,
            "passages": job.passages,
            "share": job.share,
            "results": [result.as_json() for result in job.results],
            "error": job.error.as_dict() if job.error else None,
            "created": job.created,
            "began": job.began,
            "ended": job.ended,
            "log": job.log,
            "attempts": job.attempts,
            "server": job.server,
            "stopping": job.stopping,
        }

    def _job(self, job_id: str, record: dict[str, Any]) -> Job:
        job = Job(
            names=tuple(map(str, record["names"])),
            files=tuple(self._data_dir / path for path in record["files"]),
            collection=record["collection"],
            id=job_id,
            status=record["status"],
            done=int(record["done"]),
            passages=int(record["passages"]),
            results=[FileResult.from_json(one) for one in record["results"]],
            error=YoujuError.from_dict(record["error"]) if record["error"] else None,
            kind=record["kind"],
            title=record["title"],
            created=record["created"],
            began=record["began"],
            ended=record["ended"],
            share=record["share"],
            log=[(str(at), str(text)) for at, text in record["log"]],
            attempts=int(record["attempts"]),
            server=str(record.get("server", "")),
            stopping=bool(record.get("stopping")),
        )
        if job.is_over:
            job.finished.set()
        return job

    def _stored_path(self, file: Path) -> str:
        """Relative to the data directory, which may be moved."""
        with suppress(ValueError):
            return str(file.relative_to(self._data_dir))
        return str(file)
