"""The process that reads, embeds and stores files for a running server.

It is a process of its own, of lower priority, so that questions are answered at their usual pace
meanwhile, and so that nothing a file does can end the server.

    python -m ui.intake.worker SETTINGS < jobs > replies

A job is a line, `{"files": [paths], "collection": name or null}` or `{"rebuild": true}`. Replies
are lines too: `{"progress": [done, total, passages, share]}` as it goes, then `{"files": […]}`,
`{"found": [lines]}` or `{"error": …}`. It ends with its input, in the midst of a job too: then the
server is dead, and the next one shall find nobody writing.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from rag.errors import YoujuError
from rag.errors.disk import disk_error
from rag.models.embedding import Embedder
from rag.models.opening import open_embedder
from rag.settings import Settings
from ui.intake.ingesting import ingest_files
from ui.intake.rebuilding import rebuild

_POLITENESS = 10
_LAST_WORDS_SECONDS = 0.5
"""For a job that is just ending when the input does."""


def main() -> None:
    """Serve jobs until the input ends."""
    settings = Settings.model_validate_json(sys.argv[1])
    if hasattr(os, "nice"):  # Windows has none
        os.nice(_POLITENESS)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what a library prints is no reply

    def say(reply: dict[str, Any]) -> None:
        replies.write(json.dumps(reply) + "\n")

    for line in _jobs():
        try:
            say(_done(json.loads(line), settings, say))
        except YoujuError as error:
            say({"error": error.as_dict()})
        except OSError as error:
            if (failure := disk_error(error)) is None:
                raise
            say({"error": failure.as_dict()})


def _jobs() -> Iterator[str]:
    """The lines of the input.

    They are read on a thread of their own, which alone can see the input's end during a job. All
    that is written is whole or not there whenever a process ends (`docs/reliability.md`).
    """
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        with lines.all_tasks_done:
            if not lines.all_tasks_done.wait_for(
                lambda: not lines.unfinished_tasks, _LAST_WORDS_SECONDS
            ):
                os._exit(1)
        lines.put(None)

    threading.Thread(target=read, name="youju-jobs", daemon=True).start()
    while (line := lines.get()) is not None:
        yield line
        lines.task_done()


def _done(
    job: dict[str, Any], settings: Settings, say: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    if job.get("rebuild"):
        return {"found": rebuild(settings, _embedder(settings))}

    def progress(done: int, total: int, passages: int, share: float = 0.0) -> None:
        say({"progress": [done, total, passages, share]})

    files = [Path(path) for path in job["files"]]
    results = ingest_files(files, settings, _embedder(settings), progress, job["collection"])
    return {"files": [result.as_json() for result in results]}


@cache
def _embedder(settings: Settings) -> Embedder:
    return open_embedder(settings.embedding)


if __name__ == "__main__":
    main()
