"""Files of ready articles: JSONL, one object a line, and tables with the same columns.

A table has a column of texts, or of questions and one of answers. A bad record is reported with
its line, and the others are kept. Each article is a source of its own, `FILE#ID` or `FILE#7`,
whose sha256 is that of its line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO, Any

from ingest.lines.encodings import decode
from ingest.lines.metadata import Metadata, field_of, metadata_from_mapping
from ingest.parts.delimited import Row, read_rows
from ingest.parts.extracted import storable
from ingest.parts.sheets import BETWEEN_CELLS
from rag.errors import DocumentError, EncodingUnknown, ParseFailed, ParseLimit, RecordInvalid

LONGEST_RECORD = 16 << 20  # bytes
LARGEST_TABLE = 256 << 20
LONGEST_ID = 200
_TEXT_KEYS = ("text", "content", "body", "正文", "内容", "全文")
_QUESTION_KEYS = (
    *("问题", "问", "提问", "标准问题", "标准问", "常见问题", "用户问题", "咨询问题"),
    *("question", "q"),
)
_ANSWER_KEYS = (
    *("答案", "答", "回答", "标准答案", "标准回答", "答复", "回复", "解答", "问题答案", "问题解答"),
    *("answer", "a"),
)
# A set of questions to measure with, and nothing that anybody reads.
_OF_QUESTION_SETS = frozenset(
    ("answers", "evidence", "answerable", "positive", "negative", "split")
)
_COLUMNS = frozenset((*_TEXT_KEYS, *_QUESTION_KEYS, *_ANSWER_KEYS))
_NOTE = re.compile(r"\s*[（(【\[][^（）()【】\[\]]{0,20}[）)】\]]\s*$|^[*＊]+|[:：*＊]+$")
_DAY_NUMBER = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_DAY_ZERO = date(1899, 12, 30)
_LONGEST_QUESTION = 60
_NUMBERS = ("序号", "编号", "行号")
_HAN = re.compile("[\u4e00-\u9fff]")
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


def csv_rows(file: IO[bytes], name: str) -> tuple[Iterator[Row], str]:
    """The rows of a delimited table, its header first, and its codec.

    Raises:
        ParseLimit: larger than `LARGEST_TABLE`.
        EncodingUnknown: undecodable.
    """
    text, codec = _whole(file, name)
    return read_rows(text, _is_known), codec


def table_records(rows: Iterable[Row], name: str, codec: str) -> Iterator[Record | DocumentError]:
    """The records of a table whose first row names its columns.

    Raises:
        ParseFailed: no column of texts, or of questions and answers.
    """
    waiting = iter(rows)
    header = next(waiting, None)
    keys = [_column(cell) for cell in header.cells] if header else []
    if not names_articles(keys):
        reason = "表头里没有 text（正文）一列，也没有“问题”和“答案”两列"
        raise ParseFailed(file=name, reason=reason)
    for row in waiting:
        cells = _fitted(row.cells, keys)
        if cells is None:
            reason = f"有 {len(row.cells)} 格，表头只有 {len(keys)} 格；正文里的分隔符要放在引号里"
            yield RecordInvalid(file=name, line=row.line, reason=reason)
            continue
        values = {key: value for key, value in zip(keys, cells, strict=False) if key}
        digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
        yield _record(values, name, row.line, digest, codec)


def names_articles(cells: Sequence[str]) -> bool:
    """Whether a table with these columns holds articles: texts, or questions with answers."""
    keys = {_column(cell) for cell in cells}
    asked = bool(keys & {*_QUESTION_KEYS}) and bool(keys & {*_ANSWER_KEYS})
    return asked or bool(keys & {*_TEXT_KEYS})


def _fitted(cells: list[str], keys: Sequence[str]) -> list[str] | None:
    """As many cells as there are columns; None where text would be lost by it."""
    return None if any(cell.strip() for cell in cells[len(keys) :]) else cells[: len(keys)]


def read_table(file: IO[bytes], name: str) -> list[dict[str, str]]:
    """All rows of a CSV, keys lower case.

    Raises:
        ParseLimit, EncodingUnknown: as `csv_rows`.
    """
    text, _ = _whole(file, name)
    rows = read_rows(text, lambda cell: _is_known(cell) or _key(cell) in {"file", "文件", "文件名"})
    header = next(rows, None)
    keys = [_key(cell) for cell in header.cells] if header else []
    return [
        {key: value for key, value in zip(keys, row.cells, strict=False) if key} for row in rows
    ]


def _record(values: Any, name: str, line: int, digest: str, codec: str) -> Record | RecordInvalid:
    if not isinstance(values, dict):
        return RecordInvalid(file=name, line=line, reason="不是一个对象")
    lowered = {_key(key): value for key, value in values.items()}
    text = next((lowered[key] for key in _TEXT_KEYS if lowered.get(key)), None)
    if text is None and not lowered.keys() & {*_TEXT_KEYS}:
        text = _question_and_answer(lowered)
    if not isinstance(text, str) or not text.strip():
        asked = lowered.keys() & {*_QUESTION_KEYS} and not lowered.keys() & {*_TEXT_KEYS}
        return RecordInvalid(
            file=name, line=line, reason="没有答案或问题" if asked else "没有 text（正文）"
        )
    if storable(text) != text:
        return RecordInvalid(file=name, line=line, reason="正文里有不能保存的字符")
    metadata = metadata_from_mapping(
        {key: _plain(_dated(key, value)) for key, value in lowered.items()}
    )
    if len(metadata.article_id or "") > LONGEST_ID:
        return RecordInvalid(file=name, line=line, reason=f"id 超过 {LONGEST_ID} 字")
    return Record(line, text, metadata, digest, codec)


def _question_and_answer(values: dict[str, Any]) -> str | None:
    """A question and its answer as a text; the question names it, unless something else does."""
    if values.keys() & _OF_QUESTION_SETS:
        return None
    question = next((values[key] for key in _QUESTION_KEYS if values.get(key)), None)
    answer = next((values[key] for key in _ANSWER_KEYS if values.get(key)), None)
    if not (isinstance(question, str) and isinstance(answer, str)):
        return None
    question, answer = question.strip(), answer.strip()
    if not (question and answer):
        return None
    if len(question) <= _LONGEST_QUESTION and "\n" not in question:
        values.setdefault("title", question)
    return "\n".join(filter(None, (question, answer, _beside(values))))


def _beside(values: dict[str, Any]) -> str:
    """What the other columns say of a question, as `更新日期：2024-03-01`; numbers of rows do not.

    A name without a Chinese character is a program's, not a reader's.
    """
    said = {
        key: str(_dated(key, value)).strip()
        for key, value in values.items()
        if key not in {*_QUESTION_KEYS, *_ANSWER_KEYS, *_NUMBERS}
        and field_of(key) not in {"article_id", "title"}
        and _HAN.search(key)
        and isinstance(value, str | int | float)
    }
    return BETWEEN_CELLS.join(f"{key}：{value}" for key, value in said.items() if value)


def _dated(key: str, value: object) -> object:
    """The day that a spreadsheet counted from 1899-12-30, where a column of days has a number."""
    if field_of(key) == "date" and _DAY_NUMBER.fullmatch(str(value).strip()):
        return (_DAY_ZERO + timedelta(days=int(float(str(value))))).isoformat()
    return value


def _is_known(cell: str) -> bool:
    return _column(cell) in _COLUMNS or field_of(_column(cell)) is not None


def _column(cell: str) -> str:
    """A column's name: without `（必填）`, `*` and the like."""
    return _NOTE.sub("", _key(cell).strip('"')).strip()


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


def is_meant(file: IO[bytes], name: str) -> bool:
    """Whether a table that lies in a folder is to be read: articles or data, no questions' gold."""
    try:
        if not name.lower().endswith(".jsonl"):
            rows, _ = csv_rows(file, name)
            header = next(rows, Row(0, []))
            return not {_column(cell) for cell in header.cells} & _OF_QUESTION_SETS
        return isinstance(next(read_jsonl(file, name), None), Record)
    except DocumentError:
        return True  # loading it will say what is wrong
