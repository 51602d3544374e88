"""`metadata.csv` in a folder says what its files are: a column of file names, and any others."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path, PurePosixPath

from ingest.formats.records import read_table
from ingest.lines.metadata import Metadata, metadata_from_mapping
from rag.errors import DocumentError, FileUnreadable
from rag.errors.reasons import why
from rag.files.regular import opened

SIDECAR_NAME = "metadata.csv"
_FILE_KEYS = ("file", "文件", "文件名", "filename")


def sidecar_metadata(path: Path) -> Metadata:
    """What the sidecar beside `path` says of it; empty where there is none.

    Raises:
        DocumentError: the sidecar cannot be read.
    """
    sidecar = path.with_name(SIDECAR_NAME)
    if path.name == SIDECAR_NAME or not sidecar.is_file() or leads_out(sidecar, path.parent):
        return Metadata()
    return table_metadata(sidecar, path.name)


def leads_out(file: Path, folder: Path) -> bool:
    """Whether a file in `folder` or below it is a link to something elsewhere."""
    return file.is_symlink() and not file.resolve().is_relative_to(folder.resolve())


def table_metadata(sidecar: Path, name: str) -> Metadata:
    """What the table at `sidecar` says of the file `name`.

    Raises:
        DocumentError: the table cannot be read.
    """
    state = sidecar.stat()
    return _table(sidecar, state.st_mtime_ns, state.st_size).get(name, Metadata())


def is_sidecar(name: str, disk: Path) -> bool:
    """Whether the file `name`, kept at `disk`, speaks of other files: it names them in a column."""
    if PurePosixPath(name).name != SIDECAR_NAME:
        return False
    try:
        with opened(disk) as file:
            rows = read_table(file, SIDECAR_NAME)
    except (OSError, DocumentError):
        return True  # whoever loads a file beside it is told
    return not rows or _file_key(rows[0]) is not None


@lru_cache(maxsize=16)
def _table(sidecar: Path, _modified: int, _size: int) -> dict[str, Metadata]:
    try:
        with opened(sidecar) as file:
            rows = read_table(file, SIDECAR_NAME)
    except OSError as error:
        raise FileUnreadable(file=SIDECAR_NAME, reason=why(error)) from error
    key = _file_key(rows[0]) if rows else None
    if key is None:
        return {}
    return {row[key].strip(): metadata_from_mapping(dict(row)) for row in rows if key in row}


def _file_key(row: dict[str, str]) -> str | None:
    return next((key for key in _FILE_KEYS if key in row), None)
