"""The generation of a library that is served, while the next one's indexes are made."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from rag.data_model.answers import Filters
from rag.desk.suggestions import Suggestions
from rag.errors import CollectionMissing, YoujuError
from rag.library.library import Library
from rag.library.records import Version
from rag.retrieval.retriever import Retriever
from rag.settings import RetrievalSettings

_LOOK_EVERY = 5.0
"""Seconds after which a question first makes sure that the served generation is still whole."""


class Serving:
    """What questions are asked over; safe for many threads.

    When the library has moved on, the present generation answers while the next one's indexes are
    made in the background; `refresh` waits for them.

    Attributes:
        library: the library.
        suggestions: questions to start with, as far as they are known.
    """

    def __init__(self, library: Library, retriever: Retriever) -> None:
        self.library = library
        self.suggestions = Suggestions()
        self._retriever = retriever
        self._refreshing = threading.Lock()
        self._looked = -_LOOK_EVERY
        self._papers: tuple[Version, Sequence[str]] = (Version(-1, ""), ())

    @property
    def retriever(self) -> Retriever:
        """The generation being served, however old."""
        return self._retriever

    def under(self, settings: RetrievalSettings) -> Serving:
        """The same library and indexes, searched under other settings."""
        return Serving(self.library, replace(self._retriever, settings=settings))

    def refresh(self) -> None:
        """Serve the library's present generation when this returns."""
        with self._refreshing:
            retriever = self._retriever
            indexes = retriever.indexes.caught_up(self.library)
            if not self.library.has_been(retriever.indexes.version):
                self.suggestions = Suggestions()
            if indexes is not retriever.indexes:
                self._retriever = Retriever(self.library, indexes, retriever.settings)

    def current(self) -> Retriever:
        """The generation being served; a newer one is fetched meanwhile.

        Where a backup was put in the library's place, the rows that it names are others now; and
        where others share the engine, they may have deleted what it is searched by.

        Raises:
            LibraryError: the present generation's indexes are needed, and cannot be had.
        """
        retriever = self._retriever
        behind = self.library.version != retriever.indexes.version
        if behind and not self.library.has_been(retriever.indexes.version):
            self.refresh()
            return self._retriever
        if not self._is_whole(retriever, behind):
            self.refresh()
            return self._retriever
        if behind and not self._refreshing.locked():
            threading.Thread(target=self._refresh_quietly, daemon=True).start()
        return retriever

    def knowing(self, filters: Filters) -> Retriever:
        """The generation being served, or the present one if only that has the collections.

        Raises:
            CollectionMissing: a collection that the filters name is not there.
        """
        retriever = self.current()
        missing = self._missing(filters, retriever)
        if missing and self.library.version != retriever.indexes.version:
            self.refresh()
            retriever = self._retriever
            missing = self._missing(filters, retriever)
        if missing:
            raise CollectionMissing(name="、".join(missing))
        return retriever

    def newspapers(self, retriever: Retriever) -> Sequence[str]:
        """The names of those in the library, read once a generation."""
        version = retriever.indexes.version
        if self._papers[0] != version:
            self._papers = version, self.library.newspapers(version.generation)
        return self._papers[1]

    def _missing(self, filters: Filters, retriever: Retriever) -> Sequence[str]:
        generation = retriever.indexes.generation
        return self.library.missing_collections(filters.collections, generation)

    def _is_whole(self, retriever: Retriever, behind: bool) -> bool:
        """Looks whenever the library has moved on, else now and then: others may have rebuilt."""
        if not behind and time.monotonic() - self._looked < _LOOK_EVERY:
            return True
        whole = retriever.indexes.are_whole(self.library)
        if whole:
            self._looked = time.monotonic()
        return whole

    def _refresh_quietly(self) -> None:
        try:
            self.refresh()
        except YoujuError:
            return  # the generation being served still answers; the next question tries again
