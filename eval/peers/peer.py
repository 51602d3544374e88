"""What a system is asked to do in the race: store documents, find passages, keep what it stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rag.models.embedding import Embedder, PassageInput


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be stored, and what it is called."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found.

    Attributes:
        document: of which it is said to be.
        text: what is shown of it.
        start: where it is said to stand in the document's text; None where nothing is said.
    """

    document: str
    text: str
    start: int | None


class Peer(Protocol):
    """One system, over one store."""

    def ingest(self, documents: Sequence[Document]) -> None:
        """Store documents beside those that are there."""

    def count(self) -> int:
        """Passages stored."""

    def search(self, question: str, limit: int) -> list[Found]:
        """The best passages, best first."""

    def save(self) -> None:
        """Keep what is stored in its folder, where it is not kept already."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a peer keeps its store, and what embeds for it.

    Attributes:
        folder: of its own; holds what was saved, or nothing.
        embedder: the same model for all.
    """

    folder: Path
    embedder: Embedder

    @property
    def saved(self) -> bool:
        """Whether a store was saved here."""
        return self.folder.is_dir() and any(self.folder.iterdir())

    def embed_texts(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector a text, whole, however long; unit norm."""
        given = [PassageInput(text) for text in texts]
        return [found.passage.tolist() for found in self.embedder.embed_passages(given)]

    def embed_question(self, question: str) -> list[float]:
        """The vector of a question; unit norm."""
        vector: list[float] = self.embedder.embed_queries([question])[0].tolist()
        return vector
