"""Ingest by a local Ray cluster against this process alone: passages a second, in one run.

Both read the same made-up files into a library of their own; what it takes to start Ray and load
the models is told apart. Workers share the machine's processors with each other and with the
process that writes, so that a machine of two cores shows what Ray costs, not what a cluster gives.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from eval.made_library import documents
from ingest.indexing import ingest_by
from ingest.storing.crew import Crew, HomeCrew
from ingest.storing.ray_crew import LOCAL, hired, in_worker
from rag.library.library import Library
from rag.models.embedding import Embedder, Vectors
from rag.models.opening import open_embedder
from rag.settings import Settings


def run(
    limit: int = 200,
    *,
    workers: int | None = None,
    settings: Settings | None = None,
    opens: Callable[[], Embedder] | None = None,
) -> dict[str, Any]:
    """Ingest `limit` articles of some thousand characters each way.

    Args:
        limit: how many articles, each a file.
        workers: how many; as many as there are processors, and one alone.
        settings: of the embedder and the passages.
        opens: opens another embedder than the one that the settings name.

    Returns:
        `alone` and `ray_N`: `passages_per_s` and, with N workers, `per_worker`, their `share` of
        what this process does alone, and `start_s`; `same`: whether articles and passages are the
        same, and `least_cosine` between the vectors.

    Raises:
        RayMissing: the extra is not installed.
    """
    settings = settings or Settings()
    size = settings.passages.size
    here = opens or partial(open_embedder, settings.embedding)
    there = opens or partial(open_embedder, in_worker(settings.embedding))
    counts = sorted({1, workers or os.cpu_count() or 1})
    with TemporaryDirectory(prefix="youju-benchmark-") as temporary:
        root = Path(temporary)
        _write_files(root / "files", limit)
        home = HomeCrew(here(), size)
        metrics: dict[str, Any] = {"alone": _timed(home, root, "alone", settings)}
        for count in counts:
            start = time.perf_counter()
            with hired(LOCAL, there, size, workers=count) as crew:
                started = time.perf_counter() - start
                figures = _timed(crew, root, f"ray_{count}", settings)
            rate = figures["passages_per_s"]
            metrics[f"ray_{count}"] = figures | {
                "per_worker": rate / count,
                "share": rate / count / metrics["alone"]["passages_per_s"],
                "start_s": started,
                **_likeness(root / "alone", root / f"ray_{count}", home.fingerprint),
            }
    told = {"articles": limit, "model": home.fingerprint, "processors": os.cpu_count()}
    return {"benchmark": "ray", "settings": told, "metrics": metrics}


def _write_files(folder: Path, count: int) -> None:
    folder.mkdir()
    for document in documents(range(count)):
        (article,) = document.articles
        paragraphs = "\n\n".join(paragraph.text for paragraph in article.paragraphs)
        text = f"# {article.title}\n\n{paragraphs}\n"
        (folder / f"{article.article_id}.md").write_text(text, encoding="utf-8")


def _timed(crew: Crew, root: Path, name: str, settings: Settings) -> dict[str, float]:
    with Library.open(root / name, write=True) as library:
        start = time.perf_counter()
        report = ingest_by(crew, [root / "files"], library, settings)
        seconds = time.perf_counter() - start
    return {"passages": report.passages, "passages_per_s": report.passages / seconds}


def _likeness(one: Path, other: Path, model: str) -> dict[str, float | bool]:
    with Library.open(one) as first, Library.open(other) as second:
        ids = first.passage_ids(first.generation)
        passages = [first.passages(ids), second.passages(second.passage_ids(second.generation))]
        digests = [stored.digest for stored in passages[0]]
        vectors = [library.vectors(digests, model) for library in (first, second)]
        articles = [[a.article for a in library.articles()] for library in (first, second)]
    least = min(_cosine(vectors[0][digest], vectors[1][digest]) for digest in digests)
    return {
        "same": passages[0] == passages[1] and articles[0] == articles[1],
        "least_cosine": least,
    }


def _cosine(one: Vectors, other: Vectors) -> float:
    """The least of the rows; they are kept in half precision, and not quite of unit length."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float((np.sum(one * other, axis=1) / lengths).min())
