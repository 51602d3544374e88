"""Where an embedding model plugs in: the protocol, and a fake for tests.

Vectors are float32 with unit norm, so that a dot product is the cosine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Article, Passage, Span, day_of
from rag.language.text import simplified, windows

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PassageInput:
    """What is embedded for one passage.

    Attributes:
        text: the passage, after a header (title, section) if there is one.
        spans: sentences in `text` that want vectors of their own.
    """

    text: str
    spans: tuple[Span, ...] = ()

    @property
    def digest(self) -> str:
        """Names what the model sees: vectors of equal digests are equal."""
        return hashlib.blake2b(
            f"{self.text}\0{self.spans}".encode("utf-8", "replace"), digest_size=16
        ).hexdigest()


def passage_header(article: Article, passage: Passage) -> str:
    """What stands over a passage: title, authors, section, speaker, a line each."""
    names = [article.title, " ".join(article.authors), passage.section, passage.speaker]
    return "\n".join(name for name in names if name)


def passage_input(article: Article, passage: Passage) -> PassageInput:
    """What is embedded and indexed: the passage under its header."""
    return _under(passage_header(article, passage), passage)


def source_line(article: Article) -> str:
    """Newspaper and day, as far as they are known: `某日报 2024年3月5日`."""
    day = day_of(article.date or "")
    written = "{}年{}月{}日".format(*day) if day else article.date
    return " ".join(filter(None, (article.newspaper, written)))


def sourced_input(article: Article, passage: Passage) -> PassageInput:
    """What is read: the passage under a line that names newspaper and day, and its header.

    `去年`, `我市` and `全市` mean what that line says.
    """
    lines = source_line(article), passage_header(article, passage)
    return _under("\n".join(filter(None, lines)), passage)


def in_simplified(given: PassageInput) -> PassageInput:
    """The same in Simplified characters, one for one: the reader learnt no others."""
    return PassageInput(simplified(given.text), given.spans)


def _under(header: str, passage: Passage) -> PassageInput:
    text = f"{header}\n{passage.text}" if header else passage.text
    shift = len(text) - len(passage.text) - passage.start
    spans = tuple(Span(s.start + shift, s.end + shift) for s in passage.sentences)
    return PassageInput(text, spans)


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """`passage`: shape (dim,); `sentences`: shape (len(spans), dim). Both unit norm float32."""

    passage: Vectors
    sentences: Vectors

    @property
    def matrix(self) -> Vectors:
        """Shape (1 + len(spans), dim): the passage's own vector first."""
        return np.vstack([self.passage[None], self.sentences])


class Embedder(Protocol):
    """Turns text into vectors."""

    @property
    def fingerprint(self) -> str:
        """Names model and version; vectors of different fingerprints are never mixed."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed_queries(self, queries: Sequence[str]) -> Vectors:
        """Shape (len(queries), dim)."""

    def embed_passages(
        self, passages: Sequence[PassageInput], progress: Progress | None = None
    ) -> list[PassageVectors]:
        """One result a passage, in order; `progress(done, total)` is called now and then."""


class HashingEmbedder:
    """A deterministic fake: hashed character pairs, summed. Similar text, similar vectors."""

    def __init__(self, dimension: int = 64) -> None:
        self._dimension = dimension

    @property
    def fingerprint(self) -> str:
        """Names the fake and its dimension."""
        return f"hashing-{self._dimension}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def embed_queries(self, queries: Sequence[str]) -> Vectors:
        """Shape (len(queries), dim)."""
        if not queries:
            return np.zeros((0, self._dimension), dtype=np.float32)
        return np.stack([self._embed(query) for query in queries])

    def embed_passages(
        self, passages: Sequence[PassageInput], progress: Progress | None = None
    ) -> list[PassageVectors]:
        """Sentences are embedded alone."""
        results = []
        for done, passage in enumerate(passages, start=1):
            sentences = [passage.text[start:end] for start, end in passage.spans]
            results.append(PassageVectors(self._embed(passage.text), self.embed_queries(sentences)))
            if progress:
                progress(done, len(passages))
        return results

    def _embed(self, text: str) -> Vectors:
        vector = np.zeros(self._dimension, dtype=np.float32)
        for pair in windows(f" {text} ", 2):
            digest = hashlib.blake2b(pair.encode("utf-8", "replace"), digest_size=4).digest()
            vector[int.from_bytes(digest, "big") % self._dimension] += 1.0
        return vector / np.float32(np.linalg.norm(vector) or 1.0)
