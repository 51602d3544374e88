"""Youju itself: files into a library, hybrid search over it, answers in quotes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.peers.peer import Document, Found, Place
from ingest.indexing import ingest
from rag.assembly import open_pipeline
from rag.data_model.answers import Question
from rag.data_model.documents import Article, cut_spans
from rag.library.library import Library
from rag.pipeline import Pipeline
from rag.retrieval.retriever import Hit
from rag.settings import EmbeddingSettings, Settings


class Youju:
    """A library of text files named after their documents."""

    def __init__(self, place: Place) -> None:
        self._place = place
        threads = EmbeddingSettings(threads=1)
        self._settings = Settings(data_dir=place.folder / "library", embedding=threads)
        self._files = place.folder / "files"
        self._pipeline: Pipeline | None = None

    def ingest(self, documents: Sequence[Document]) -> None:
        """As files, through all that files go through."""
        self._files.mkdir(parents=True, exist_ok=True)
        paths = [self._files / f"{document.id}.txt" for document in documents]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(document.text, encoding="utf-8", newline="")
        with Library.open(self._settings.data_dir, write=True) as library:
            ingest(paths, library, self._place.embedder, self._settings)
        if self._pipeline is not None:
            self._pipeline.refresh()

    def count(self) -> int:
        """Passages in the library."""
        with Library.open(self._settings.data_dir) as library:
            return library.counts().passages

    def search(self, question: str, limit: int) -> list[Found]:
        """By meaning and by words, as for an answer."""
        return [_found(hit) for hit in self._asked().search(question, limit)]

    def ask(self, question: str) -> list[Found]:
        """The quotes of the answer; none of a refusal."""
        answer = self._asked().ask(Question(question=question))
        return [
            Found(Path(one.source.file).stem, one.quote, one.source.spans[0][0])
            for one in answer.citations
        ]

    def save(self) -> None:
        """All is kept as it comes."""

    def _asked(self) -> Pipeline:
        if self._pipeline is None:
            self._pipeline = open_pipeline(self._settings, self._place.embedder)
        return self._pipeline


def _found(hit: Hit) -> Found:
    passage, article = hit.passage, hit.stored.article
    return Found(Path(hit.stored.file).stem, passage.text, _start(article, passage.start))


def _start(article: Article, offset: int) -> int | None:
    """Where a character of the article stands in its file; that of a line end, the next one's."""
    for start, paragraph in zip(article.paragraph_starts, article.paragraphs, strict=True):
        within = max(offset - start, 0)
        if within < len(paragraph.text):
            return cut_spans(paragraph.spans, within, within + 1)[0].start
    return None
