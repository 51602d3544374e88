"""Dense search in large libraries: short codes of all vectors are scanned, the best are compared.

A code is half a byte for every two numbers of a vector: product quantization (H. Jégou, M. Douze,
C. Schmid: Product Quantization for Nearest Neighbor Search. PAMI 2011), scanned in registers
(F. André, A.-M. Kermarrec, N. Le Scouarnec: Cache Locality is not Enough. VLDB 2015). What the
codes rank first is compared by the vectors themselves, which stay on disk, as the library keeps
them. Like an exact index this one is never changed once it is in use.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.library.head_queries import Rows
from rag.models.embedding import Vectors
from rag.retrieval.dense import Scored, batches, write_faiss
from rag.retrieval.searching import rows_of
from rag.retrieval.workspace import Workspace

COMPARED = 2048
"""Vectors that a search compares; of those that a filter admits half as many: they lie apart."""
_LISTED = 4 * COMPARED
"""So few that a filter admits are compared all: to find them among the codes takes longer."""
_CODES, _VECTORS, _ROWS = "codes.faiss", "vectors.f16", "rows.npy"
_BATCH = 8192
_GONE = -1
"""In place of the row of a vector that was taken out."""
_SAMPLED = 39 * 16
"""Vectors that FAISS wants to learn sixteen codes from; fewer are given it again and again."""
_DIGITS = 6
"""Of a cosine: further ones hang on which vectors are multiplied together."""
_MOST_PARTS = 256
"""Sums of more table entries do not fit sixteen bits."""

HalfVectors = NDArray[np.float16]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CodedIndex:
    """Passage vectors under their row ids; `workspace` is a private copy that goes with us."""

    _codes: Any
    _vectors: HalfVectors
    _rows: Rows
    _workspace: Workspace | None = None

    @classmethod
    def build(cls, vectors: Iterable[tuple[int, Vectors]], dimension: int) -> Self:
        """Index (row id, vector of shape (dimension,)) pairs; `dimension` as `codable` allows.

        Raises:
            OSError: the temporary directory takes no more.
        """
        import faiss

        workspace = Workspace()
        rows = _written(workspace.path / _VECTORS, (), vectors)
        stored = _mapped(workspace.path / _VECTORS, len(rows), dimension)
        parts = dimension // codable(dimension)
        codes = faiss.IndexPQFastScan(dimension, parts, 4, faiss.METRIC_INNER_PRODUCT)
        faiss.omp_set_num_threads(1)  # sums in one order: the same codes every time
        sample = stored[:: max(1, len(rows) // _BATCH)].astype(np.float32)
        codes.train(np.resize(sample, (max(len(sample), _SAMPLED), dimension)))
        _encode(codes, stored)
        return cls(codes, stored, rows, workspace)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote, its hash checked by the caller: FAISS trusts its files."""
        import faiss

        codes = faiss.read_index(str(directory / _CODES))
        rows: Rows = np.load(directory / _ROWS)
        if codes.ntotal != len(rows):
            raise ValueError(directory)
        stored = _mapped(directory / _VECTORS, len(rows), codes.d)
        return cls(codes, stored, rows)

    def save(self, directory: Path) -> None:
        """Write to `directory`, which is made.

        Raises:
            OSError: it is not whole there.
        """
        directory.mkdir()
        write_faiss(self._codes, directory / _CODES)
        _written(directory / _VECTORS, (self._vectors,), ())
        with (directory / _ROWS).open("wb") as file:
            np.save(file, self._rows)

    def extended(self, vectors: Iterable[tuple[int, Vectors]], without: Sequence[int]) -> Self:
        """A copy with `vectors` added and the rows `without` taken out.

        Raises:
            OSError: the temporary directory takes no more.
        """
        import faiss

        rows = np.where(np.isin(self._rows, np.asarray(without)), _GONE, self._rows)
        workspace = Workspace()
        added = _written(workspace.path / _VECTORS, (self._vectors,), vectors)
        rows = np.concatenate([rows, added])
        stored = _mapped(workspace.path / _VECTORS, len(rows), self.dimension)
        codes = faiss.clone_index(self._codes)
        _encode(codes, stored[len(self._rows) :])
        return type(self)(codes, stored, rows, workspace)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._codes.d)

    def worn(self, alive: int, born: int) -> bool:
        """Whether, with `alive` passages, `born` of them new, one of these alone served better."""
        return 4 * alive < 3 * (len(self._rows) + born)

    def __len__(self) -> int:
        """How many passages."""
        return int(np.count_nonzero(self._rows != _GONE))

    def search(self, vector: Vectors, limit: int, among: Collection[int] | None = None) -> Scored:
        """The `limit` nearest rows with their cosine, best first; ties by row id."""
        import faiss

        faiss.omp_set_num_threads(1)  # a setting of the calling thread
        listed, compared = self._rows != _GONE, COMPARED
        if among is not None:
            listed, compared = listed & self._admitted(rows_of(among)), COMPARED // 2
        places = self._nearest(vector, max(compared, 4 * limit), listed)
        return self._compared(vector, places, limit)

    def _admitted(self, rows: Rows) -> NDArray[np.bool_]:
        """Which places are of such rows."""
        table = np.zeros(int(self._rows.max(initial=0)) + 2, dtype=np.bool_)
        table[rows[rows < len(table)]] = True
        return table[self._rows]

    def _nearest(self, vector: Vectors, wanted: int, listed: NDArray[np.bool_]) -> Places:
        """Listed places, the nearest by their codes, or all where they are few.

        The scan knows no filter, so it goes as deep as leaves enough of them.
        """
        count = int(np.count_nonzero(listed))
        if count <= _LISTED:
            return np.flatnonzero(listed)
        depth = wanted if count == len(listed) else 2 * wanted * len(listed) // count
        while 2 * depth < len(listed):
            _, found = self._codes.search(vector.reshape(1, -1), depth)
            near: Places = found[0][found[0] >= 0]
            near = near[listed[near]]
            if len(near) >= wanted:
                return near[:wanted]
            depth *= 8
        return np.flatnonzero(listed)

    def _compared(self, vector: Vectors, places: Places, limit: int) -> Scored:
        """The best of some places by their vectors."""
        scores = np.empty(len(places), dtype=np.float32)
        for start in range(0, len(places), _BATCH):
            part = slice(start, start + _BATCH)
            scores[part] = self._vectors[places[part]].astype(np.float32) @ vector
        rows, scores = self._rows[places], scores.round(_DIGITS)
        best = np.lexsort((rows, -scores))[:limit]
        return [(int(rows[at]), float(scores[at])) for at in best]


def codable(dimension: int) -> int:
    """How many numbers of a vector share half a byte; 0 if no code suits the dimension."""
    fits = (n for n in (2, 3, 4, 6, 8) if not dimension % n and dimension // n <= _MOST_PARTS)
    return next(fits, 0)


def _encode(codes: Any, vectors: HalfVectors) -> None:
    for start in range(0, len(vectors), _BATCH):
        codes.add(vectors[start : start + _BATCH].astype(np.float32))


def _written(
    path: Path, before: Sequence[HalfVectors], vectors: Iterable[tuple[int, Vectors]]
) -> Rows:
    """Write matrices, then vectors, one after the other; the row ids of the latter.

    Through the file, not a map of it: a full disk is then an error, not the end of the process.
    """
    rows: list[Rows] = [np.empty(0, dtype=np.int64)]
    with path.open("wb") as file:
        for matrix in before:
            for start in range(0, len(matrix), _BATCH):
                file.write(matrix[start : start + _BATCH].tobytes())
        for ids, batch in batches(vectors):
            file.write(batch.astype(np.float16).tobytes())
            rows.append(ids)
    return np.concatenate(rows)


def _mapped(path: Path, count: int, dimension: int) -> HalfVectors:
    """Vectors as they lie on disk; the system keeps in memory what is looked at often."""
    if not count:
        return np.empty((0, dimension), dtype=np.float16)
    return np.memmap(path, dtype=np.float16, mode="r", shape=(count, dimension))
