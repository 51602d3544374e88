"""A passage that was found, with its vectors: what is read for evidence."""

from __future__ import annotations

from dataclasses import dataclass

from rag.documents import Sentence
from rag.embedding import Vectors
from rag.retrieval import Hit


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was found, with its vectors: shape (1 + sentences, dim), its own first."""

    hit: Hit
    vectors: Vectors

    def sentence_text(self, sentence: Sentence) -> str:
        """The characters of one of its sentences."""
        start = self.hit.passage.start
        return self.hit.passage.text[sentence.start - start : sentence.end - start]
