"""LlamaIndex: `VectorStoreIndex` with its own splitter, which knows Chinese sentence ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core import Document as Given
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from eval.peers.peer import Document, Found, Place


class _Embedding(BaseEmbedding):  # type: ignore[misc]  # not there without the extra
    _place: Place = PrivateAttr()

    def __init__(self, place: Place) -> None:
        super().__init__(model_name=place.embedder.fingerprint)
        self._place = place

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._place.embed_texts([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._place.embed_texts(texts)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._place.embed_question(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class LlamaIndex:
    """An index of vectors in memory, kept as JSON files."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._embedding = _Embedding(place)
        self._index: Any = None
        if place.saved:
            kept = StorageContext.from_defaults(persist_dir=str(place.folder))
            self._index = load_index_from_storage(kept, embed_model=self._embedding)

    def ingest(self, documents: Sequence[Document]) -> None:
        """The first documents make the index, the others are inserted."""
        given = [Given(text=one.text, id_=one.id) for one in documents]
        if self._index is None:
            self._index = VectorStoreIndex.from_documents(given, embed_model=self._embedding)
            return
        for one in given:
            self._index.insert(one)

    def count(self) -> int:
        """Nodes stored."""
        return len(self._index.docstore.docs) if self._index else 0

    def search(self, question: str, limit: int) -> list[Found]:
        """By the vector of the question alone."""
        if self._index is None:
            return []
        nodes = self._index.as_retriever(similarity_top_k=limit).retrieve(question)
        return [
            Found(one.node.ref_doc_id, one.node.get_content(), one.node.start_char_idx)
            for one in nodes
        ]

    def save(self) -> None:
        """As JSON files."""
        if self._index is not None:
            self._index.storage_context.persist(persist_dir=str(self._place.folder))
