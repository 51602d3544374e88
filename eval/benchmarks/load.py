"""A running server under load: how quickly it answers one, several, too many; and while it reads.

The server is a process of its own with the product's settings; this process is its clients.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.corpora import embedder_of, library_of
from eval.load_testing import phases
from eval.load_testing.clients import Clients
from eval.load_testing.material import Material, read_material
from eval.load_testing.server import Server, serving
from eval.reading import BENCHMARK, with_answer_settings
from rag.errors import UsageInvalid
from rag.models.embedding import Progress
from rag.settings import Settings

_WARM_UP_SECONDS = 1.0


def run(
    file: Path,
    limit: int = 10_000,
    *,
    seconds: float = 10.0,
    minutes: float = 0.0,
    uploads: int = 200,
    scorer: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
) -> dict[str, Any]:
    """Serve a library and measure what its clients see.

    Args:
        file: JSONL of `id`, `text`: articles for the library and the uploads.
        limit: passages in the library, at most.
        seconds: how long each part takes.
        minutes: how long the memory is watched at the end; 0: not at all.
        uploads: articles that are sent while questions are asked.
        scorer: the evidence scorer, instead of the one in `settings`.
        settings: of the server.
        progress: called with (articles stored, in all) while the library is made.
        cache_dir: where the library is kept for the next time.

    Raises:
        UsageInvalid: the file has nothing to ask about.
        ServerDown: the server does not answer.
    """
    settings = with_answer_settings(settings, scorer=scorer)
    material = read_material(file, limit, uploads, settings.passages.size)
    if not material.questions:
        raise UsageInvalid(reason=f"{file} 里没有可以提问的文章。", command=BENCHMARK)
    with (
        library_of(material.stored, embedder_of(settings), settings, cache_dir, progress) as made,
        TemporaryDirectory(prefix="youju-load-") as folder,
    ):
        root = Path(folder) / "library"
        shutil.copytree(made, root)  # uploads change it
        metrics = _served(root, settings, material, seconds, minutes)
    return {
        "benchmark": "load",
        "settings": {
            "file": Path(file).name,
            "passages": limit,
            "articles": len(material.stored),
            "seconds": seconds,
            "answer": settings.answer.model_dump(mode="json"),
            "server": settings.server.model_dump(mode="json", include={"workers", "queue"}),
        },
        "metrics": metrics,
    }


def _served(
    root: Path, settings: Settings, material: Material, seconds: float, minutes: float
) -> dict[str, Any]:
    """What clients of a server over this library see, and the most memory that it took."""
    with serving(root, settings, material.questions[0]) as server:
        metrics = asyncio.run(_measured(server, material, seconds, minutes))
        return {**metrics, "peak_memory_mb": server.memory.peak_mb}


async def _measured(
    server: Server, material: Material, seconds: float, minutes: float
) -> dict[str, Any]:
    """All parts, from the calmest on, so that none suffers from the one before."""
    files = [(f"{n}.txt", article.text) for n, article in enumerate(material.uploaded, start=1)]
    metrics: dict[str, Any] = {"first_answer_seconds": server.first_answer_seconds}
    async with Clients(server.address, material.questions) as clients:
        await clients.ask(phases.lasting(_WARM_UP_SECONDS), phases.MANY)
        metrics["healthz"] = await phases.baseline(clients, min(seconds, 3.0))
        idle = metrics["one_at_a_time"] = await phases.one_at_a_time(clients, seconds)
        idle["ratio"] = idle["p50_ms"] / metrics["healthz"]["p50_ms"]
        metrics["eight_at_once"] = await phases.many_at_once(clients, seconds)
        metrics["chat_users"] = await phases.conversations(clients, seconds)
        metrics["flood"] = await phases.flood(clients, seconds, idle["p99_ms"])
        attacked = await phases.under_attack(clients, seconds, idle["p99_ms"])
        metrics["under_attack"] = attacked
        later = files[len(files) // 2 :] if minutes else []
        files = files[: len(files) - len(later)]
        if files:
            uploading = await phases.while_uploading(clients, files, idle["p99_ms"])
            metrics["while_uploading"] = uploading
        if minutes:
            metrics["endurance"] = await phases.endurance(clients, minutes, server.memory, later)
    return metrics
