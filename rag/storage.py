"""One SQLite file: connections, the single writer, transactions, and its errors in our words."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    LibraryError,
    LibraryReadOnly,
    SchemaNewer,
    StorageFull,
)

Row = tuple[Any, ...]
Connection = sqlite3.Connection
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.EEXIST}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Database:
    """A SQLite file with a schema version. Each thread has its own connection.

    Args:
        path: the file.
        schema: statements that make version `version` of it.
        write: take the only writer's place, and create the file if need be.

    Raises:
        LibraryReadOnly: writing was asked for and the directory refuses.
        LibraryBusy: another process writes.
        LibraryCorrupt, SchemaNewer: the file cannot be used.
    """

    def __init__(self, path: Path, schema: str, version: int, *, write: bool) -> None:
        self.path = path
        self._version = version
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._guard = threading.Lock()
        self._lock = WriteLock(path.with_name("write.lock")).acquire() if write else None
        try:
            self._check_or_create(schema)
        except BaseException:
            self.close()
            raise

    @property
    def exists(self) -> bool:
        """Whether the file is there; a reader of one that is not sees empty tables."""
        return self.path.exists()

    def close(self) -> None:
        """Close every thread's connection and let the next writer in."""
        with self._guard:
            connections, self._connections = self._connections, []
        for connection in connections:
            with suppress(sqlite3.Error):
                connection.close()
        self._local = threading.local()
        if self._lock:
            self._lock.release()

    def all(self, sql: str, values: object = ()) -> list[Row]:
        """The rows of a query; none while the file is not there."""
        if not self._lock and not self.exists:
            return []
        with translated(self.path):
            return self._connection().execute(sql, values).fetchall()  # type: ignore[arg-type]

    def one(self, sql: str, values: object = ()) -> Row | None:
        """The first row."""
        rows = self.all(sql, values)
        return rows[0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing; on disk when it ends.

        Raises:
            LibraryReadOnly: this database was opened for reading, or the directory refuses.
            StorageFull: no space; nothing is changed.
        """
        if not self._lock:
            raise LibraryReadOnly(path=self.path)
        with translated(self.path):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect_to_write() if self._lock else self._connect_to_read()
            self._local.connection = connection
            with self._guard:
                self._connections.append(connection)
        return connection

    def _connect_to_write(self) -> Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _connect_to_read(self) -> Connection:
        """Read-only; `immutable` where the directory does not allow even the WAL's side files."""
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            connection = sqlite3.connect(
                f"{uri}&immutable=1", uri=True, isolation_level=None, check_same_thread=False
            )
        for pragma in ("query_only = ON", "wal_autocheckpoint = 0", "busy_timeout = 5000"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _check_or_create(self, schema: str) -> None:
        if not self._lock and not self.exists:
            return
        with translated(self.path):
            connection = self._connection()
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found > self._version:
                raise SchemaNewer(path=self.path, found=found, known=self._version)
            if found == self._version:
                return
            if not self._lock or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise LibraryCorrupt(path=self.path, reason="不是有据的文章库")
            connection.executescript(
                f"BEGIN; {schema} PRAGMA user_version = {self._version}; COMMIT;"
            )


class WriteLock:
    """A lock file that the operating system frees when its holder dies."""

    def __init__(self, path: Path, patience: float = 3.0) -> None:
        self._path = path
        self._patience = patience
        self._descriptor: int | None = None

    def acquire(self) -> Self:
        """Take the lock, making its directory if need be.

        Raises:
            LibraryBusy: another process holds it after `patience` seconds.
            LibraryReadOnly, StorageFull: the file cannot be made.
        """
        with translated(self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_up = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > give_up:
                    self.release()
                    raise LibraryBusy(path=self._path.parent) from None
                time.sleep(0.05)
            else:
                return self

    def release(self) -> None:
        """Free the lock; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and the file system into ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _database_error(path, error) from error
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(path=path) from error
        if error.errno in _REFUSED:
            raise LibraryReadOnly(path=path) from error
        raise LibraryCorrupt(path=path, reason=error.strerror or str(error)) from error


def _database_error(path: Path, error: sqlite3.DatabaseError) -> LibraryError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull(path=path)
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return LibraryReadOnly(path=path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return LibraryBusy(path=path)
    return LibraryCorrupt(path=path, reason=str(error))
