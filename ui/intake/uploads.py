"""Uploaded files on disk: where they are kept, and under which names.

The library proves quotes against the decoded text, which it holds itself; the originals are kept
so that pictures of their pages can be shown. A file lies in a folder named by its bytes' hash:
the same file sent twice is one file, and two files of one name do not meet.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rag.errors import Busy
from rag.files.whole import PART, replacing, synced
from rag.library.library import Library
from rag.library.storage import kept_copy, translated

FOLDER = "uploads"
_HASH_DIGITS = 16
_LONGEST_BYTES = 200
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]|[\ud800-\udfff]")
_NOTE = ".collection"
_NAMELESS = "未命名"


def keep(data_dir: Path, name: str, content: BinaryIO) -> Path:
    """Write an uploaded file to its place; what is there already is the same file.

    Raises:
        StorageFull, StorageFailed, LibraryReadOnly: nothing is left behind.
    """
    root = data_dir / FOLDER
    part = root / f"{PART}{secrets.token_hex(8)}"
    with translated(root):
        try:
            root.mkdir(parents=True, exist_ok=True)
            digest = _copied(content, part)
            file = root / digest[:_HASH_DIGITS] / safe_name(name)
            file.parent.mkdir(exist_ok=True)
            part.replace(file)
            synced(file.parent)
        finally:
            part.unlink(missing_ok=True)
    return file


def keep_file(data_dir: Path, name: str, whole: Path, collection: str | None = None) -> Path:
    """Move a file of this data directory to where `keep` would have written its bytes.

    Where its articles shall go is noted first: whoever finds it later knows it too.

    Raises:
        StorageFull, StorageFailed, LibraryReadOnly: it stays where it was.
    """
    root = data_dir / FOLDER
    with translated(root):
        with whole.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        file = root / digest[:_HASH_DIGITS] / safe_name(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        if collection is not None:
            remember_collection([file], collection)
        whole.replace(file)
        synced(file.parent)
    return file


def _copied(content: BinaryIO, place: Path) -> str:
    """Copy to a new file; the sha256 of the bytes."""
    digest = hashlib.sha256()
    with place.open("xb") as copy:
        while piece := content.read(1 << 20):
            digest.update(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def discard_unused(library: Library, files: Iterable[Path]) -> None:
    """Remove those uploaded files that no article comes from, in the library or its bin."""
    for file in files:
        if file.parent.parent.name != FOLDER or _is_used(library, file):
            continue
        here = library.data_dir / FOLDER / file.parent.name / file.name
        here.unlink(missing_ok=True)
        with suppress(OSError):
            here.parent.rmdir()


def purge(library: Library, article_ids: Sequence[str] | None) -> Sequence[str]:
    """Empty the bin, of some articles or of all, and remove files that only they came from.

    Raises:
        YoujuError: what `Library.purge_bin` does.
    """
    purged = library.purge_bin(article_ids)
    discard_unused(library, {Path(entry.input) for entry in purged})
    return tuple(dict.fromkeys(entry.article_id for entry in purged))


def unused(data_dir: Path) -> list[Path]:
    """Uploaded files that were read, of which everything has left the bin since."""
    files = list((data_dir / FOLDER).glob("*/*"))
    if not files:
        return []
    with Library.open(data_dir) as library:
        return [
            file
            for file in files
            if any(map(library.ingested, _paths(library, file))) and not _is_used(library, file)
        ]


def _is_used(library: Library, file: Path) -> bool:
    """Whether an article comes from an upload, in the library or its bin."""
    return any(
        library.live_paths(path) or library.is_binned(path) for path in _paths(library, file)
    )


def remember_collection(files: Iterable[Path], collection: str | None) -> None:
    """Note beside uploads where their articles shall go, or, with None, that it is done.

    Raises:
        StorageFull, StorageFailed, LibraryReadOnly: nothing is noted.
    """
    for file in files:
        note = _note(file)
        with translated(note):
            if collection is None:
                note.unlink(missing_ok=True)
                continue
            with replacing(note, shared=True) as part:
                part.write_text(collection, encoding="utf-8")


def remembered_collection(file: Path) -> str | None:
    """Where the articles of an upload shall go, if that was said."""
    with suppress(OSError, ValueError):
        return _note(file).read_text(encoding="utf-8")
    return None


@contextmanager
def remembering(files: Sequence[Path], collection: str | None) -> Iterator[None]:
    """`remember_collection` of uploads, unless they are not taken: then what was noted before is.

    With None, what was noted before stays.
    """
    before = {file: remembered_collection(file) for file in files}
    if collection is not None:
        remember_collection(files, collection)
    try:
        yield
    except Busy:
        for file, said in before.items():
            remember_collection([file], said)
        raise


def _note(file: Path) -> Path:
    return file.parent.with_name(f"{file.parent.name}{_NOTE}")


def unread(data_dir: Path) -> list[Path]:
    """Uploaded files that were never stored whole."""
    files = list((data_dir / FOLDER).glob("*/*"))
    if not files:
        return []
    with Library.open(data_dir) as library:
        return [file for file in files if not any(map(library.ingested, _paths(library, file)))]


def _paths(library: Library, file: Path) -> list[str]:
    """What the library may call an upload: put back elsewhere, it has the paths of before."""
    alike = library.inputs_like(file.parent.name)
    return [str(file.resolve()), *(one for one in alike if Path(one).parts[-2:] == file.parts[-2:])]


def put_aside(data_dir: Path) -> Path | None:
    """Move those that the library does not know to where they are kept; None if there are none.

    After a backup without uploads was put back they are later than it, and the next start of the
    server would read them again.
    """
    files = unread(data_dir)
    if not files:
        return None
    place = kept_copy(data_dir / FOLDER, "before-restore")
    with translated(place):
        for file in files:
            kept = place / file.parent.name / file.name
            kept.parent.mkdir(parents=True, exist_ok=True)
            file.rename(kept)
            with suppress(OSError):
                file.parent.rmdir()
    return place


def safe_name(name: str) -> str:
    """The last part of a file's name, as every file system takes it; its suffix is kept."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = _UNSAFE.sub("_", last).strip(" .") or _NAMELESS
    stem, dot, suffix = clean.rpartition(".")
    if not dot or len(suffix.encode()) > 16:
        return _cut(clean, _LONGEST_BYTES)
    return f"{_cut(stem, _LONGEST_BYTES - len(suffix.encode()) - 1) or _NAMELESS}.{suffix}"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")
