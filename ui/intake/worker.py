"""The process that reads, embeds and stores files for a running server.

It is a process of its own, of lower priority, so that questions are answered at their usual pace
meanwhile, and so that nothing a file does can end the server.

    python -m ui.intake.worker SETTINGS < jobs > replies

A job is a line, a JSON list of paths. Replies are lines too: `{"progress": [done, total,
passages]}` as it goes, then `{"files": […]}` or `{"error": …}`. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from rag.errors import YoujuError
from rag.errors.disk import disk_error
from rag.models.embedding import Embedder
from rag.models.opening import open_embedder
from rag.settings import Settings
from ui.intake.ingesting import ingest_files

_POLITENESS = 10


def main() -> None:
    """Serve jobs until the input ends."""
    settings = Settings.model_validate_json(sys.argv[1])
    os.nice(_POLITENESS)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what a library prints is no reply

    def say(reply: dict[str, Any]) -> None:
        replies.write(json.dumps(reply) + "\n")

    def progress(done: int, total: int, passages: int) -> None:
        say({"progress": [done, total, passages]})

    for line in sys.stdin:
        files = [Path(path) for path in json.loads(line)]
        try:
            results = ingest_files(files, settings, _embedder(settings), progress)
        except YoujuError as error:
            say({"error": error.as_dict()})
        except OSError as error:
            if (failure := disk_error(error)) is None:
                raise
            say({"error": failure.as_dict()})
        else:
            say({"files": [result.as_json() for result in results]})


@cache
def _embedder(settings: Settings) -> Embedder:
    return open_embedder(settings.embedding)


if __name__ == "__main__":
    main()
