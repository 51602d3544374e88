"""Dense search: exact inner products over unit vectors, in FAISS.

An index here is never changed once it is in use: `extended` gives a new one, so searching threads
keep the one that they hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

from rag.library.head_queries import Rows
from rag.models.embedding import Vectors
from rag.retrieval.searching import rows_of

Scored = list[tuple[int, float]]
_BATCH = 4096
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class DenseIndex:
    """Passage vectors under their row ids."""

    _index: Any
    dimension: int

    @classmethod
    def build(cls, vectors: Iterable[tuple[int, Vectors]], dimension: int) -> Self:
        """Index (row id, vector of shape (dimension,)) pairs."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        _add(index, vectors)
        return cls(index, dimension)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote, its hash checked by the caller: FAISS trusts its files."""
        import faiss

        index = faiss.read_index(str(path))
        return cls(index, index.d)

    def save(self, path: Path) -> None:
        """Write to `path`.

        Raises:
            OSError: the file is not whole.
        """
        write_faiss(self._index, path)

    def extended(self, vectors: Iterable[tuple[int, Vectors]], without: Sequence[int]) -> Self:
        """A copy with `vectors` added and the rows `without` taken out."""
        import faiss

        index = faiss.clone_index(self._index)
        if without:
            index.remove_ids(faiss.IDSelectorBatch(np.asarray(without, dtype=np.int64)))
        _add(index, vectors)
        return type(self)(index, self.dimension)

    def __len__(self) -> int:
        """How many passages."""
        return int(self._index.ntotal)

    def search(self, vector: Vectors, limit: int, among: Collection[int] | None = None) -> Scored:
        """The `limit` nearest rows with their cosine, best first; ties by row id."""
        import faiss

        if not len(self):
            return []
        faiss.omp_set_num_threads(1)  # of the calling thread: helpers would mostly spin
        parameters = None
        if among is not None:
            if not len(among):
                return []
            admitted = rows_of(among)
            bits = np.zeros(int(admitted.max()) + 1, dtype=np.bool_)
            bits[admitted] = True  # a look-up a vector, however many are admitted
            parameters = faiss.SearchParameters()
            packed = np.packbits(bits, bitorder="little")
            parameters.sel = faiss.IDSelectorBitmap(packed)  # type: ignore[call-arg, arg-type]
        scores, ids = self._index.search(
            vector.reshape(1, -1), min(limit, len(self)), params=parameters
        )
        found = [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def write_faiss(index: Any, path: Path) -> None:
    """Write a FAISS index, by Python: FAISS does not look whether its last bytes arrived.

    Raises:
        OSError: the file is not whole.
    """
    import faiss

    with path.open("wb") as file:
        writing = _Writing(file)
        try:
            faiss.write_index(index, faiss.PyCallbackIOWriter(writing, _PIECE))  # type: ignore[attr-defined]
        except Exception:  # FAISS makes errors of its own of ours
            if writing.failure is not None:
                raise writing.failure from None
            raise


class _Writing:
    """Takes pieces of a file, and remembers why one could not be written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.failure: OSError | None = None

    def __call__(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except OSError as error:
            self.failure = error
            raise


def _add(index: Any, vectors: Iterable[tuple[int, Vectors]]) -> None:
    for rows, matrix in batches(vectors):
        index.add_with_ids(matrix, rows)


def batches(vectors: Iterable[tuple[int, Vectors]]) -> Iterator[tuple[Rows, Vectors]]:
    """Row ids, shape (n,), and their vectors, shape (n, dimension), some thousands at a time."""
    pairs = iter(vectors)
    while batch := list(islice(pairs, _BATCH)):
        rows = np.asarray([row for row, _ in batch], dtype=np.int64)
        yield rows, np.stack([vector for _, vector in batch]).astype(np.float32)
