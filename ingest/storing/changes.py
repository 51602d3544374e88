"""Which files are what they were: by size and times where these can be trusted, else by hash."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from rag.errors import FileMissing, FileUnreadable
from rag.errors.reasons import why
from rag.files.regular import opened
from rag.library.library import Library
from rag.library.records import FileStamp

_UNSETTLED_NS = 2_000_000_000
"""A file written so shortly before it was looked at could be written again with the same times."""


def hash_of(file: Path, path: str, library: Library) -> tuple[str, FileStamp | None]:
    """The sha256 of a file, and a stamp to store if it was read and had settled.

    The stamp holds the time of the last change of the file's state too, which programs that set
    the time of modification back cannot set.

    Args:
        file: on disk.
        path: what the library knows it by.
        library: knows the hashes of files looked at before.

    Raises:
        FileMissing, FileUnreadable: it cannot be read.
    """
    try:
        now = time.time_ns()
        state = file.stat()
        stamp = f"{state.st_size}:{state.st_mtime_ns}:{state.st_ctime_ns}:{state.st_ino}"
        if known := library.known_hash(path, stamp):
            return known, None
        with opened(file) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise FileMissing(file=file) from error
    except OSError as error:
        raise FileUnreadable(file=file.name, reason=why(error)) from error
    settled = now - max(state.st_mtime_ns, state.st_ctime_ns) > _UNSETTLED_NS
    return digest, FileStamp(path, stamp, digest) if settled else None
