"""Ingest runs in real child processes, to be killed, interrupted or starved of disk.

    python killed_runs.py DATA_DIR FILE BYTES COLLECTION

The child embeds with the fake, slowly enough to be caught, stores few documents at a time, and
acknowledges each batch on stdout. `BYTES` limits the size of any file that it writes, 0 does not.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ingest import indexing
from ingest.storing.crew import Crew
from ingest.storing.outcomes import Progress
from rag.library.library import Library
from rag.models import opening
from rag.models.embedding import HashingEmbedder, PassageInput, PassageVectors
from rag.models.embedding import Progress as Embedded
from rag.settings import EmbeddingSettings, Settings

BATCH = 8


class SlowEmbedder(HashingEmbedder):
    """The fake, taking a moment."""

    def embed_passages(
        self,
        passages: Sequence[PassageInput],
        progress: Embedded | None = None,
    ) -> list[PassageVectors]:
        """As the fake."""
        time.sleep(0.01)
        return super().embed_passages(passages, progress)


def write_articles(file: Path, count: int) -> Path:
    """A file of so many different ready articles."""
    lines = (
        json.dumps(
            {
                "id": f"n{n}",
                "title": f"{n}号仓库盘点",
                "text": f"{n}号仓库昨天盘点，库存{n * 37}箱。\n管仓库的人说，第{n}排货架要加固。",
            }
        )
        for n in range(count)
    )
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def start(
    data_dir: Path, file: Path, limit: int | None = None, collection: str = ""
) -> subprocess.Popen[str]:
    """A child that ingests `file`."""
    command = [sys.executable, __file__, str(data_dir), str(file), str(limit or 0), collection]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
        env={"PYTHONPATH": str(Path(__file__).parent.parent), "PATH": ""},
    )


def acknowledged(child: subprocess.Popen[str], batches: int) -> int:
    """Read so many acknowledgements, or to the end; how many articles the last one named."""
    assert child.stdout is not None
    articles = 0
    for _ in range(batches):
        line = child.stdout.readline()
        if not line:
            break
        articles = int(line)
    return articles


def _acknowledge(progress: Progress) -> None:
    sys.stdout.write(f"{progress.articles}\n")
    sys.stdout.flush()


def _main(data_dir: Path, file: Path, limit: int, collection: str) -> int:
    from ui.cli import run

    indexing._BATCH_PASSAGES = BATCH
    ingest_by = indexing.ingest_by

    def acknowledging(
        crew: Crew,
        paths: Sequence[Path],
        library: Library,
        settings: Settings,
        progress: object = None,
        *,
        collection: str | None = None,
        publish: bool = True,
    ) -> object:
        return ingest_by(
            crew, paths, library, settings, _acknowledge, collection=collection, publish=publish
        )

    indexing.ingest_by = acknowledging  # type: ignore[assignment]
    opening.open_embedder = _open_slow  # type: ignore[assignment]
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    into = ["--collection", collection] if collection else []
    return run(["--data-dir", str(data_dir), "--json", "ingest", str(file), *into])


def _open_slow(_: EmbeddingSettings) -> SlowEmbedder:
    return SlowEmbedder()


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
