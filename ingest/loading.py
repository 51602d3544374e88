"""Files in, decoded text out: `discover` finds them, `load` reads one of any format.

Text is decoded here. Everything else is parsed in a child process (`ingest.sandbox`); what comes
back is the extracted text, which then is the source that quotes are proven against.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ingest.formats.extracted import Mark
from ingest.formats.readers import PAGE_PARSERS, read_pages, read_text
from ingest.formats.records import holds_articles, read_csv, read_jsonl
from ingest.formats.signatures import KIND_OF_SUFFIX, SIGNATURE_BYTES, kind_of
from ingest.metadata import Metadata, merge, metadata_from_file_name, metadata_from_mapping
from ingest.sandbox import parse
from ingest.sidecar import SIDECAR_NAME, is_sidecar, sidecar_metadata, table_metadata
from rag.documents import Original, Place, SourceFile
from rag.errors import (
    ArchiveCorrupt,
    DocumentError,
    EmptyDocument,
    FileMissing,
    FileUnreadable,
    FormatUnsupported,
    PartsFailed,
    TypeMismatch,
)

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
RECORD_SUFFIXES = frozenset({".jsonl", ".csv"})
ARCHIVE_SUFFIXES = frozenset({".zip"})
SUPPORTED = TEXT_SUFFIXES | frozenset(PAGE_PARSERS) | RECORD_SUFFIXES | ARCHIVE_SUFFIXES

LARGEST_ORIGINAL = 64 << 20
NOTHING_SAID = Metadata()
_EXAMPLES = 3
_UNKNOWN = "\ufffd"
_LONGEST_NAME = 200
_NEVER_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

Report = Callable[[DocumentError], None]


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A decoded file.

    Attributes:
        source: the file as decoded.
        metadata: what its header, name or row says.
        ready: it is one finished article, not a page to be taken apart.
        places: where its characters stand on pages, for formats that have pages.
        original: its bytes, for those formats, so that a page can be looked at later.
        remarks: what a person should know of how it was read, in Chinese.
        marks: what its parser knows of some of its lines.
    """

    source: SourceFile
    metadata: Metadata = NOTHING_SAID
    ready: bool = False
    places: tuple[Place, ...] = ()
    remarks: tuple[str, ...] = ()
    original: Original | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """A file to read.

    Attributes:
        disk: where its bytes are.
        path: what the library knows it by (`ARCHIVE!/MEMBER` for a member of an archive).
        name: what people see.
        said: what a sidecar says of it.
    """

    disk: Path
    path: str
    name: str
    said: Metadata = NOTHING_SAID

    @property
    def suffix(self) -> str:
        """Lower case, with its dot."""
        return self.disk.suffix.lower()


def discover(paths: Sequence[Path]) -> list[Path]:
    """The files to load: those named, and those below folders, each once.

    In folders, hidden files, sidecars, tables of other things than articles and formats that no
    loader reads are left out.

    Raises:
        FileMissing: a path is not there.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise FileMissing(file=shown_name(str(path)))
        for file in _files_below(path) if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def load(path: Path, report: Report | None = None) -> Iterator[LoadedFile]:
    """Decode a file; an archive or a file of ready articles gives several.

    Args:
        path: the file.
        report: told of each member or record that cannot be read, while the others go on.
            Without it such errors are raised after the others have been given.

    Raises:
        DocumentError: the file cannot be read; the subclass says why.
    """
    origin = Origin(
        disk=path,
        path=storable_path(path.resolve()),
        name=shown_name(path.name),
        said=sidecar_metadata(path),
    )
    failures: list[DocumentError] = []
    yield from _load(origin, report or failures.append)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        examples = "；".join(error.message_zh for error in failures[:_EXAMPLES])
        raise PartsFailed(file=origin.name, count=len(failures), examples=examples)


def _load(origin: Origin, report: Report) -> Iterator[LoadedFile]:
    if origin.suffix not in SUPPORTED:
        raise FormatUnsupported(file=origin.name, supported=" ".join(sorted(SUPPORTED)))
    with _opened(origin) as file:
        _check_signature(file, origin)
        if origin.suffix in RECORD_SUFFIXES:
            yield from _records(file, origin, report)
        elif origin.suffix in ARCHIVE_SUFFIXES:
            yield from _members(file, origin, report)
        else:
            yield _page(file, origin)


def _page(file: IO[bytes], origin: Origin) -> LoadedFile:
    """A file that is one text or several pages."""
    if origin.suffix in TEXT_SUFFIXES:
        contents = read_text(file, origin.name)
    else:
        contents = read_pages(file, origin.name, PAGE_PARSERS[origin.suffix])
    if not contents.kept_text.strip():
        raise EmptyDocument(file=origin.name)
    source = SourceFile(
        path=origin.path,
        name=origin.name,
        sha256=_digest(file),
        encoding=contents.encoding,
        text=contents.text,
    )
    metadata = merge(
        origin.said,
        metadata_from_mapping(contents.values),
        metadata_from_file_name(origin.name),
    )
    return LoadedFile(
        source,
        metadata,
        places=contents.places,
        remarks=contents.remarks,
        original=_original(file, origin) if contents.places else None,
        marks=contents.marks,
    )


def _original(file: IO[bytes], origin: Origin) -> Original | None:
    """The bytes of a file with pages; of a very large one, its text alone is kept."""
    file.seek(0)
    data = file.read(LARGEST_ORIGINAL + 1)
    kind = "pdf" if origin.suffix == ".pdf" else "image"
    return Original(kind, data) if len(data) <= LARGEST_ORIGINAL else None


def _records(file: IO[bytes], origin: Origin, report: Report) -> Iterator[LoadedFile]:
    """Ready articles; bad ones are reported."""
    read = read_csv if origin.suffix == ".csv" else read_jsonl
    found = False
    for record in read(file, origin.name):
        found = True
        if isinstance(record, DocumentError):
            report(record)
            continue
        source = SourceFile(
            path=f"{origin.path}#{record.metadata.article_id or record.line}",
            name=origin.name,
            sha256=record.digest,
            encoding=record.encoding,
            text=record.text,
        )
        yield LoadedFile(source, merge(record.metadata, origin.said), ready=True)
    if not found:
        raise EmptyDocument(file=origin.name)


def _members(file: IO[bytes], origin: Origin, report: Report) -> Iterator[LoadedFile]:
    """Files of an archive, unpacked by a child process into a folder that vanishes."""
    with tempfile.TemporaryDirectory(prefix="youju-") as folder:
        suffixes = " ".join(SUPPORTED - ARCHIVE_SUFFIXES)
        listing = parse("archive", file, origin.name, folder=folder, suffixes=suffixes)
        for name, reason in listing["damaged"]:
            report(ArchiveCorrupt(file=f"{origin.name}!/{shown_name(name)}", reason=reason))
        unpacked = {name: Path(folder) / stored for name, stored in listing["members"]}
        if not unpacked and not listing["damaged"]:
            raise EmptyDocument(file=origin.name)
        for name, disk in unpacked.items():
            if is_sidecar(name, disk):
                continue
            beside = unpacked.get(str(PurePosixPath(name).with_name(SIDECAR_NAME)))
            member = Origin(
                disk=disk,
                path=f"{origin.path}!/{storable_path(name)}",
                name=shown_name(PurePosixPath(name).name),
                said=table_metadata(beside, PurePosixPath(name).name) if beside else NOTHING_SAID,
            )
            try:
                yield from _load(member, report)
            except DocumentError as error:
                report(error)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


@contextmanager
def _opened(origin: Origin) -> Iterator[IO[bytes]]:
    """The file, unbuffered so that a child process may read on; only regular files."""
    try:
        # Without waiting: a pipe that nobody writes to must not hold us up.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(origin.disk, flags), "rb", buffering=0)
    except FileNotFoundError as error:
        raise FileMissing(file=origin.name) from error
    except OSError as error:
        raise FileUnreadable(file=origin.name, reason=error.strerror or "读不了") from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise FileUnreadable(file=origin.name, reason="不是普通文件")
        yield file


def _check_signature(file: IO[bytes], origin: Origin) -> None:
    """Refuse content that the name does not promise.

    Raises:
        EmptyDocument: zero bytes.
        TypeMismatch: another format's signature, or none where the format has one.
    """
    head = file.read(SIGNATURE_BYTES)
    file.seek(0)
    if not head:
        raise EmptyDocument(file=origin.name)
    kind, shown = kind_of(head) or ("", "文本或未知格式")
    if kind != KIND_OF_SUFFIX.get(origin.suffix, ""):
        raise TypeMismatch(file=origin.name, found=shown)


def _files_below(folder: Path) -> Iterator[Path]:
    """Sorted; links to folders are not followed, so that no loop can form."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place) / name
            wanted = file.suffix.lower() in SUPPORTED and not name.startswith(".")
            if wanted and file.is_file() and not is_sidecar(name, file) and _is_articles(file):
                yield file


def _is_articles(file: Path) -> bool:
    """Whether a file found in a folder is meant: not a table of other things than articles."""
    if file.suffix.lower() not in RECORD_SUFFIXES:
        return True
    try:
        with file.open("rb") as stream:
            return holds_articles(stream, file.name)
    except OSError:
        return True  # loading it will say why


def shown_name(name: str) -> str:
    """A file's name for people: no control, invisible or bidirectional marks, not too long."""
    name = storable_path(name)
    visible = "".join(c if unicodedata.category(c) not in _NEVER_SHOWN else _UNKNOWN for c in name)
    return visible if len(visible) <= _LONGEST_NAME else f"{visible[: _LONGEST_NAME - 1]}…"


def storable_path(path: Path | str) -> str:
    """A path as characters that a store takes: bytes that are no UTF-8 are written in hex."""
    return os.fsencode(str(path)).decode("utf-8", "backslashreplace").replace("\0", _UNKNOWN)
