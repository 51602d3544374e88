"""A passage that was found, with its vectors: what is read for evidence."""

from __future__ import annotations

from dataclasses import dataclass

from rag.data_model.documents import Sentence
from rag.models.embedding import Vectors
from rag.retrieval.retriever import Hit


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was found, with its vectors: shape (1 + sentences, dim), its own first.

    `reranked` is what the reranker gives it; None without one.
    """

    hit: Hit
    vectors: Vectors
    reranked: float | None = None

    def sentence_text(self, sentence: Sentence) -> str:
        """The characters of one of its sentences."""
        start = self.hit.passage.start
        return self.hit.passage.text[sentence.start - start : sentence.end - start]
