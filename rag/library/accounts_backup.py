"""Users in a backup: the folder `accounts`, whose database SQLite copies and puts back in place.

Servers hold that file open, so what it says is changed, never the file itself. Logs of what was
done are only ever added to: one that the folder has already, and more of it, is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from rag.errors import BackupInvalid, LibraryCorrupt
from rag.files.whole import synced
from rag.library.storage import WriteLock, copy_database, kept_copy, overwrite_database

FOLDER = "accounts"
_DATABASE, _LOG = ".sqlite3", ".jsonl"


def belongs(path: PurePosixPath) -> bool:
    """Whether a backup may hold a file of this name among the users'."""
    return len(path.parts) == 2 and path.parts[0] == FOLDER and path.suffix in {_DATABASE, _LOG}


def files_of(data_dir: Path, copies: Path) -> Iterator[tuple[Path, str]]:
    """The files to be kept and their names; databases through copies in a folder, made if need be.

    Raises:
        LibraryCorrupt: a damaged database is not kept as if it were sound.
        StorageFull, StorageFailed: there is no room for a copy.
    """
    for file in sorted((data_dir / FOLDER).glob("*")):
        name = f"{FOLDER}/{file.name}"
        if not (file.is_file() and belongs(PurePosixPath(name))):
            continue
        if file.suffix == _DATABASE:
            copy_database(file, copies / file.name)
            yield copies / file.name, name
        else:
            yield file, name


def prepare(draft: Path, backup: Path, ready: Callable[[], None]) -> None:
    """Have SQLite look at what came out of a backup, and `ready` bring it up to date.

    Raises:
        BackupInvalid: it is damaged.
        SchemaNewer: of a newer program.
    """
    try:
        for file in (draft / FOLDER).glob(f"*{_DATABASE}"):
            copy = file.with_suffix(".checked")
            copy_database(file, copy)
            copy.unlink()
        ready()
    except LibraryCorrupt as error:
        raise BackupInvalid(file=backup, reason="里面的用户文件已损坏") from error


@contextmanager
def alone(draft: Path, data_dir: Path) -> Iterator[None]:
    """Keep other writers of users out, if there are users to put back, before all else is put back.

    Raises:
        LibraryBusy: another program writes there.
        StorageFull, LibraryReadOnly: the folder cannot be made.
    """
    if not (draft / FOLDER).exists():
        yield
        return
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = WriteLock(folder / "write.lock").acquire()
    try:
        yield
    finally:
        lock.release()


def put_back(draft: Path, data_dir: Path) -> list[Path]:
    """Put users and logs in their places, `alone`; where those of before are kept, if anywhere.

    Raises:
        StorageFull, StorageFailed, LibraryReadOnly: what is not put back is as it was.
    """
    folder = data_dir / FOLDER
    kept = kept_copy(folder, "before-restore")
    for new in sorted((draft / FOLDER).glob(f"*{_DATABASE}")):
        _put_database(new, folder / new.name, kept)
    for new in sorted((draft / FOLDER).glob(f"*{_LOG}")):
        if not any(_goes_on(log, new) for log in folder.glob(f"*{_LOG}")):
            _put_log(new, folder / new.name, kept)
    synced(folder)
    return [kept] if kept.exists() else []


def _put_database(new: Path, place: Path, kept: Path) -> None:
    if place.exists():
        _made(kept)
        try:
            copy_database(place, kept / place.name, checked=False)
            overwrite_database(place, new)
        except LibraryCorrupt:  # SQLite refuses it: a backup is what helps then
            for side in ("", "-wal", "-shm"):
                file = place.with_name(place.name + side)
                if file.exists():
                    file.rename(kept / file.name)
        else:
            return
    new.chmod(0o600)
    synced(new)
    new.replace(place)


def _put_log(new: Path, place: Path, kept: Path) -> None:
    if place.exists():
        _made(kept)
        place.rename(kept / place.name)
    new.replace(place)


def _goes_on(log: Path, old: Path) -> bool:
    """Whether a log begins with all of an older one."""
    return log.read_bytes().startswith(old.read_bytes())


def _made(kept: Path) -> None:
    kept.mkdir(parents=True, mode=0o700, exist_ok=True)
