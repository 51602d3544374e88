"""Which libraries a Milvus holds: a row for each library and model, written last of all.

The row names the collection that is searched and the versions of the library that can be, so that
it is changed in one write; whatever else lies in Milvus counts for nothing until it is named here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from rag.library.library import Library
from rag.library.records import Version
from rag.retrieval.milvus_rows import FORMAT, UNUSED, name_of, unused
from rag.retrieval.milvus_server import Field, MilvusServer

KEPT = 8
"""Versions that can still be searched: a server may be at one for as long as it is not asked."""
_CATALOGUE = "youju_catalogue"
_FIELDS = (
    Field("key", "VARCHAR", {"is_primary": True, "max_length": 600}),
    Field("record", "VARCHAR", {"max_length": 60_000}),
    unused(),
)


@dataclass(frozen=True, slots=True)
class Served:
    """A version of the library that can be searched, with how many passages."""

    generation: int
    mark: str
    passages: int

    @property
    def version(self) -> Version:
        """As the library knows it."""
        return Version(self.generation, self.mark)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a Milvus holds of a library.

    Attributes:
        collection: of the passages; that of the words is named after it. Empty while there is none.
        dimension, index: of the vectors.
        history: what can be searched, the newest last.
        previous: the collection of before, which some server may still search.
        building: one that is being filled, or was when somebody was stopped.
    """

    collection: str = ""
    dimension: int = 0
    index: str = ""
    history: tuple[Served, ...] = ()
    previous: str = ""
    building: str = ""

    def newest(self, library: Library) -> Served | None:
        """The newest version that can be searched and that this library has been at."""
        known = (one for one in reversed(self.history) if library.has_been(one.version))
        return next(known, None)

    def keeps(self, version: Version) -> bool:
        """Whether a version can be searched now, and when the next one has been written too."""
        safe = self.history[1:] if len(self.history) == KEPT else self.history
        return any(one.version == version for one in safe)


def words_of(collection: str) -> str:
    """The collection of the words of one of passages."""
    return f"{collection}_words"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rows of a Milvus."""

    server: MilvusServer

    def read(self, library: Library, model: str) -> Holding:
        """What it holds of a library, embedded by a model."""
        if not self.server.has(_CATALOGUE):
            return Holding()
        key = _key(library, model)
        rows = self.server.query(_CATALOGUE, f'key == "{key}"', ["record"], limit=1)
        if not rows:
            return Holding()
        record = json.loads(rows[0]["record"])
        record["history"] = tuple(Served(**one) for one in record["history"])
        return Holding(**record)

    def write(self, library: Library, model: str, holding: Holding) -> None:
        """Say from now on that it holds this."""
        self.server.create(_CATALOGUE, _FIELDS)
        row = {"key": _key(library, model), "record": json.dumps(asdict(holding)), **UNUSED}
        self.server.upsert(_CATALOGUE, [row])


def _key(library: Library, model: str) -> str:
    """Programs that write rows of another form have a row of their own."""
    return name_of(f"{library.identity} {FORMAT} {name_of(model)}")
