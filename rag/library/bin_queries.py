"""What lies in the bin: articles that were removed and can be put back for a while."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rag.library.shelf_queries import ShelfQueries, shelved, tags_of
from rag.library.storage import Row

DAYS = 30
"""So long a removed article can be put back."""


@dataclass(frozen=True, slots=True)
class Binned:
    """A removed article.

    Attributes:
        key: its row in `articles`.
        file, input: its source's name, and the file on disk that it came from.
    """

    key: int
    article_id: str
    title: str
    newspaper: str | None
    date: str | None
    page: str | None
    file: str
    input: str
    collection: str | None
    tags: tuple[str, ...]
    removed_at: datetime

    @property
    def kept_until(self) -> datetime:
        """When it goes for good."""
        return self.removed_at + timedelta(days=DAYS)


class BinQueries(ShelfQueries):
    """Part of `rag.library.queries.LibraryQueries`."""

    def count_binned(self) -> int:
        """How much can be put back."""
        row = self._database.one("SELECT count(*) FROM bin WHERE removed_at > ?", (expiry(),))
        return int(row[0]) if row else 0

    def binned(self, limit: int = -1) -> Sequence[Binned]:
        """What can be put back, the last removed first; what is too old is not shown.

        A `limit` below nothing is none.
        """
        rows = self._database.all(
            "SELECT b.article, h.article_id, h.title, h.newspaper, h.day, h.page, s.name, s.input,"  # noqa: S608
            f" {shelved('h')}, b.removed_at FROM bin b JOIN heads h ON h.article = b.article"
            " JOIN articles a ON a.rowid = b.article JOIN sources s ON s.id = a.source"
            " WHERE b.removed_at > ? ORDER BY b.removed_at DESC, b.article DESC LIMIT ?",
            (expiry(), limit),
        )
        return tuple(_binned(row) for row in rows)

    def broken_binned(self) -> Sequence[str]:
        """Ids of what cannot be put back whole: its passages are gone, or it is alive."""
        rows = self._database.all(
            "SELECT h.article_id FROM bin b JOIN heads h ON h.article = b.article"
            " WHERE h.died IS NULL OR (h.characters > 0 AND NOT EXISTS"
            " (SELECT 1 FROM passages p WHERE p.article = b.article AND p.died = h.died))"
        )
        return tuple(row[0] for row in rows)

    def is_binned(self, input_path: str) -> bool:
        """Whether something of an input file lies in the bin."""
        row = self._database.one(
            "SELECT 1 FROM bin b JOIN articles a ON a.rowid = b.article"
            " JOIN sources s ON s.id = a.source WHERE s.input = ? AND b.removed_at > ?",
            (input_path, expiry()),
        )
        return row is not None


def _binned(row: Row) -> Binned:
    *columns, tags, removed_at = row
    when = datetime.fromtimestamp(removed_at, UTC)
    return Binned(*(*columns, tags_of(tags), when))


def expiry() -> int:
    """What was removed until this second is out of the bin."""
    return int(time.time()) - DAYS * 86_400
