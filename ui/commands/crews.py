"""Who reads and embeds for `youju ingest`: this process, or a Ray cluster (`--ray`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import UsageInvalid
from ui import console

if TYPE_CHECKING:
    from ingest.storing.crew import Crew
    from rag.settings import Settings

OnRay = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="地址",
        help="交给 Ray 集群去读文件、算向量：主机:端口，或 local（在本机起几个进程）。"
        "要先装 youju[ray]。",
    ),
]
RayWorkers = Annotated[
    int | None,
    typer.Option(
        "--ray-workers", metavar="N", min=1, help="用几个工作进程；不写则有几个核用几个。"
    ),
]


@contextmanager
def crew_of(settings: Settings, ray: str | None, workers: int | None) -> Iterator[Crew]:
    """Who reads and embeds; ready when it is given.

    Raises:
        UsageInvalid: workers without a cluster.
        YoujuError: no model, or no cluster.
    """
    from rag.models.opening import open_embedder

    if ray is None:
        if workers is not None:
            reason = "--ray-workers 要和 --ray 一起写。"
            raise UsageInvalid(reason=reason, command="youju ingest")
        from ingest.storing.crew import HomeCrew

        with console.waiting("正在载入向量模型"):
            embedder = open_embedder(settings.embedding)
        yield HomeCrew(embedder, settings.passages.size)
        return
    from ingest.storing.ray_crew import hired, in_worker

    embedding = in_worker(settings.embedding)
    with hired(
        ray,
        partial(open_embedder, embedding),
        settings.passages.size,
        workers=workers,
        on_gpu=embedding.device.startswith("cuda"),
        tell=lambda said: console.warn(f"注意：{said}。"),
    ) as crew:
        yield crew
