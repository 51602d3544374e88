"""LangChain: its recursive splitter, and its vectors in memory or in FAISS.

Pieces are of 1,000 characters with 200 shared, as in its tutorial of semantic search, cut at the
separators that it names for languages without spaces ("Splitting text from languages without word
boundaries").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.documents import Document as Piece
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore, VectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from eval.peers.peer import Document, Found, Place

_SEPARATORS = ["\n\n", "\n", " ", ".", ",", "\u200b", "，", "、", "．", "。", ""]
_SIZE, _SHARED = 1000, 200
_KEPT = "vectors.json"


class _Embeddings(Embeddings):
    def __init__(self, place: Place) -> None:
        self._place = place

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._place.embed_texts(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._place.embed_question(text)


class _LangChain:
    """What both stores share: how documents are cut, and what a found piece tells."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._embeddings = _Embeddings(place)
        self._splitter = RecursiveCharacterTextSplitter(
            separators=_SEPARATORS,
            chunk_size=_SIZE,
            chunk_overlap=_SHARED,
            add_start_index=True,
        )
        self._store: VectorStore | None = None

    def search(self, question: str, limit: int) -> list[Found]:
        """By the vector of the question alone."""
        if self._store is None:
            return []
        pieces = self._store.similarity_search(question, k=limit)
        return [
            Found(p.metadata["document"], p.page_content, p.metadata["start_index"]) for p in pieces
        ]

    def _pieces(self, documents: Sequence[Document]) -> list[Piece]:
        given = [Piece(one.text, metadata={"document": one.id}) for one in documents]
        return self._splitter.split_documents(given)


class LangChainMemory(_LangChain):
    """Over the store that comes with it: a list of vectors, compared one by one."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        kept = place.folder / _KEPT
        self._memory = (
            InMemoryVectorStore.load(str(kept), self._embeddings)
            if kept.exists()
            else InMemoryVectorStore(self._embeddings)
        )
        self._store = self._memory

    def ingest(self, documents: Sequence[Document]) -> None:
        """Cut, embed, store."""
        self._memory.add_documents(self._pieces(documents))

    def count(self) -> int:
        """Pieces stored."""
        return len(self._memory.store)

    def save(self) -> None:
        """As one JSON file."""
        self._memory.dump(str(self._place.folder / _KEPT))


class LangChainFaiss(_LangChain):
    """Over FAISS, as `langchain-community` has it."""

    def __init__(self, place: Place) -> None:
        from langchain_community.vectorstores import FAISS

        super().__init__(place)
        self._faiss: Any = None
        if place.saved:
            self._faiss = FAISS.load_local(
                str(place.folder), self._embeddings, allow_dangerous_deserialization=True
            )
        self._store = self._faiss

    def ingest(self, documents: Sequence[Document]) -> None:
        """Cut, embed, store; the first documents make the store."""
        from langchain_community.vectorstores import FAISS

        pieces = self._pieces(documents)
        if self._faiss is None:
            self._store = self._faiss = FAISS.from_documents(pieces, self._embeddings)
        else:
            self._faiss.add_documents(pieces)

    def count(self) -> int:
        """Pieces stored."""
        return int(self._faiss.index.ntotal) if self._faiss else 0

    def save(self) -> None:
        """As the index and a file of the pieces."""
        if self._faiss is not None:
            self._faiss.save_local(str(self._place.folder))
