"""Haystack: its splitter and its store in memory, asked by vectors, or by these and BM25.

The splitter of Chinese that it documents is a package of its own, whose models are not free for
all uses; this is the one that comes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haystack import Document as Piece
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import DuplicatePolicy

from eval.peers.peer import Document, Found, Place

_KEPT = "store.json"


class Haystack:
    """Documents cut by words, embedded, found by vectors."""

    def __init__(self, place: Place) -> None:
        self._place = place
        kept = place.folder / _KEPT
        self._store = (
            InMemoryDocumentStore.load_from_disk(str(kept))
            if kept.exists()
            else InMemoryDocumentStore()
        )
        self._splitter = DocumentSplitter()
        self._by_vector = InMemoryEmbeddingRetriever(self._store)

    def ingest(self, documents: Sequence[Document]) -> None:
        """Cut, embed, write; what is there already is written over."""
        given = [Piece(content=one.text, meta={"document": one.id}) for one in documents]
        pieces: list[Piece] = self._splitter.run(documents=given)["documents"]
        vectors = self._place.embed_texts([piece.content or "" for piece in pieces])
        embedded = [replace(p, embedding=v) for p, v in zip(pieces, vectors, strict=True)]
        self._store.write_documents(embedded, policy=DuplicatePolicy.OVERWRITE)

    def count(self) -> int:
        """Pieces stored."""
        return int(self._store.count_documents())

    def search(self, question: str, limit: int) -> list[Found]:
        """The best pieces, best first."""
        return [
            Found(p.meta["document"], p.content or "", p.meta.get("split_idx_start"))
            for p in self._retrieved(question, limit)
        ]

    def save(self) -> None:
        """As one JSON file."""
        self._store.save_to_disk(str(self._place.folder / _KEPT))

    def _retrieved(self, question: str, limit: int) -> list[Piece]:
        vector = self._place.embed_question(question)
        found: list[Piece] = self._by_vector.run(query_embedding=vector, top_k=limit)["documents"]
        return found


class HaystackHybrid(Haystack):
    """The same, joined with BM25 by reciprocal rank, as its tutorial of hybrid retrieval has it."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._by_words = InMemoryBM25Retriever(self._store)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def _retrieved(self, question: str, limit: int) -> list[Piece]:
        by_vector = super()._retrieved(question, limit)
        by_words: list[Piece] = self._by_words.run(query=question, top_k=limit)["documents"]
        joined: list[Piece] = self._joiner.run(documents=[by_words, by_vector])["documents"]
        return joined[:limit]
