"""A library for programs, in one object: store, ask, search, verify."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Self

from ingest.indexing import ingest
from ingest.storing.outcomes import IngestReport, Progress
from rag.assembly import open_pipeline
from rag.data_model.answers import Answer, Filters, Question
from rag.data_model.found import FoundPassage
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.models.opening import open_embedder
from rag.pipeline import Pipeline
from rag.proof.verification import Finding, verify
from rag.retrieval.retriever import EVERYTHING
from rag.settings import Settings


class OpenLibrary:
    """Articles that can be asked; see `ingest.open_library`. Use it in a `with` block.

    The models are loaded by the first call that needs them. Several threads may ask.

    Args:
        settings: its `data_dir` is the library's folder.
        embedder: in place of the one that the settings name.
    """

    def __init__(self, settings: Settings, embedder: Embedder | None = None) -> None:
        self.settings = settings
        self._embedder = embedder
        self._pipeline: Pipeline | None = None
        self._loading = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the library's file; it may be asked again later."""
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None

    def ingest(
        self,
        *paths: str | PathLike[str],
        progress: Callable[[Progress], None] | None = None,
        collection: str | None = None,
    ) -> IngestReport:
        """Store the articles of files and folders; what is stored already is passed over.

        Args:
            paths: files and folders.
            progress: called with what is stored so far.
            collection: where new articles go, made if need be; what is known stays where it is.

        Raises:
            NameInvalid: no collection can be called so.
            LibraryError: the store refuses, or another program writes; nothing is lost.
            ModelError: the embedder cannot be loaded.
        """
        with Library.open(self.settings.data_dir, write=True) as library:
            files = [Path(path) for path in paths]
            embedder = self._loaded_embedder()
            report = ingest(
                files, library, embedder, self.settings, progress, collection=collection
            )
        if self._pipeline is not None:
            self._pipeline.refresh()
        return report

    def ask(
        self,
        question: str | Question,
        *,
        history: Sequence[str] | str = (),
        filters: Filters = EVERYTHING,
    ) -> Answer:
        """Answer in quotes, or refuse.

        Args:
            question: as it is typed; or a whole `Question`, which then says all.
            history: the questions before it, the earliest first, or the one before.
            filters: which articles may answer.

        Raises:
            QuestionError: it cannot be asked.
            CollectionMissing: the filters name a collection that is not there.
            LibraryError: the library cannot serve; an empty one refuses.
            ModelError: a model cannot be loaded.
        """
        if isinstance(question, str):
            before = (history,) if isinstance(history, str) else tuple(history)
            question = Question(question=question, history=before, filters=filters)
        return self._asked().ask(question)

    def search(
        self, query: str, limit: int = 10, filters: Filters = EVERYTHING
    ) -> Sequence[FoundPassage]:
        """The best passages, best first.

        Raises:
            QuestionError, LibraryError, ModelError: as `ask`.
        """
        return self._asked().search(query, limit, filters) if limit > 0 else []

    def verify(self, answer: Answer) -> list[Finding]:
        """What of an answer is not proven by the stored files; empty means all of it is.

        Raises:
            LibraryError: the library cannot be read.
        """
        with Library.open(self.settings.data_dir) as library:
            return verify(answer, library)

    def _asked(self) -> Pipeline:
        with self._loading:
            if self._pipeline is None:
                self._pipeline = open_pipeline(self.settings, self._loaded_embedder())
            return self._pipeline

    def _loaded_embedder(self) -> Embedder:
        with self._loading:
            if self._embedder is None:
                self._embedder = open_embedder(self.settings.embedding)
            return self._embedder
