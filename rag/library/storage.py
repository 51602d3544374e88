"""One SQLite file: connections, the single writer, transactions, and its errors in our words."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Self

from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    LibraryError,
    LibraryReadOnly,
    SchemaNewer,
    StorageFailed,
    StorageFull,
)
from rag.errors.disk import file_error
from rag.files.whole import synced
from rag.language.text import fold
from rag.library.seals import Sealed, seal

Row = tuple[Any, ...]
Connection = sqlite3.Connection
_PROBE = 1 << 16
_TO_WRITE = (
    *("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"),
    *("recursive_triggers = ON", "trusted_schema = ON"),
)
"""The last two for `seals.py`: what REPLACE deletes is deleted, triggers may call functions."""
BACKUPS = "backups"
"""Beside a database: its copies of before a change."""
"""How the name of a file begins that is being written beside the library."""


class Database:
    """A SQLite file with a version. A writer has one connection; readers have one a thread.

    An older version is brought up to date when it is opened, by a reader too; a dated copy of it is
    kept in `backups` first.

    Args:
        path: the file.
        steps: statements; the first n of them make version n of the file. Besides SQLite's own
            functions they may call `crc32(blob)`, `folded(text)`, `suffix(name)`, and `seal` and
            `sealed` of `seals.py`.
        write: take the only writer's place, and create the file if need be.

    Raises:
        LibraryReadOnly: writing was asked for, or is needed, and the directory refuses.
        LibraryBusy: another process writes.
        LibraryCorrupt, SchemaNewer: the file cannot be used.
    """

    def __init__(self, path: Path, steps: Sequence[str], *, write: bool) -> None:
        self.path = path
        self._steps = steps
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._lock = WriteLock(path.with_name("write.lock")).acquire() if write else None
        try:
            self._check_version()
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
        for connection in reversed(connections):  # the writer last: it moves the WAL into the file
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
            return self._reader().execute(sql, values).fetchall()  # type: ignore[arg-type]

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
        with self._writing, translated(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
                raise

    def copy_to(self, target: Path, *, checked: bool = True) -> None:
        """A copy as one file, of what is committed now; others may read and write meanwhile.

        Args:
            target: stands there when it is whole, and on disk.
            checked: refuse to make a copy of a damaged file.

        Raises:
            LibraryCorrupt: SQLite's own check finds fault with the copy.
            StorageFull, StorageFailed, LibraryReadOnly: there is no copy.
        """
        with translated(target.parent):
            connection = self._writer if self._lock else self._reader()
            _copy(connection, self.path, target, checked=checked)

    def replace_with(self, file: Path) -> None:
        """Put the content of another file of this version in the place of all that is here.

        All or nothing, and readers go on: those of before see what was before.

        Raises:
            StorageFull, StorageFailed: nothing is changed.
        """
        with self._writing, translated(self.path):
            uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(uri, uri=True)) as source:
                source.backup(self._writer)

    def compact(self) -> None:
        """Give room that is no longer used back to the disk, if there is enough to do it in."""
        with self._writing, suppress(StorageFull), translated(self.path):
            self._writer.execute("VACUUM")

    def _reader(self) -> Connection:
        """This thread's connection to read with."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._kept(self._connect_to_read())
        return connection

    @cached_property
    def _writer(self) -> Connection:
        return self._kept(self._connect_to_write())

    def _kept(self, connection: Connection) -> Connection:
        with self._guard:
            self._connections.append(connection)
        return connection

    def _connect_to_write(self) -> Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        for pragma in _TO_WRITE:
            connection.execute(f"PRAGMA {pragma}")
        _teach(connection)
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
        _teach(connection)
        return connection

    def _check_version(self) -> None:
        if not self._lock and not self.exists:
            return
        with translated(self.path):
            connection = self._writer if self._lock else self._reader()
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found > len(self._steps):
                raise SchemaNewer(path=self.path, found=found, known=len(self._steps))
            foreign = connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            if not found and (foreign or not self._lock):
                raise LibraryCorrupt(path=self.path, reason="不是有据的文章库")
            if found < len(self._steps) and self._lock:
                if found:
                    self.copy_to(kept_copy(self.path, f"v{found}"))
                script = " ".join(self._steps[found:])
                connection.executescript(
                    f"BEGIN; {script} PRAGMA user_version = {len(self._steps)}; COMMIT;"
                )
        if found < len(self._steps) and not self._lock:
            Database(self.path, self._steps, write=True).close()


def copy_database(path: Path, target: Path, *, checked: bool = True) -> None:
    """A copy of any database, as `Database.copy_to` makes one; its version is not looked at.

    Raises:
        LibraryCorrupt: it is no database, or, if `checked`, SQLite finds fault with the copy.
        StorageFull, StorageFailed, LibraryReadOnly: there is no copy.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with translated(path), closing(sqlite3.connect(uri, uri=True)) as connection:
        _copy(connection, path, target, checked=checked)


def overwrite_database(path: Path, file: Path) -> None:
    """Put the content of a database that nobody uses in the place of all that is in another one.

    All or nothing; those who have it open go on, and see what is new. The caller holds the only
    writer's place.

    Raises:
        LibraryBusy: a program that knows nothing of that place writes.
        LibraryCorrupt: it is no database.
        StorageFull, StorageFailed: nothing is changed.
    """
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    with (
        translated(path),
        closing(sqlite3.connect(uri, uri=True)) as source,
        closing(sqlite3.connect(path)) as target,
    ):
        target.execute("PRAGMA synchronous = FULL")
        source.backup(target)


def _copy(connection: Connection, path: Path, target: Path, *, checked: bool) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(part)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        if checked and found != "ok":
            raise LibraryCorrupt(path=path, reason=found)
        synced(part)
        part.replace(target)
        synced(target.parent)
    finally:
        for side in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + side).unlink(missing_ok=True)


def _teach(connection: Connection) -> None:
    """Functions of ours, for SQL."""
    connection.create_function("crc32", 1, zlib.crc32, deterministic=True)
    connection.create_function("folded", 1, fold, deterministic=True)
    connection.create_function("suffix", 1, _suffix, deterministic=True)
    connection.create_function("seal", -1, seal, deterministic=True)
    connection.create_aggregate("sealed", -1, Sealed)


def _suffix(name: str) -> str:
    """`.pdf` of a file's name; nothing where it has none."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def kept_copy(path: Path, reason: str) -> Path:
    """Where a file that is about to be changed is kept: named by the time, and not there yet."""
    name = f"{path.stem}-{now_named()}-{reason}"
    for more in ("", *(f"-{n}" for n in range(2, 1000))):
        place = path.parent / BACKUPS / f"{name}{more}{path.suffix}"
        if not place.exists():
            break
    return place


def now_named() -> str:
    """This moment as part of a file's name."""
    return time.strftime("%Y%m%d-%H%M%S")


class WriteLock:
    """A lock file that the operating system frees when its holder dies."""

    def __init__(self, path: Path, patience: float = 3.0) -> None:
        self._path = path
        self._patience = patience
        from filelock import FileLock

        self._lock = FileLock(path, mode=0o600, thread_local=False)

    def acquire(self) -> Self:
        """Take the lock, making its directory if need be.

        Raises:
            LibraryBusy: another process holds it after `patience` seconds.
            LibraryReadOnly, StorageFull: the file cannot be made.
        """
        from filelock import Timeout

        with translated(self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=self._patience, poll_interval=0.05)
            except Timeout:
                raise LibraryBusy(path=self._path.parent) from None
        return self

    def release(self) -> None:
        """Free the lock; harmless when it is not held."""
        self._lock.release()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and the file system into ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _database_error(path, error) from error
    except OSError as error:
        raise file_error(path, error) from error


_SAYS = {
    sqlite3.SQLITE_IOERR: "磁盘读写出错",
    sqlite3.SQLITE_CANTOPEN: "打不开",
    sqlite3.SQLITE_NOMEM: "内存不够",
    sqlite3.SQLITE_CORRUPT: "内容坏了",
    sqlite3.SQLITE_NOTADB: "不是数据库文件",
    sqlite3.SQLITE_ERROR: "里面缺少应有的表或列",
}


def _database_error(path: Path, error: sqlite3.DatabaseError) -> LibraryError:
    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = extended & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull(path=path)
    if extended == sqlite3.SQLITE_IOERR_WRITE:
        return _refused_write(path)
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return LibraryReadOnly(path=path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}:
        return LibraryBusy(path=path)
    if code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM}:
        return StorageFailed(path=path, reason=_SAYS[code])
    return LibraryCorrupt(path=path, reason=_SAYS.get(code, f"SQLite 错误 {code}"))


def _refused_write(path: Path) -> LibraryError:
    """Why a write failed: a quota, a limit on file sizes and a broken disk are one to SQLite."""
    if _files_are_limited():
        return StorageFull(path=path)
    try:
        with tempfile.TemporaryFile(dir=path if path.is_dir() else path.parent) as probe:
            probe.write(bytes(_PROBE))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return file_error(path, error)
    return StorageFailed(path=path, reason="写入失败：磁盘出错，或超出配额")


def _files_are_limited() -> bool:
    """Whether files may not grow beyond a size (`ulimit -f`)."""
    if sys.platform == "win32":
        return False
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return limit != resource.RLIM_INFINITY
