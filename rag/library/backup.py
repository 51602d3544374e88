"""A library and all that people did with it as one file, and back: while others read and write.

    manifest.json      format, time, the library's identity and generation, sha256 of every file
    library.sqlite3    articles, corrections, vectors (SQLite's own backup)
    youju.toml, feedback.jsonl, evaluations/, uploads/, web/   as they lie in the folder
    accounts/          users, conversations, links (SQLite's own backup), the log of what was done

Indexes are not in it: they are made again from the library.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from rag.errors import BackupInvalid, BackupRefused, LibraryCorrupt, StorageFailed
from rag.errors.reasons import why
from rag.files.regular import opened
from rag.files.whole import PART, synced
from rag.library import accounts_backup as accounts
from rag.library.library import Library
from rag.library.schema import DATABASE
from rag.library.storage import WriteLock, kept_copy, now_named, translated

FORMAT = 1
BESIDE = ("youju.toml", "feedback.jsonl", "evaluations", "uploads", "web")
"""What lies beside the library and is kept with it."""
_OURS = {(name,) for name in (DATABASE, *BESIDE)}
_MANIFEST = "manifest.json"
_KIND = "youju-backup"
_DRAFT = ".restore-"
_PIECE = 1 << 20
_LONGEST_MANIFEST = 64 << 20
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Ways to pack that can be read in pieces: a few bytes of the others may become gigabytes."""
_SQLITE = b"SQLite format 3\0"
_PRIVATE = 0o600
_MODE = 0o777
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,  # locked with a password, or packed in a way that is not known here
)
"""What reading a zip of others may raise, and its manifest, besides what the disk does."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written and read again.

    `files` counts what is in it, `binned` the removed articles that can be put back.
    """

    file: Path
    identity: str
    generation: int
    files: int
    size: int
    binned: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands in the folder now; `kept` are the places of what stood there before."""

    identity: str
    generation: int
    articles: int
    names: tuple[str, ...]
    kept: tuple[Path, ...]


def back_up(data_dir: Path, target: Path) -> Backup:
    """Write a backup; it stands at `target` once it is whole, checked and on disk.

    Args:
        data_dir: of the library; it may be served and written meanwhile.
        target: a file, or a folder that gets a file named by the time.

    Raises:
        BackupRefused: there is no library, another file stands at `target`, or `target` is in a
            folder that is backed up itself.
        LibraryCorrupt: a damaged library is not backed up as if it were sound.
        StorageFull, StorageFailed, LibraryReadOnly: an earlier backup at `target` stays.
    """
    if target.is_dir():
        target = target / f"youju-{now_named()}.zip"
    if not (data_dir / DATABASE).is_file():
        raise BackupRefused(reason=f"{data_dir} 里没有文章库")
    if target.exists() and not _is_backup(target):
        raise BackupRefused(reason=f"{target} 已经有了，而且不是备份")
    kept = [(data_dir / name).resolve() for name in (*BESIDE, accounts.FOLDER)]
    if any(target.resolve().is_relative_to(place) for place in kept):
        raise BackupRefused(reason=f"{target} 在要备份的文件夹里")
    with translated(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".youju-", dir=target.parent) as place:
            part = Path(place) / "part"
            part.touch(_PRIVATE)  # the settings in it may hold the token
            manifest = _write(part, data_dir, Path(place) / DATABASE)
            _check(part, manifest)
            synced(part)
            part.replace(target)
        synced(target.parent)
    size = target.stat().st_size
    files = len(manifest["files"])
    binned = manifest["binned"]
    return Backup(target, manifest["library"], manifest["generation"], files, size, binned)


def restore(
    data_dir: Path, file: Path, ready: Callable[[Path, Path], None] = lambda *_: None
) -> Restored:
    """Put a backup in the place of the library, settings, feedback, runs and uploads of a folder.

    The backup is checked and brought up to today's format before anything is touched. The library
    changes in one transaction, so those who read it go on. What stood there before is kept in
    `backups`; what the backup does not have stays as it is.

    Args:
        data_dir: the folder; made if need be.
        file: of `back_up`, or a copy of `library.sqlite3` as one file.
        ready: makes ready what is beside the library, in a folder like `data_dir`, before anything
            is touched; it is told both.

    Raises:
        BackupInvalid: it is no backup, or damaged; nothing is changed.
        SchemaNewer: of a newer program; nothing is changed.
        LibraryBusy: another program writes, or restores; nothing is changed.
        StorageFull, StorageFailed, LibraryReadOnly: the library is the old one or the new one.
    """
    with translated(data_dir), _draft_in(data_dir) as draft:
        _unpack(file, draft)
        _prepare(draft, file)
        accounts.prepare(draft, file, lambda: ready(draft, data_dir))
        with accounts.alone(draft, data_dir):
            kept = _put_library(draft / DATABASE, data_dir)
            names = [name for name in BESIDE if (draft / name).exists()]
            kept += [old for name in names if (old := _put(draft / name, data_dir)) is not None]
            if (draft / accounts.FOLDER).exists():
                names.append(accounts.FOLDER)
                kept += accounts.put_back(draft, data_dir)
    with Library.open(data_dir) as library:
        articles = library.counts().articles
        return Restored(library.identity, library.generation, articles, tuple(names), tuple(kept))


@contextmanager
def _draft_in(data_dir: Path) -> Iterator[Path]:
    """A new folder for what is put back; those that killed restores left are removed."""
    lock = WriteLock(data_dir / "restore.lock").acquire()
    try:
        for left in data_dir.glob(f"{_DRAFT}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=data_dir) as place:
            yield Path(place)
    finally:
        lock.release()


def _write(part: Path, data_dir: Path, copy: Path) -> dict[str, Any]:
    """Write all files and the manifest; the library goes through `copy` first."""
    with Library.open(data_dir) as library:
        library.copy_to(copy)
    with Library.open(copy.parent) as library:
        identity, generation = library.identity, library.generation
        binned = len(library.binned())
    hashes: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        users = accounts.files_of(data_dir, copy.parent / accounts.FOLDER)
        for file, name in ((copy, DATABASE), *_beside(data_dir), *users):
            with suppress(FileNotFoundError):  # a run removed meanwhile
                hashes[name] = _added(archive, file, name)
        manifest = {
            "kind": _KIND,
            "format": FORMAT,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "library": identity,
            "generation": generation,
            "binned": binned,
            "files": hashes,
        }
        archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _added(archive: zipfile.ZipFile, file: Path, name: str) -> dict[str, Any]:
    entry = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        return _copied(source, target)


def _beside(data_dir: Path) -> Iterator[tuple[Path, str]]:
    for name in BESIDE:
        place = data_dir / name
        files = [place] if place.is_file() else sorted(place.rglob("*"))
        for file in files:
            half = file.name.startswith(PART)
            if file.is_file() and not half and (file == place or not file.is_symlink()):
                yield file, file.relative_to(data_dir).as_posix()


def _copied(source: IO[bytes], target: IO[bytes] | None, most: int = sys.maxsize) -> dict[str, Any]:
    """Copy to the end, or only read; what was read. Of more than `most` one byte more is read."""
    digest, size = hashlib.sha256(), 0
    while piece := source.read(max(0, min(_PIECE, most + 1 - size))):
        digest.update(piece)
        size += len(piece)
        if target is not None:
            target.write(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _check(file: Path, manifest: dict[str, Any]) -> None:
    """Read a backup again, every byte.

    Raises:
        StorageFailed: it is not what was written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            for name, said in manifest["files"].items():
                with archive.open(name) as source:
                    if _copied(source, None) != said:
                        raise StorageFailed(path=file, reason=f"{name} 读回来与写入的不同")
    except _UNREADABLE as error:
        raise StorageFailed(path=file, reason="读回来与写入的不同") from error


def _is_backup(file: Path) -> bool:
    try:
        with opened(file) as source, zipfile.ZipFile(source) as archive:
            return bool(_manifest(archive)["kind"] == _KIND)
    except (OSError, *_UNREADABLE):
        return False


def _manifest(archive: zipfile.ZipFile) -> Any:
    """What a zip says of itself, unless it says far too much.

    Raises:
        one of `_UNREADABLE`.
    """
    with _opened(archive, _MANIFEST) as source:
        text = source.read(_LONGEST_MANIFEST + 1)
    if len(text) > _LONGEST_MANIFEST:
        raise zipfile.BadZipFile
    return json.loads(text)


def _opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    if archive.getinfo(name).compress_type not in _PACKED:
        raise zipfile.BadZipFile
    return archive.open(name)


def _unpack(file: Path, draft: Path) -> None:
    """The files of a backup, each the one that its manifest names."""
    try:
        with opened(file) as source:
            if source.read(len(_SQLITE)) == _SQLITE:
                _take_alone(file, draft)
                return
    except OSError as error:
        raise BackupInvalid(file=file, reason=why(error)) from error
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            if manifest["kind"] != _KIND or manifest["format"] > FORMAT:
                raise BackupInvalid(file=file, reason="不是本程序认得的备份")
            for name, said in manifest["files"].items():
                _unpack_one(archive, name, said, draft, file)
    except _UNREADABLE as error:
        raise BackupInvalid(file=file, reason="不是备份，或已损坏，或有密码") from error


def _take_alone(file: Path, draft: Path) -> None:
    """A copy of a library that is one file; one in use has its last commits in another."""
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size:
        reason = f"最后几次写入还在 {log.name} 里，请用 youju backup 备份它"
        raise BackupInvalid(file=file, reason=reason)
    shutil.copyfile(file, draft / DATABASE)


def _unpack_one(
    archive: zipfile.ZipFile, name: str, said: dict[str, Any], draft: Path, file: Path
) -> None:
    path = PurePosixPath(name)
    ours = path.parts[:1] in _OURS or accounts.belongs(path)
    if path.is_absolute() or ".." in path.parts or not ours:
        raise BackupInvalid(file=file, reason="里面有不属于文章库的文件")
    place = draft.joinpath(*path.parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _opened(archive, name) as source, place.open("xb") as target:
            found = _copied(source, target, most=said["bytes"])
        if mode := archive.getinfo(name).external_attr >> 16 & _MODE:
            place.chmod(mode | _PRIVATE)
        synced(place)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BackupInvalid(file=file, reason=f"{name} 已损坏") from error
    if found != said:
        raise BackupInvalid(file=file, reason=f"{name} 已损坏")


def _prepare(draft: Path, file: Path) -> None:
    """Bring the backup's library up to today's format, and have SQLite check it."""
    if not (draft / DATABASE).is_file():
        raise BackupInvalid(file=file, reason="里面没有文章库")
    try:
        with Library.open(draft, write=True) as library:
            problems = library.integrity()
            ours = bool(library.identity)
    except LibraryCorrupt as error:
        raise BackupInvalid(file=file, reason="里面不是有据的文章库，或已损坏") from error
    if problems or not ours:
        reason = f"里面的文章库已损坏：{problems[0]}" if problems else "里面不是有据的文章库"
        raise BackupInvalid(file=file, reason=reason)
    log = draft / f"{DATABASE}-wal"
    if log.exists() and log.stat().st_size:  # closing could not move it into the file, in silence
        raise StorageFailed(path=draft, reason="整理备份里的文章库时没有写完")


def _put_library(new: Path, data_dir: Path) -> list[Path]:
    """Put a library in the place of the one that is there; where that one is kept."""
    current = data_dir / DATABASE
    kept = kept_copy(current, "before-restore")
    try:
        with Library.open(data_dir, write=True) as library:
            before = library.generation > 0
            if before:
                library.copy_to(kept, checked=False)
            library.replace_with(new)
    except LibraryCorrupt:  # a backup is what helps then
        return [_put_aside(new, current)]
    return [kept] if before else []


def _put_aside(new: Path, current: Path) -> Path:
    """Change the files themselves: the library there is so damaged that SQLite refuses it."""
    aside = kept_copy(current, "damaged").with_suffix("")
    lock = WriteLock(current.with_name("write.lock")).acquire()
    try:
        aside.mkdir(parents=True)
        for name in (current.name, f"{current.name}-wal", f"{current.name}-shm"):
            with suppress(FileNotFoundError):
                current.with_name(name).rename(aside / name)
        synced(new)
        new.rename(current)
        synced(current.parent)
    finally:
        lock.release()
    return aside


def _put(new: Path, data_dir: Path) -> Path | None:
    """Put a file or folder in its place; where the one of before is kept.

    A file is never missing meanwhile; a folder is for a moment, and stands again after an error.
    """
    place = data_dir / new.name
    old = kept_copy(place, "before-restore") if place.exists() else None
    if old is not None:
        old.parent.mkdir(exist_ok=True)
        _keep(place, old)
    try:
        new.replace(place)
    except OSError:
        if old is not None and not place.exists():
            old.rename(place)
        raise
    synced(data_dir)
    return old


def _keep(place: Path, old: Path) -> None:
    if place.is_file():
        with suppress(OSError):  # not every file system has second names
            os.link(place, old)
            return
    place.rename(old)
