"""Files in, decoded text out: `discover` finds them, `load` reads one of any format.

Text is decoded here. Everything else is parsed in a child process (`ingest.processes.sandbox`);
what comes back is the extracted text, which then is the source that quotes are proven against.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from ingest.files.loaded import (
    NOTHING_SAID,
    LoadedFile,
    Origin,
    Remark,
    Report,
    shown_name,
    storable_path,
)
from ingest.files.ready import read_records, read_tables
from ingest.files.sidecar import (
    SIDECAR_NAME,
    is_sidecar,
    leads_out,
    sidecar_metadata,
    table_metadata,
)
from ingest.formats.readers import (
    PAGE_PARSERS,
    SHEET_PARSERS,
    TABLE,
    TEXT,
    Way,
    read_pages,
    read_sheets,
    read_text,
    way_of,
)
from ingest.formats.records import is_meant
from ingest.formats.signatures import KIND_OF_SUFFIX, OLD_NAMES, SIGNATURE_BYTES, kind_of
from ingest.lines.metadata import merge, metadata_from_file_name, metadata_from_mapping
from ingest.parts.extracted import Extracted
from ingest.processes.sandbox import parse
from rag.data_model.documents import Original, SourceFile
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
from rag.errors.reasons import why
from rag.files.regular import NOT_REGULAR, opened

__all__ = [
    "NOTHING_SAID",
    "SUPPORTED",
    "LoadedFile",
    "Report",
    "discover",
    "kinds",
    "load",
    "shown_name",
    "storable_path",
    "summed",
]

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
RECORD_SUFFIXES = frozenset({".jsonl", ".csv", ".tsv"})
ARCHIVE_SUFFIXES = frozenset({".zip"})
PAGE_SUFFIXES = frozenset({*PAGE_PARSERS, *SHEET_PARSERS, *OLD_NAMES})
SUPPORTED = TEXT_SUFFIXES | PAGE_SUFFIXES | RECORD_SUFFIXES | ARCHIVE_SUFFIXES

LARGEST_ORIGINAL = 64 << 20
_EXAMPLES = 3
_NO_SUFFIX = "没有扩展名的"
_NOT_ARTICLES = "（不是文章的表）"
_LEADS_OUT = "指到文件夹外的链接"
_BROKEN = "断了的链接"
_FOLDER_LINK = "指到文件夹的链接"
_SHUT = "打不开的文件夹"

PassedOver = Callable[[str], None]
"""Hears the kind of a file that is passed over."""


def discover(paths: Sequence[Path], passed_over: PassedOver | None = None) -> list[Path]:
    """The files to load: those named, and those below folders, each once.

    In folders, hidden files, sidecars, sets of questions to measure with, formats that no loader
    reads, links that lead out of the folder and what is no regular file are left out.

    Args:
        paths: files and folders.
        passed_over: told the kind of each file in a folder that is left out, but for hidden files
            and sidecars, which nobody means.

    Raises:
        FileMissing: a path is not there.
    """
    tell = passed_over or (lambda _: None)
    found: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise FileMissing(file=shown_name(str(path)))
        for file in _files_below(path, tell) if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def kinds(passed: Iterable[str]) -> str:
    """Kinds of files with their counts: `.doc 2 个、.exe 1 个`."""
    return "、".join(f"{kind} {count} 个" for kind, count in sorted(Counter(passed).items()))


def kind_of_name(name: str) -> str:
    """What a file is called among those that were passed over: its suffix, lower case."""
    return shown_name(PurePosixPath(name).suffix.lower()) or _NO_SUFFIX


def load(
    path: Path, report: Report | None = None, remark: Remark | None = None
) -> Iterator[LoadedFile]:
    """Decode a file; an archive or a file of ready articles gives several.

    Args:
        path: the file.
        report: told of each member or record that cannot be read, while the others go on.
            Without it such errors are raised after the others have been given.
        remark: told what a person should know of the file as a whole.

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
    yield from _load(origin, report or failures.append, remark or (lambda _: None))
    if failures:
        raise summed(origin.name, failures)


def summed(name: str, failures: Sequence[DocumentError]) -> DocumentError:
    """The errors of a file's parts as one error that counts them and names the first."""
    if len(failures) == 1:
        return failures[0]
    examples = "；".join(error.message_zh for error in failures[:_EXAMPLES])
    return PartsFailed(file=shown_name(name), count=len(failures), examples=examples)


def _load(origin: Origin, report: Report, remark: Remark) -> Iterator[LoadedFile]:
    if origin.suffix not in SUPPORTED:
        raise FormatUnsupported(file=origin.name, supported=" ".join(sorted(SUPPORTED)))
    with _opened(origin) as file:
        _check_not_empty(file, origin)
        if origin.suffix in RECORD_SUFFIXES:
            _check_signature(file, origin)
            yield from read_records(file, origin, report)
        elif origin.suffix in ARCHIVE_SUFFIXES:
            _check_signature(file, origin)
            yield from _members(file, origin, report, remark)
        else:
            yield from _document(file, origin, report, remark)


def _document(
    file: IO[bytes], origin: Origin, report: Report, remark: Remark
) -> Iterator[LoadedFile]:
    """A file that is one text, several pages or a workbook."""
    way = way_of(file, origin.suffix, origin.name)
    if way.parser == TABLE:
        yield from read_records(file, origin, report)
    elif way.sheets:
        found = read_sheets(file, origin.name, way)
        for said in found["remarks"]:
            remark(said)
        yield from read_tables(found["tables"], origin, report)
    else:
        yield _page(file, origin, way)


def _page(file: IO[bytes], origin: Origin, way: Way) -> LoadedFile:
    """A file that is one text or several pages."""
    contents = _contents(file, origin, way)
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


def _contents(file: IO[bytes], origin: Origin, way: Way) -> Extracted:
    if way.parser == TEXT:
        return read_text(file, origin.name)
    return read_pages(file, origin.name, origin.suffix, way)


def _members(
    file: IO[bytes], origin: Origin, report: Report, remark: Remark
) -> Iterator[LoadedFile]:
    """Files of an archive, unpacked by a child process into a folder that vanishes."""
    with tempfile.TemporaryDirectory(prefix="youju-") as folder:
        suffixes = " ".join(SUPPORTED - ARCHIVE_SUFFIXES)
        listing = parse("archive", file, origin.name, folder=folder, suffixes=suffixes)
        for name, reason in listing["damaged"]:
            report(ArchiveCorrupt(file=f"{origin.name}!/{shown_name(name)}", reason=reason))
        unpacked = {name: Path(folder) / stored for name, stored in listing["members"]}
        if passed := [kind_of_name(name) for name in listing["passed"]]:
            remark(f"压缩包里略过 {len(passed)} 个文件：{kinds(passed)}")
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
                yield from _load(member, report, remark)
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
        file = opened(origin.disk)
    except FileNotFoundError as error:
        raise FileMissing(file=origin.name) from error
    except OSError as error:
        raise FileUnreadable(file=origin.name, reason=why(error)) from error
    with file:
        yield file


def _check_not_empty(file: IO[bytes], origin: Origin) -> None:
    if not file.read(1):
        raise EmptyDocument(file=origin.name)
    file.seek(0)


def _check_signature(file: IO[bytes], origin: Origin) -> None:
    """Refuse content that the name does not promise.

    Raises:
        TypeMismatch: another format's signature, or none where the format has one.
    """
    kind, shown = kind_of(file.read(SIGNATURE_BYTES)) or ("", "文本或未知格式")
    file.seek(0)
    if kind != KIND_OF_SUFFIX.get(origin.suffix, ""):
        raise TypeMismatch(file=origin.name, found=shown)


def _files_below(folder: Path, passed_over: PassedOver) -> Iterator[Path]:
    """Sorted; links to folders are not followed, so that no loop can form, nor links that lead out.

    Whoever made the folder must not choose what else of this machine is read.
    """
    for place, folders, names in os.walk(folder, onerror=lambda _: passed_over(_SHUT)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for _ in filter(os.path.islink, (Path(place) / name for name in folders)):
            passed_over(_FOLDER_LINK)
        for name in sorted(names):
            file = Path(place) / name
            if name.startswith("."):
                continue
            if strange := _strange(file, folder):
                passed_over(f"{kind_of_name(name)}（{strange}）")
            elif file.suffix.lower() not in SUPPORTED:
                passed_over(kind_of_name(name))
            elif is_sidecar(name, file):
                continue
            elif _is_articles(file):
                yield file
            else:
                passed_over(f"{kind_of_name(name)}{_NOT_ARTICLES}")


def _strange(file: Path, folder: Path) -> str | None:
    """Why what is found in a folder is not to be opened."""
    if file.is_symlink() and not file.exists():
        return _BROKEN
    if leads_out(file, folder):
        return _LEADS_OUT
    return None if file.is_file() else NOT_REGULAR


def _is_articles(file: Path) -> bool:
    """Whether a file found in a folder is meant: not a set of questions to measure with."""
    if file.suffix.lower() not in RECORD_SUFFIXES:
        return True
    try:
        with opened(file) as stream:
            return is_meant(stream, file.name)
    except OSError:
        return True  # loading it will say why
