"""Files that somebody named, for reading: only regular ones, since others may never end."""

from __future__ import annotations

import errno
import os
import stat
from io import FileIO
from pathlib import Path

NOT_REGULAR = "不是普通文件"


def opened(path: Path) -> FileIO:
    """A regular file, or a link to one, unbuffered; never waits for a pipe's writer.

    Raises:
        OSError: the file system's, or that it is a pipe, a device or a socket.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket, or a device that is not there
            raise OSError(NOT_REGULAR) from error
        raise
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb", buffering=0)
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(NOT_REGULAR)
