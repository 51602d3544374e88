"""Examines a data directory, and makes again what can be made from the library."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from rag.errors import YoujuError
from rag.library.library import Library
from rag.models.embedding import Embedder, passage_input
from rag.models.opening import open_embedder
from rag.proof.verification import unproven_articles
from rag.retrieval.indexes import build_indexes, publish, published_problem
from rag.settings import Settings

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def examine(
    settings: Settings, *, rebuild: bool = False, embedder: Embedder | None = None
) -> list[Check]:
    """Look at library, vectors and indexes; with `rebuild`, make vectors and indexes again.

    A check that fails ends the examination where the later ones could not be made.

    Args:
        settings: names the data directory and the model.
        rebuild: embed what this model never embedded, delete what no search needs any more, and
            build the indexes anew.
        embedder: in place of the one that the settings name.
    """
    checks: list[Check] = []
    try:
        checks.extend(_examine(settings, rebuild, embedder))
    except YoujuError as error:
        checks.append(Check("文章库", ok=False, detail=f"{error.message_zh}（{error.code}）"))
    return checks


def _examine(settings: Settings, rebuild: bool, embedder: Embedder | None) -> Iterator[Check]:
    with Library.open(settings.data_dir, write=rebuild) as library:
        problems = library.integrity()
        counts = library.counts()
        size = f"{counts.files} 个文件，{counts.articles} 篇文章，{counts.passages} 个片段"
        yield Check("文章库", ok=not problems, detail="；".join(problems[:3]) or size)
        unproven = unproven_articles(library)
        detail = (
            f"对不上的文章：{'、'.join(unproven[:5])}" if unproven else "每段文字都与来源文件一致"
        )
        yield Check("原文", ok=not unproven, detail=detail)
        embedder = embedder or open_embedder(settings.embedding)
        yield Check("向量模型", ok=True, detail=embedder.fingerprint)
        if rebuild:
            embed_missing(library, embedder)
            purged = library.purge(embedder.fingerprint)
            detail = f"清理了 {purged.passages} 个旧片段、{purged.vectors} 份旧向量"
            yield Check("旧数据", ok=True, detail=detail)
            shutil.rmtree(settings.data_dir / "index", ignore_errors=True)
            publish(
                build_indexes(library, embedder.fingerprint, embedder.dimension),
                settings.data_dir,
            )
        missing = len(library.without_vectors(embedder.fingerprint))
        detail = f"{missing} 个片段没有向量" if missing else "每个片段都有向量"
        yield Check("向量", ok=not missing, detail=detail)
        problem = published_problem(library, embedder.fingerprint)
        yield Check("索引", ok=problem is None, detail=problem or "与文章库一致")


def embed_missing(library: Library, embedder: Embedder) -> int:
    """Embed the passages that this model has not embedded yet; how many there were."""
    missing = library.without_vectors(embedder.fingerprint)
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        articles = library.articles_by_key(sorted({item.article_key for item in batch}))
        inputs = [passage_input(articles[item.article_key].article, item.passage) for item in batch]
        matrices = [vectors.matrix for vectors in embedder.embed_passages(inputs)]
        digests = [item.digest for item in batch]
        library.store_vectors(digests, matrices, embedder.fingerprint)
    return len(missing)
