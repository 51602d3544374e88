"""Seals: what all rows of each table add up to, so that a bit that changed by itself shows.

SQLite's own check looks into no value and misses no row. The table `seals` says of every table how
many rows it has, and what the hashes of its rows add up to; triggers keep it up to date with each
change that a program makes, and the doctor adds up afresh. What a damage adds stays in the sum, so
that nothing mends it but a backup. Left out are vectors, each of which has a checksum of its own,
and what only saves work: hashes of inputs, and how alike articles are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

_ROWS = ("new", "old")
_TABLE = (
    "CREATE TABLE seals (part TEXT PRIMARY KEY, rows INTEGER NOT NULL, total INTEGER NOT NULL)"
    " WITHOUT ROWID;"
)
_MASK = (1 << 62) - 1
"""Sums stay below it, so that SQLite never takes them for real numbers."""

SEALED: Mapping[str, Sequence[str]] = {
    "meta": ("key", "value"),
    "sources": ("id", "path", "input", "name", "sha256", "encoding", "text", "recipe"),
    "articles": (
        *("rowid", "article_id", "source", "position", "record", "born", "died"),
        "reprint_group",
    ),
    "passages": ("id", "article", "record", "digest", "born", "died"),
    "inputs": ("path", "sha256", "recipe"),
    "corrections": ("sha256", "anchor", "article_id", "record"),
    "places": ("source", "runs"),
    "originals": ("sha256", "kind", "data"),
    "heads": (
        *("article", "article_id", "title", "newspaper", "day", "page", "authors", "born", "died"),
        *("characters", "source", "file", "format", "alike", "sought"),
    ),
    "left_out": ("source", "ranges"),
    "commits": ("generation", "mark"),
    "collections": ("id", "name", "born", "died"),
    "memberships": ("article_id", "collection", "born", "died"),
    "tagged": ("article_id", "tag", "born", "died"),
    "bin": ("article", "removed_at", "recipe", "input_recipe"),
}
"""The tables and columns of version 11; a later step that changes one makes its triggers anew."""


def seal(*values: object) -> int:
    """A hash of a row's values; a function of the triggers'."""
    digest = hashlib.blake2b(digest_size=8)
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode()
        digest.update(f"{type(value).__name__} {len(data)} ".encode())
        digest.update(data)
    return int.from_bytes(digest.digest()) & _MASK


def sealing() -> str:
    """SQL that seals the tables as they are, and has triggers keep that true."""
    return " ".join([_TABLE, *(part for table in SEALED for part in _sealing(table))])


def compared(table: str) -> str:
    """SQL for whether a table is what its seal says; no row where it has none."""
    return (
        f"SELECT rows = counted AND total = added FROM seals, ({_added_up(table)})"  # noqa: S608
        f" WHERE part = '{table}'"
    )


class Sealed:
    """The sum of the seals of rows, as SQLite's aggregate functions are made."""

    def __init__(self) -> None:
        self._total = 0

    def step(self, *values: object) -> None:
        """One more row."""
        self._total = (self._total + seal(*values)) & _MASK

    def finalize(self) -> int:
        """Of all of them."""
        return self._total


def _added_up(table: str) -> str:
    columns = ", ".join(SEALED[table])
    return f"SELECT count(*) AS counted, coalesce(sealed({columns}), 0) AS added FROM {table}"  # noqa: S608


def _sealing(table: str) -> Iterator[str]:
    """SQL for the first sum of a table, and for what keeps it."""
    yield f"INSERT INTO seals SELECT '{table}', counted, added FROM ({_added_up(table)});"  # noqa: S608
    new, old = (f"seal({', '.join(f'{row}.{one}' for one in SEALED[table])})" for row in _ROWS)
    for event, change, more in (
        ("INSERT", f"+ {new}", 1),
        ("DELETE", f"- {old}", -1),
        ("UPDATE", f"- {old} + {new}", 0),
    ):
        name = f"sealed_{table}_{event.lower()}"
        sums = f"total = (total {change}) & {_MASK}, rows = rows + ({more})"
        add = f"UPDATE seals SET {sums} WHERE part = '{table}'"  # noqa: S608
        yield f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {add}; END;"
