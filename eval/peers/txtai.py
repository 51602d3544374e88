"""txtai: whole texts, found by vectors and BM25 together (`hybrid`)."""

from __future__ import annotations

from collections.abc import Sequence

from txtai import Embeddings

from eval.peers.peer import Document, Found, Place


class Txtai:
    """An embeddings database with its content; it does not cut what it is given."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._asking = False

        def transform(texts: list[str]) -> list[list[float]]:
            if self._asking:  # nothing else tells it apart
                return [place.embed_question(text) for text in texts]
            return place.embed_texts(texts)

        self._embeddings = Embeddings(
            method="external", transform=transform, content=True, hybrid=True
        )
        if place.saved:
            self._embeddings.load(str(place.folder), config={"transform": transform})

    def ingest(self, documents: Sequence[Document]) -> None:
        """Add to the index, or write over what has the same name."""
        self._embeddings.upsert([(one.id, one.text, None) for one in documents])

    def count(self) -> int:
        """Texts stored."""
        return int(self._embeddings.count()) if self._embeddings.ann else 0

    def search(self, question: str, limit: int) -> list[Found]:
        """Whole texts, each from its first character."""
        self._asking = True
        try:
            found = self._embeddings.search(question, limit)
        finally:
            self._asking = False
        return [Found(str(one["id"]), str(one["text"]), 0) for one in found]

    def save(self) -> None:
        """As a folder of files."""
        self._embeddings.save(str(self._place.folder))
