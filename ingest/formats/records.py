"""Files of ready articles: JSONL, one object a line, and CSV with the same columns.

A bad record is reported with its line, and the others are kept. Each article is a source of its
own, `FILE#ID` or `FILE#7`, whose sha256 is that of its line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from ingest.encodings import decode
from ingest.formats.extracted import storable
from ingest.metadata import Metadata, metadata_from_mapping
from rag.errors import DocumentError, EncodingUnknown, ParseFailed, ParseLimit, RecordInvalid

LONGEST_RECORD = 16 << 20  # bytes
LARGEST_TABLE = 256 << 20
LONGEST_ID = 200
_TEXT_KEYS = ("text", "content", "body", "正文", "内容", "全文")
_SAMPLE = 1 << 18


@dataclass(frozen=True, slots=True)
class Record:
    """One ready article: `text` unchanged, `digest`: sha256 of its line."""

    line: int
    text: str
    metadata: Metadata
    digest: str
    encoding: str


def read_jsonl(file: IO[bytes], name: str) -> Iterator[Record | DocumentError]:
    """Articles and errors in the order of their lines; reads as it goes, in little memory."""
    codec = _codec(file, name)
    line = 0
    while raw := file.readline(LONGEST_RECORD + 1):
        line += 1
        if len(raw) > LONGEST_RECORD:
            yield RecordInvalid(file=name, line=line, reason=f"超过 {LONGEST_RECORD >> 20} MB")
            _skip_line(file, raw)
            continue
        if not raw.strip():
            continue
        try:
            values = json.loads(raw.decode(codec).lstrip("\ufeff"))
        except (ValueError, RecursionError) as error:
            yield RecordInvalid(file=name, line=line, reason=_json_reason(error))
            continue
        yield _record(values, name, line, hashlib.sha256(raw.strip()).hexdigest(), codec)


def read_csv(file: IO[bytes], name: str) -> Iterator[Record | DocumentError]:
    """Articles and errors in the order of rows; `line` is where a row ends.

    Raises:
        ParseLimit: larger than `LARGEST_TABLE`.
        EncodingUnknown: undecodable.
        ParseFailed: no column of texts.
    """
    text, codec = _whole(file, name)
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if not set(_TEXT_KEYS) & {_key(field) for field in rows.fieldnames or ()}:
            raise ParseFailed(file=name, reason="表头里没有 text（正文）一列")
        for row in rows:
            values = {_key(key): value for key, value in row.items() if key}
            digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
            yield _record(values, name, rows.line_num, digest, codec)
    except csv.Error as error:
        yield RecordInvalid(file=name, line=rows.line_num, reason=f"表格格式不对：{error}")


def read_table(file: IO[bytes], name: str) -> list[dict[str, str]]:
    """All rows of a CSV, keys lower case.

    Raises:
        ParseLimit, EncodingUnknown: as `read_csv`.
        ParseFailed: not a table.
    """
    text, _ = _whole(file, name)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ParseFailed(file=name, reason=f"表格格式不对：{error}") from error
    return [{_key(key): value or "" for key, value in row.items() if key} for row in rows]


def _record(values: Any, name: str, line: int, digest: str, codec: str) -> Record | RecordInvalid:
    if not isinstance(values, dict):
        return RecordInvalid(file=name, line=line, reason="不是一个对象")
    lowered = {_key(key): value for key, value in values.items()}
    text = next((lowered[key] for key in _TEXT_KEYS if lowered.get(key)), None)
    if not isinstance(text, str) or not text.strip():
        return RecordInvalid(file=name, line=line, reason="没有 text（正文）")
    if storable(text) != text:
        return RecordInvalid(file=name, line=line, reason="正文里有不能保存的字符")
    metadata = metadata_from_mapping({key: _plain(value) for key, value in lowered.items()})
    if len(metadata.article_id or "") > LONGEST_ID:
        return RecordInvalid(file=name, line=line, reason=f"id 超过 {LONGEST_ID} 字")
    return Record(line, text, metadata, digest, codec)


def _plain(value: object) -> object:
    """Strings and lists of strings without what cannot be stored; nested objects say nothing."""
    if isinstance(value, list):
        return [storable(str(item)) for item in value if isinstance(item, str | int)]
    if isinstance(value, bool | dict | None):
        return None
    return storable(str(value))


def _key(key: object) -> str:
    return str(key).lstrip("\ufeff").strip().lower()


def _codec(file: IO[bytes], name: str) -> str:
    """UTF-8 unless the beginning of the file says otherwise."""
    sample = file.read(_SAMPLE)
    file.seek(0)
    whole_lines = sample[: sample.rfind(b"\n") + 1] or sample
    decoded = decode(whole_lines)
    if decoded and decoded.encoding.startswith(("utf-16", "utf-32")):
        raise EncodingUnknown(file=name)  # their line ends are not single bytes
    if decoded is None or decoded.encoding.startswith("utf-8"):
        return "utf-8"
    return decoded.encoding


def _whole(file: IO[bytes], name: str) -> tuple[str, str]:
    data = file.read(LARGEST_TABLE + 1)
    if len(data) > LARGEST_TABLE:
        raise ParseLimit(file=name, reason=f"超过 {LARGEST_TABLE >> 20} MB")
    decoded = decode(data)
    if decoded is None:
        raise EncodingUnknown(file=name)
    return decoded.text, decoded.encoding


def _skip_line(file: IO[bytes], piece: bytes) -> None:
    while piece and not piece.endswith(b"\n"):
        piece = file.readline(LONGEST_RECORD)


def _json_reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "文字编码不对"
    if isinstance(error, json.JSONDecodeError):
        return f"不是 JSON（第 {error.colno} 个字符处）"
    return "不是可用的 JSON"


def holds_articles(file: IO[bytes], name: str) -> bool:
    """Whether the first record is an article: a folder may hold other tables beside its pages."""
    read = read_csv if name.lower().endswith(".csv") else read_jsonl
    try:
        return isinstance(next(read(file, name), None), Record)
    except (RecordInvalid, ParseFailed):
        return False
    except DocumentError:
        return True  # loading it will say what is wrong
