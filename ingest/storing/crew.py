"""Who reads files and embeds passages: this process, or many (`ingest/storing/ray_crew.py`).

The library is no part of it: one process asks and writes it (`intake.py`, `indexing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from ingest.storing.taking import Taken, take_apart
from rag.models.embedding import Embedder, PassageInput, Vectors


class Model(Protocol):
    """What is to be known of an embedder by those who only keep its vectors."""

    @property
    def fingerprint(self) -> str:
        """Names model and version."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""


class Crew(Model, Protocol):
    """Takes files apart and embeds passages, perhaps several at a time."""

    @property
    def ahead(self) -> int:
        """How many files and batches are begun before the first of them is taken."""

    def read(self, file: Path, sha256: str, stored: Collection[tuple[str, str]]) -> Iterator[Taken]:
        """As `take_apart`, of a file with these bytes; begun when it is called, if at all.

        Raises:
            DocumentError: as `take_apart`, where the item would have been taken.
        """

    def leave(self, reading: Iterator[Taken]) -> None:
        """Take no more of what `read` gave; harmless where nothing is left."""

    def embed(self, passages: Sequence[PassageInput]) -> Callable[[], Sequence[Vectors]]:
        """Gives the matrices, each of shape (1 + sentences, dim), when it is called."""


class HomeCrew:
    """This process alone: nothing is begun before it is wanted."""

    ahead = 0

    def __init__(self, embedder: Embedder, size: int) -> None:
        self._embedder = embedder
        self._size = size

    @property
    def fingerprint(self) -> str:
        """The embedder's."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """The embedder's."""
        return self._embedder.dimension

    def read(
        self,
        file: Path,
        sha256: str,  # noqa: ARG002
        stored: Collection[tuple[str, str]],
    ) -> Iterator[Taken]:
        """See `Crew.read`."""
        return take_apart(file, self._embedder, self._size, stored)

    def leave(self, reading: Iterator[Taken]) -> None:
        """See `Crew.leave`: nothing is begun that was not taken."""

    def embed(self, passages: Sequence[PassageInput]) -> Callable[[], Sequence[Vectors]]:
        """See `Crew.embed`."""
        return lambda: [vectors.matrix for vectors in self._embedder.embed_passages(passages)]
