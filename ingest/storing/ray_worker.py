"""What a Ray actor does: takes files apart a few documents at a time, and embeds passages.

It holds the model and nothing of the library. An answer is small and soon there, so that neither a
file of a million rows nor a slow consumer holds up what others ask of it.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingest.storing.taking import Part, Taken, take_apart
from rag.errors import DocumentError, FileUnreadable, YoujuError
from rag.errors.reasons import why
from rag.files.regular import opened
from rag.models.embedding import Embedder, PassageInput, Vectors

_PASSAGES, _SECONDS = 128, 2.0
"""Of a chunk of documents, until it is handed over."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a worker is. `code` names the program that reads: all must have the same."""

    fingerprint: str
    dimension: int
    code: str
    process: int


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it travels; `fatal`: nothing comes after it."""

    record: dict[str, str]
    fatal: bool = False

    @classmethod
    def of(cls, error: YoujuError, *, fatal: bool = False) -> Failure:
        """The error's code and what it says."""
        return cls(error.as_dict() | {"code": error.code}, fatal)

    @property
    def error(self) -> YoujuError:
        """The inverse of `of`."""
        return YoujuError.from_dict(self.record)


@dataclass(frozen=True, slots=True)
class Order:
    """A file to take apart.

    Attributes:
        sha256: of its bytes, as whoever orders it has seen them.
        stored: path and sha256 of documents that are not wanted.
        skip: so many items have come already.
    """

    file: str
    sha256: str
    stored: Collection[tuple[str, str]]
    skip: int = 0


Sent = Part | Failure | str


class Worker:
    """One actor: a model, and the files that it has begun, by the name of the order."""

    def __init__(self, open_embedder: Callable[[], Embedder], size: int) -> None:
        self._open_embedder = open_embedder
        self._size = size
        self._begun: dict[str, Iterator[Sent]] = {}

    def prepare(self) -> Ready | Failure:
        """Load the model."""
        from ingest.storing.intake import RECIPE_VERSION
        from rag.version import version

        try:
            self._embedder = self._open_embedder()
            fingerprint, dimension = self._embedder.fingerprint, self._embedder.dimension
        except YoujuError as error:
            return Failure.of(error, fatal=True)
        return Ready(fingerprint, dimension, f"{version()}/{RECIPE_VERSION}", os.getpid())

    def take(self, name: str, order: Order) -> tuple[list[Sent], bool]:
        """The next items of an order, begun at its first; whether these are the last."""
        items = self._begun.pop(name, None) or self._items(order)
        sent: list[Sent] = []
        passages, until = 0, time.monotonic() + _SECONDS
        for item in items:
            sent.append(item)
            passages += len(item.passages) if isinstance(item, Part) else 0
            if passages >= _PASSAGES or time.monotonic() > until:
                self._begun[name] = items
                return sent, False
        return sent, True

    def forget(self, name: str) -> None:
        """The rest of an order is not wanted."""
        self._begun.pop(name, None)

    def embed(self, passages: Sequence[PassageInput]) -> list[Vectors] | Failure:
        """Matrices, each of shape (1 + sentences, dim)."""
        try:
            return [vectors.matrix for vectors in self._embedder.embed_passages(passages)]
        except YoujuError as error:
            return Failure.of(error, fatal=True)

    def _items(self, order: Order) -> Iterator[Sent]:
        return islice(self._taken(order), order.skip, None)

    def _taken(self, order: Order) -> Iterator[Sent]:
        """What the file holds, its last item an error if there is one that ends it."""
        file = Path(order.file)
        try:
            _check_same(file, order.sha256)
            for item in take_apart(file, self._embedder, self._size, order.stored):
                yield _portable(item)
        except YoujuError as error:
            yield Failure.of(error, fatal=True)


def _portable(item: Taken) -> Sent:
    return Failure.of(item) if isinstance(item, DocumentError) else item


def _check_same(file: Path, sha256: str) -> None:
    """That this machine has the file, and the same one.

    Raises:
        FileUnreadable: it has not.
    """
    try:
        with opened(file) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        reason = f"工作机上读不到它：{why(error)}；各机器要在同一路径下看到同样的文件"
        raise FileUnreadable(file=file.name, reason=reason) from error
    if found != sha256:
        raise FileUnreadable(file=file.name, reason="工作机上的内容不同，或导入时文件变了")
