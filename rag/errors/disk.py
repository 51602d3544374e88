"""What the file system says, in our words; never that the library is damaged."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

from rag.errors.reasons import why
from rag.errors.service import LibraryError, LibraryReadOnly, StorageFailed, StorageFull

_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.EEXIST}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BROKEN = {errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE, errno.EROFS, errno.EMFILE}


def file_error(path: Path, error: OSError) -> LibraryError:
    """What the file system refused, in our words."""
    if error.errno in _FULL:
        return StorageFull(path=path)
    if error.errno in _REFUSED:
        return LibraryReadOnly(path=path)
    return StorageFailed(path=path, reason=why(error))


def disk_error(error: OSError) -> LibraryError | None:
    """What the disk did not do, for whoever met it where no error of ours was expected.

    None where it was something else: no such file, no connection.
    """
    told = error.errno in {*_FULL, *_BROKEN}
    return file_error(Path(error.filename or tempfile.gettempdir()), error) if told else None
