"""Which library this is, which commit was its last, and whether its rows are what they were."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

from rag.library.bin_queries import BinQueries
from rag.library.records import Version
from rag.library.seals import SEALED, compared

_BATCH = 500


class HistoryQueries(BinQueries):
    """Part of `rag.library.queries.LibraryQueries`."""

    @property
    def generation(self) -> int:
        """Rises by one with every commit that changes articles."""
        return int(self.meta("generation") or 0)

    @property
    def version(self) -> Version:
        """The last commit: its generation, and the mark that no other commit has."""
        row = self._database.one(
            "SELECT generation, mark FROM commits ORDER BY generation DESC LIMIT 1"
        )
        return Version(*row) if row else Version(0, "")

    def has_been(self, version: Version) -> bool:
        """Whether the library was at that very commit; not after a backup was put in its place."""
        row = self._database.one(
            "SELECT mark FROM commits WHERE generation = ?", (version.generation,)
        )
        return (row[0] if row else "") == version.mark

    @property
    def identity(self) -> str:
        """Names the library, wherever it is copied to; empty while there is none."""
        return self.meta("identity") or ""

    def meta(self, key: str) -> str | None:
        """A value kept beside the articles."""
        row = self._database.one("SELECT value FROM meta WHERE key = ?", (key,))
        return str(row[0]) if row else None

    @property
    def purged_until(self) -> int:
        """What died up to this generation may be gone: earlier indexes cannot be caught up."""
        return int(self.meta("purged_until") or 0)

    def content(self, generation: int) -> str:
        """A hash over the passages alive at a generation: their rows, and what was embedded."""
        rows = self._database.all(
            "SELECT id, digest FROM passages WHERE born <= :g AND (died IS NULL OR died > :g)"
            " ORDER BY id",
            {"g": generation},
        )
        text = "\n".join(f"{row} {digest}" for row, digest in rows)
        return hashlib.sha256(text.encode()).hexdigest()

    def integrity(self) -> list[str]:
        """What SQLite's own check finds wrong; empty means sound. It does not look into values."""
        return [row[0] for row in self._database.all("PRAGMA integrity_check") if row[0] != "ok"]

    def broken_seals(self) -> list[str]:
        """Tables that are not what was written: values changed, rows are gone or have come."""
        if not self._database.exists:
            return []
        return [table for table in SEALED if self._database.one(compared(table)) != (1,)]

    def damaged_originals(self) -> Iterator[str]:
        """Hashes of the files that were kept whole and are not the bytes of that hash any more."""
        for (sha256,) in self._database.all("SELECT sha256 FROM originals ORDER BY sha256"):
            row = self._database.one("SELECT data FROM originals WHERE sha256 = ?", (sha256,))
            if row and hashlib.sha256(row[0]).hexdigest() != sha256:
                yield sha256

    def damaged_vectors(self, model: str) -> Iterator[str]:
        """Digests of the passages whose vectors of this model are not those that were stored."""
        usual = self._database.one(
            "SELECT dimension FROM vectors WHERE model = ? GROUP BY dimension"
            " ORDER BY count(*) DESC LIMIT 1",
            (model,),
        )
        last = -1
        while rows := self._database.all(
            "SELECT rowid, digest, dimension, matrix, checksum FROM vectors"
            " WHERE rowid > ? AND model = ? ORDER BY rowid LIMIT ?",
            (last, model, _BATCH),
        ):
            for _, digest, dimension, matrix, checksum in rows:
                whole = (dimension,) == usual and matrix and len(matrix) % (2 * dimension) == 0
                if not whole or zlib.crc32(matrix) != checksum:
                    yield digest
            last = rows[-1][0]
