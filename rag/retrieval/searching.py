"""Where an engine that finds passages plugs in: a search by meaning, one by words.

`rag/retrieval/stores.py` opens the store of the engine that the settings name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rag.library.head_queries import Rows
from rag.library.index_queries import Admitted
from rag.library.library import Library
from rag.library.records import Version
from rag.models.embedding import Vectors

Scored = list[tuple[int, float]]


def rows_of(among: Collection[int]) -> Rows:
    """The rows that are admitted, as an array."""
    if isinstance(among, Admitted):
        return among.rows
    return np.fromiter(among, dtype=np.int64, count=len(among))


class DenseSearch(Protocol):
    """Passages by meaning, of one generation."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def __len__(self) -> int:
        """How many passages."""

    def search(self, vector: Vectors, limit: int, among: Collection[int] | None = None) -> Scored:
        """The `limit` nearest rows with their cosine, best first; ties by row id."""


class LexicalSearch(Protocol):
    """Passages by their words, of one generation; words are folded: `rag.language.text.words`."""

    def __len__(self) -> int:
        """How many passages."""

    def document_frequency(self, word: str) -> int:
        """In how many passages a word occurs."""

    def are_together(self, *words: str) -> bool:
        """Whether some passage holds all of these words."""

    def holding(self, words: Sequence[str], limit: int) -> list[int]:
        """Rows of at most `limit` passages that hold all of these words, the best first."""

    def words_beginning(self, start: str) -> list[tuple[str, int]]:
        """The words with that beginning, and in how many passages each occurs."""

    def search(
        self,
        question: str,
        limit: int,
        among: Collection[int] | None = None,
        groups: Sequence[Sequence[str]] = (),
    ) -> Scored:
        """The `limit` best rows with their BM25 score, best first; ties by row id.

        Each of the `groups` is searched for besides, and counts as its best word does.
        """


@dataclass(frozen=True, slots=True)
class Indexes(ABC):
    """What one generation of the library is searched with."""

    dense: DenseSearch
    lexical: LexicalSearch
    version: Version
    model: str

    @property
    def generation(self) -> int:
        """Of the library, as they name its rows."""
        return self.version.generation

    @abstractmethod
    def caught_up(self, library: Library) -> Indexes:
        """Indexes of the library's present generation; the same object if nothing happened.

        Raises:
            LibraryError: they cannot be had now; these still serve.
        """

    def are_whole(self, library: Library) -> bool:  # noqa: ARG002 (others' needs it)
        """Whether all of their version can still be found; asked before a question now and then.

        Raises:
            LibraryError: nobody can say; a search would fail too.
        """
        return True
