"""Settings → the store of indexes: embedded ones beside the library, or a Milvus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rag.library.library import Library
from rag.retrieval import indexes as embedded
from rag.retrieval.searching import Indexes
from rag.settings import LibrarySettings


class IndexStore(Protocol):
    """Keeps the indexes of a library; the library is their only source."""

    def load(self, library: Library, model: str, dimension: int) -> Indexes:
        """Indexes of the library's present generation.

        Raises:
            ModelChanged: the library holds passages that `model` has not embedded.
            LibraryError: they cannot be had.
        """

    def publish(self, library: Library, model: str, dimension: int) -> None:
        """Keep indexes of the library's present generation, so that others need not build them.

        Raises:
            ModelChanged: as `load`.
            LibraryError: what was published before stays.
        """

    def rebuild(self, library: Library, model: str, dimension: int) -> None:
        """Make and publish new ones from the library alone; those of before stay until they stand.

        Raises:
            LibraryError: those of before stay.
        """

    def problem(self, library: Library, model: str) -> str | None:
        """What is wrong with the published indexes, in Chinese; None if nothing is."""


@dataclass(frozen=True, slots=True)
class EmbeddedStore:
    """FAISS and tantivy in this process, published beside the library: see `indexes.py`."""

    def load(self, library: Library, model: str, dimension: int) -> Indexes:
        """The published indexes brought up to the library's generation, or new ones."""
        return embedded.load_indexes(library, model, dimension)

    def publish(self, library: Library, model: str, dimension: int) -> None:
        """Written as a directory of their own, unless they are."""
        indexes = embedded.load_indexes(library, model, dimension)
        if not indexes.published:
            embedded.publish(indexes, library)

    def rebuild(self, library: Library, model: str, dimension: int) -> None:
        """Built from the library alone."""
        embedded.publish(embedded.build_indexes(library, model, dimension), library)

    def problem(self, library: Library, model: str) -> str | None:
        """What does not match its manifest or the library."""
        return embedded.published_problem(library, model)


EMBEDDED: IndexStore = EmbeddedStore()


def open_store(settings: LibrarySettings) -> IndexStore:
    """The store that the settings name; nothing is connected yet.

    Raises:
        ExtraMissing: its client is not installed.
    """
    if not settings.url:
        return EMBEDDED
    from rag.retrieval.milvus_store import MilvusStore

    return MilvusStore.of(settings)
