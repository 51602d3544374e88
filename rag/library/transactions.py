"""A write transaction of the library, and the generation that it makes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from rag.library.queries import LibraryQueries
from rag.library.storage import Connection


class Transactions(LibraryQueries):
    """What all parts of `rag.library.library.Library` that write share."""

    @contextmanager
    def _transaction(self, *, changes_articles: bool) -> Iterator[tuple[Connection, int]]:
        """A write transaction and the generation that it makes."""
        with self._database.transaction() as connection:
            (current,) = connection.execute(
                "SELECT value FROM meta WHERE key = 'generation'"
            ).fetchone()
            generation = int(current) + changes_articles
            yield connection, generation
            set_meta(connection, "generation", str(generation))
            if changes_articles:
                connection.execute(
                    "INSERT OR REPLACE INTO commits VALUES (?, ?)",
                    (generation, secrets.token_hex(8)),
                )


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Keep a value beside the articles."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
