"""Data files as text and lines: question sets, runs, distractors. Plain or gzip."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ingest.lines.encodings import decode
from rag.errors import DataFileMissing, DataLineInvalid, EncodingUnknown, LibraryReadOnly
from rag.errors.disk import file_error
from rag.errors.reasons import why
from rag.files.regular import opened
from rag.files.whole import replacing

T = TypeVar("T")

_GZIP = b"\x1f\x8b"


class Line(NamedTuple):
    """A record of a JSONL file and the line, from 1, that it stands on."""

    n: int
    record: dict[str, Any]


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, unpacked if it is gzip.

    Raises:
        DataFileMissing: it is not there, or cannot be read or unpacked.
    """
    try:
        with opened(path) as file:
            data = file.read()
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except (OSError, EOFError, zlib.error) as error:
        raise DataFileMissing(file=path, reason=why(error)) from error


def text_of(data: bytes, path: Path) -> str:
    """Decoded text without a byte order mark.

    A few lines that are not UTF-8 among many that are do not make it another encoding: their
    stray bytes become lone surrogates, which `parse_line` reports.

    Raises:
        EncodingUnknown: no encoding explains the bytes.
    """
    text = data.decode("utf-8-sig", "surrogateescape")
    foreign = [line for line in text.split("\n") if not line.isascii()]
    if 2 * sum(map(has_surrogate, foreign)) <= len(foreign):
        return text
    decoded = decode(data)
    if decoded is None:
        raise EncodingUnknown(file=path)
    return decoded.text


def parse_line(text: str, n: int, path: Path) -> Line:
    """One JSON object.

    Raises:
        DataLineInvalid: it is something else; says what.
    """
    if has_surrogate(text):
        raise DataLineInvalid(file=path, line=n, reason="有不是 UTF-8 的字节")
    if text.startswith("\ufeff"):
        reason = "行首有多余的 BOM（像是几个文件拼在了一起）"
        raise DataLineInvalid(file=path, line=n, reason=reason)
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"不是 JSON（第 {error.colno} 个字符处）"
        raise DataLineInvalid(file=path, line=n, reason=reason) from error
    except (ValueError, RecursionError) as error:
        raise DataLineInvalid(file=path, line=n, reason="不是可用的 JSON") from error
    if not isinstance(record, dict):
        raise DataLineInvalid(file=path, line=n, reason="不是 JSON 对象")
    if has_surrogate(json.dumps(record, ensure_ascii=False)):
        raise DataLineInvalid(file=path, line=n, reason="有不成对的代理字符")
    return Line(n, record)


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, trimmed, counted from 1; nothing but a newline ends one."""
    for n, line in enumerate(text.split("\n"), start=1):
        if stripped := line.strip():
            yield n, stripped


def read_jsonl(path: Path) -> Iterator[Line]:
    """The objects of a JSONL file, plain or gzip.

    Raises:
        DataFileMissing, EncodingUnknown: the file cannot be read.
        DataLineInvalid: at the first line that is not an object.
    """
    for n, line in numbered_lines(text_of(read_bytes(path), path)):
        yield parse_line(line, n, path)


def made_of_rows(path: Path, make: Callable[[dict[str, Any]], T]) -> Iterator[T]:
    """What each object of a JSONL file stands for.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: as `read_jsonl`, or something is missing.
    """
    for n, record in read_jsonl(path):
        try:
            made = make(record)
        except (KeyError, TypeError) as error:
            raise DataLineInvalid(file=path, line=n, reason=why(error)) from error
        yield made


def jsonl_of(records: Iterable[object]) -> str:
    """A line of JSON for each record."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def gzipped_jsonl(records: Iterable[object]) -> bytes:
    """The same compressed: equal records give equal bytes."""
    return gzip.compress(jsonl_of(records).encode(), mtime=0)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the file system says of a file that is being written into our errors.

    Raises:
        DataFileMissing: the folder does not take it.
        StorageFull, StorageFailed: the disk does not.
    """
    try:
        yield
    except OSError as error:
        failure = file_error(path, error)
        if isinstance(failure, LibraryReadOnly):
            raise DataFileMissing(file=path, reason=why(error)) from error
        raise failure from error


def write_whole(path: Path, text: str, *, forced: bool = True) -> None:
    """Write `text` so that the file is either the old one or the new one, never half.

    `forced`: on disk when this returns.

    Raises:
        DataFileMissing: the folder does not take it.
        StorageFull, StorageFailed: the disk does not; the file is the old one.
    """
    write_bytes_whole(path, text.encode("utf-8"), forced=forced)


def write_bytes_whole(path: Path, data: bytes, *, forced: bool = True) -> None:
    """The same for bytes.

    Raises:
        DataFileMissing, StorageFull, StorageFailed: as `write_whole`.
    """
    with writing(path), replacing(path, forced=forced) as part:
        part.write_bytes(data)


def has_surrogate(text: str) -> bool:
    """Whether a byte of no encoding, or half a character, is in `text`."""
    return any("\ud800" <= character <= "\udfff" for character in text)
