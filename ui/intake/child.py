"""The server's side of `ui.intake.worker`: starts it when there is work, and lets it go."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingest.processes.children import command, environment
from rag.errors import IngestBroken, YoujuError
from rag.settings import Settings
from rag.settings.catalogue import catalogue
from ui.intake.jobs import FileResult, Progress

_ENDING_SECONDS = 10


class ChildIngester:
    """Ingests in a child process that lives from one job to the next; used by one thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[str] | None = None

    @property
    def process_id(self) -> int | None:
        """Of the child, while there is one."""
        return self._child.pid if self._child else None

    def ingest(
        self, files: list[Path], progress: Progress, collection: str | None = None
    ) -> list[FileResult]:
        """One result a file, in order.

        Raises:
            IngestBroken: the child died.
            YoujuError: what it could not go on with.
        """
        job = {"files": [str(file) for file in files], "collection": collection}
        reply = self._asked(job, progress)
        return [FileResult.from_json(record) for record in reply["files"]]

    def rebuild(self) -> list[str]:
        """What was found and done.

        Raises:
            IngestBroken, YoujuError: as `ingest`.
        """
        found: list[str] = self._asked({"rebuild": True})["found"]
        return found

    def abandon(self) -> None:
        """Break off the job under way; what it has stored is kept."""
        if (child := self._child) is not None:
            child.kill()

    def rest(self) -> None:
        """End the child: at once if it does not end by itself."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(OSError), child:
            if child.stdin:
                child.stdin.close()
            try:
                child.wait(_ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()

    def _asked(self, job: dict[str, Any], progress: Progress | None = None) -> dict[str, Any]:
        child = self._running()
        try:
            return _conversation(child, job, progress)
        except (OSError, ValueError, EOFError) as error:
            self.rest()
            raise IngestBroken from error

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None or self._child.poll() is not None:
            self.rest()
            self._child = subprocess.Popen(
                command("ui.intake.worker", _shared(self._settings)),
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        return self._child


def _shared(settings: Settings) -> str:
    """The settings without sections that hold a secret: all users may see a command line.

    Of the engine that passages are searched in the child is told that there is one: see
    `ingest_files`.
    """
    hidden: dict[str, bool | set[str]] = {
        one.group: True for one in catalogue().values() if one.secret
    }
    return settings.model_dump_json(exclude={**hidden, "library": {"token"}})


def _conversation(
    child: subprocess.Popen[str], job: dict[str, Any], progress: Progress | None
) -> dict[str, Any]:
    """Hand over a job and hear the replies; the last one.

    Raises:
        EOFError, OSError, ValueError: the child is gone.
    """
    if child.stdin is None or child.stdout is None:
        raise EOFError
    child.stdin.write(json.dumps(job) + "\n")
    child.stdin.flush()
    for line in child.stdout:
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise YoujuError.from_dict(reply["error"])
        if "progress" not in reply:
            return reply
        if progress is not None:
            progress(*reply["progress"])
    raise EOFError
