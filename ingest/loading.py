"""Files in, decoded text out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.encodings import decode
from ingest.formats.signatures import SIGNATURE_BYTES, kind_of, looks_binary
from ingest.metadata import Metadata, metadata_from_file_name
from rag.documents import SourceFile
from rag.errors import (
    DocumentError,
    EmptyDocument,
    EncodingUnknown,
    FileMissing,
    FileUnreadable,
    FormatUnsupported,
    TypeMismatch,
)

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
SUPPORTED = TEXT_SUFFIXES
Report = Callable[[DocumentError], None]


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A decoded file.

    Attributes:
        source: the file as decoded.
        metadata: what its header, name or row says.
        ready: it is one finished article, not a page to be taken apart.
    """

    source: SourceFile
    metadata: Metadata = Metadata()
    ready: bool = False


def discover(paths: Sequence[Path]) -> list[Path]:
    """The files to load: those named, and those below folders, each once.

    In folders, hidden files and formats that no loader reads are left out.

    Raises:
        FileMissing: a path is not there.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise FileMissing(file=path)
        for file in _files_below(path) if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _files_below(folder: Path) -> Iterator[Path]:
    """Sorted; links to folders are not followed, so that no loop can form."""
    for place, folders, names in folder.walk() if hasattr(folder, "walk") else _walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = place / name
            if not name.startswith(".") and file.suffix.lower() in SUPPORTED:
                yield file


def _walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    import os

    for place, folders, names in os.walk(folder):
        yield Path(place), folders, names


def load(path: Path, report: Report | None = None) -> Iterator[LoadedFile]:
    """Decode a file; an archive or a file of ready articles gives several.

    Args:
        path: the file.
        report: told of each member or record that cannot be read, while the others go on.
            Without it such errors are raised after the others have been given.

    Raises:
        DocumentError: the file cannot be read; the subclass says why.
    """
    suffix = path.suffix.lower()
    if suffix not in SUPPORTED:
        raise FormatUnsupported(file=path.name, supported=" ".join(sorted(SUPPORTED)))
    yield load_text(path)


def load_text(path: Path) -> LoadedFile:
    """A `.txt` or `.md` file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(file=path) from error
    except OSError as error:
        raise FileUnreadable(file=path.name, reason=error.strerror) from error
    if kind := kind_of(data[:SIGNATURE_BYTES]):
        raise TypeMismatch(file=path.name, found=kind[1])
    decoded = decode(data)
    if decoded is None:
        raise EncodingUnknown(file=path.name)
    if looks_binary(decoded.text):
        raise TypeMismatch(file=path.name, found="二进制数据")
    if not decoded.text.strip():
        raise EmptyDocument(file=path.name)
    source = SourceFile(
        path=str(path.resolve()),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        encoding=decoded.encoding,
        text=decoded.text,
    )
    return LoadedFile(source, metadata_from_file_name(path.name))
