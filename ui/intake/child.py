"""The server's side of `ui.intake.worker`: starts it when there is work, and lets it go."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag.errors import IngestBroken, YoujuError
from rag.settings import Settings
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

    def ingest(self, files: list[Path], progress: Progress) -> list[FileResult]:
        """One result a file, in order.

        Raises:
            IngestBroken: the child died.
            YoujuError: what it could not go on with.
        """
        child = self._running()
        try:
            return _conversation(child, files, progress)
        except (OSError, ValueError, EOFError) as error:
            self.rest()
            raise IngestBroken from error

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

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None or self._child.poll() is not None:
            self.rest()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "ui.intake.worker", _shared(self._settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        return self._child


def _shared(settings: Settings) -> str:
    """The settings without the server's: every user of the machine sees a command line."""
    return settings.model_dump_json(exclude={"server"})


def _conversation(
    child: subprocess.Popen[str], files: list[Path], progress: Progress
) -> list[FileResult]:
    """Hand over a job and hear the replies.

    Raises:
        EOFError, OSError, ValueError: the child is gone.
    """
    if child.stdin is None or child.stdout is None:
        raise EOFError
    child.stdin.write(json.dumps([str(file) for file in files]) + "\n")
    child.stdin.flush()
    for line in child.stdout:
        reply: dict[str, Any] = json.loads(line)
        if "progress" in reply:
            progress(*reply["progress"])
        elif "error" in reply:
            raise YoujuError.from_dict(reply["error"])
        else:
            return [FileResult.from_json(record) for record in reply["files"]]
    raise EOFError
