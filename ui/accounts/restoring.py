"""Users out of a backup, before they are put in the place of those that are here."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from rag.errors import LibraryError
from ui.accounts.store import AccountsFile

_AHEAD = 1 << 20
"""Far more than epochs can grow by between this and the moment when these users are put back."""


def ready(draft: Path, data_dir: Path) -> None:
    """Bring them up to today's format, and have everybody log in again.

    A session of today must not be taken for one of then, before a password was changed.

    Args:
        draft: the folder with what the backup holds.
        data_dir: where it is to be put.

    Raises:
        LibraryCorrupt: this is no file of users.
        SchemaNewer: of a newer program.
    """
    file = AccountsFile(draft)
    file.close()  # with a reader at it, the change would stay in the write-ahead log
    if not file.exists:
        return
    latest = _latest_epoch(data_dir)
    with file.writing() as connection:
        connection.execute("UPDATE users SET epoch = max(epoch, ?) + ?", (latest, _AHEAD))


def _latest_epoch(data_dir: Path) -> int:
    with suppress(LibraryError):  # damaged: nobody is in by it
        here = AccountsFile(data_dir)
        try:
            row = here.one("SELECT coalesce(max(epoch), 0) FROM users")
        finally:
            here.close()
        return int(row[0]) if row else 0
    return 0
