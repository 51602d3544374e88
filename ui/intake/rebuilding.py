"""Vectors and indexes made anew, as `youju doctor --rebuild` does, for a running server.

A shared engine is filled by the server itself, which has its token, and has it open if only one
process can; its child does all the rest.
"""

from __future__ import annotations

from rag.errors import RebuildIncomplete
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.proof.doctor import examine
from rag.retrieval.stores import open_store
from rag.settings import Settings


def rebuild(settings: Settings, embedder: Embedder) -> list[str]:
    """Rebuild all but a shared engine; what was looked at and found, a line each.

    Raises:
        RebuildIncomplete: something is wrong that a rebuild does not mend.
        LibraryError: the store refuses.
    """
    checks = examine(settings, rebuild=True, embedder=embedder, shared=False)
    if wrong := [check for check in checks if not check.ok]:
        raise RebuildIncomplete(reason="；".join(f"{c.name}：{c.detail}" for c in wrong))
    return [f"{check.name}：{check.detail}" for check in checks]


def refill(settings: Settings, embedder: Embedder) -> list[str]:
    """Fill the shared engine anew from the library; what was found then, a line each.

    Raises:
        RebuildIncomplete: it does not hold what the library has.
        LibraryError: it cannot be filled; what it held before stays.
    """
    store = open_store(settings.library)
    with Library.open(settings.data_dir) as library:
        store.rebuild(library, embedder.fingerprint, embedder.dimension)
        if problem := store.problem(library, embedder.fingerprint):
            raise RebuildIncomplete(reason=f"索引：{problem}")
    return ["索引：与文章库一致"]
