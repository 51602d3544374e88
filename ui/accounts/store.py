"""The file of users and of what is kept for them: SQLite beside the library, readable by us alone.

Commands of the machine write beside a running server, so the writer's place is taken for one
change at a time; readers see a change as soon as it is made.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rag.library.storage import Connection, Database, Row, translated

FOLDER = "accounts"
_FILE = "accounts.sqlite3"
_STEPS = (
    """
    CREATE TABLE users (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
        password TEXT NOT NULL, epoch INTEGER NOT NULL, created TEXT NOT NULL
    ) STRICT;
    CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
        hash TEXT NOT NULL UNIQUE, label TEXT NOT NULL, created TEXT NOT NULL
    ) STRICT;
    CREATE TABLE conversations (
        user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE, id TEXT NOT NULL,
        title TEXT NOT NULL, filters TEXT NOT NULL, touched INTEGER NOT NULL,
        PRIMARY KEY (user_id, id)
    ) STRICT;
    CREATE TABLE turns (
        user_id TEXT NOT NULL, conversation_id TEXT NOT NULL, id TEXT NOT NULL,
        n INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (user_id, conversation_id, id),
        FOREIGN KEY (user_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
    ) STRICT;
    CREATE TABLE shares (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
        by TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, anyone INTEGER NOT NULL,
        created TEXT NOT NULL
    ) STRICT;
    CREATE INDEX shares_of ON shares (user_id);
    """,
)


class AccountsFile:
    """Reads and changes the file; made when something is first kept."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER
        self._path = self.folder / _FILE
        self._turn = threading.Lock()
        self._reading = Database(self._path, _STEPS, write=False)

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept."""
        return self._reading.exists

    def all(self, sql: str, values: object = ()) -> list[Row]:
        """The rows of a query; none while there is no file."""
        return self._reading.all(sql, values)

    def one(self, sql: str, values: object = ()) -> Row | None:
        """The first row."""
        return self._reading.one(sql, values)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing; on disk when it ends.

        Raises:
            LibraryBusy: another program has written here for seconds.
            StorageFull, LibraryReadOnly, StorageFailed: nothing is changed.
        """
        with self._turn:
            self._make()
            database = Database(self._path, _STEPS, write=True)
            try:
                with database.transaction() as connection:
                    yield connection
            finally:
                database.close()

    def close(self) -> None:
        """Let go of the file."""
        self._reading.close()

    def _make(self) -> None:
        """The folder and the file, for nobody else to read: SQLite's side files follow its mode."""
        with translated(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))


def now() -> str:
    """This moment, as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def dumped(value: object) -> str:
    """JSON as it is kept; half characters, which no file can hold, become question marks."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
