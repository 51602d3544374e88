"""One record of a question set, from JSON or from a table's row, checked field by field."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eval.data_files import has_surrogate
from eval.spreadsheets import plain_cell
from rag.data_model.answers import Filters
from rag.errors import DataFileMissing, DataLineInvalid
from rag.errors.reasons import why
from rag.language.text import visible_length

_TRUE = {"true", "1", "yes", "是", "可", "能", "有"}
_FALSE = {"false", "0", "no", "否", "不可", "不能", "无"}
_FIELDS = (
    "history",
    "answerable",
    "answers",
    "forbidden",
    "evidence",
    "type",
    "relevant",
    "filters",
    "collections",
)
_CHINESE_NAMES = {
    "编号": "id",
    "问题": "question",
    "历史": "history",
    "可回答": "answerable",
    "答案": "answers",
    "禁止": "forbidden",
    "证据": "evidence",
    "类型": "type",
    "相关文章": "relevant",
    "问法": "style",
    "筛选": "filters",
    "文集": "collections",
}
_RGB_NAMES = {"query": "question", "answer": "answers"}
_LISTS_SPLIT_AT = "；;\n"
SPARE_CELLS = "\0spare"
"""The column of what stands to the right of all columns."""
_WORKBOOK_LIMIT = 100 << 20  # bytes of a workbook unpacked


class _Wrong(ValueError):
    """What is wrong with a field, in Chinese."""


def record_of(record: Any, n: int, path: Path) -> dict[str, Any]:
    """The fields of an `EvalQuestion`.

    Accepts the names of the contract, RGB's `query` and `answer`, and Chinese column names. Lists
    may be JSON lists or, in a table's cell, parts between semicolons, aliases between bars.

    Args:
        record: a JSON object or a row by column name.
        n: its line, which names it where it has no id.
        path: named in the error.

    Raises:
        DataLineInvalid: a field that cannot be used.
    """
    if not isinstance(record, dict):
        raise DataLineInvalid(file=path, line=n, reason="不是 JSON 对象")
    try:
        _check_whole(record)
        fields = {_name(key, record): value for key, value in record.items()}
        return {
            "id": _id(fields.pop("id", None), n),
            "question": _question(fields.pop("question", None)),
            **_known(fields),
            "extra": MappingProxyType(
                {k: v for k, v in fields.items() if k not in _FIELDS and v != ""}
            ),
        }
    except _Wrong as wrong:
        raise DataLineInvalid(file=path, line=n, reason=str(wrong)) from wrong


def rows_of_csv(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by column name, each with the line that it ends on.

    Raises:
        DataLineInvalid: there is no column of questions, or the quoting never ends.
    """
    first = text.partition("\n")[0]
    delimiter = "\t" if "\t" in first else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey=SPARE_CELLS)
    try:
        _check_header(reader.fieldnames or (), path)
        for row in reader:
            cells = {key: _joined(value) for key, value in row.items() if key}
            if any(cells.values()):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataLineInvalid(file=path, line=reader.line_num, reason=why(error)) from error


def rows_of_workbook(data: bytes, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of the first sheet of an XLSX file by column name, each with its row number.

    Raises:
        DataFileMissing: it is not a workbook, or a damaged one.
        DataLineInvalid: there is no column of questions.
    """
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _WORKBOOK_LIMIT:
                raise DataFileMissing(file=path, reason="解开后太大")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = [tuple(map(_cell, row)) for row in book.worksheets[0].iter_rows(values_only=True)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, IndexError, ValueError) as error:
        raise DataFileMissing(file=path, reason="不是可用的 XLSX 文件") from error
    header = rows[0] if rows else ()
    _check_header(header, path)
    for n, row in enumerate(rows[1:], start=2):
        if any(row):
            yield n, {name: value for name, value in zip(header, row, strict=False) if name}


def _check_header(names: Any, path: Path) -> None:
    known = {_CHINESE_NAMES.get(str(name).strip(), str(name).strip()) for name in names}
    if not known & {"question", "query"}:
        found = "、".join(map(str, names)) or "空文件"
        reason = f"表头里没有 question（问题）一列，只有：{found[:80]}"
        raise DataLineInvalid(file=path, line=1, reason=reason)


def _joined(value: str | list[str] | None) -> str:
    """A cell's text; several cells beyond the last column as one."""
    if isinstance(value, list):
        return ",".join(value).strip(",")
    return plain_cell(value or "")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).replace("_x000D_", "").strip()


def _check_whole(record: dict[Any, Any]) -> None:
    if any(map(has_surrogate, map(str, record.values()))):
        raise _Wrong("有不是 UTF-8 的字节")
    if spare := record.get(SPARE_CELLS):
        raise _Wrong(f"单元格比表头多：{spare[:40]!r}（文字里有逗号时，要用双引号括起来）")


def _name(key: Any, record: dict[str, Any]) -> str:
    name = str(key).strip()
    name = _CHINESE_NAMES.get(name, name)
    return _RGB_NAMES.get(name, name) if _RGB_NAMES.get(name) not in record else name


def _id(value: Any, n: int) -> str:
    if value is None or value == "":
        return f"q{n}"
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _Wrong(f"id 应是文字或整数：{value!r}")
    return str(value)


def _question(value: Any) -> str:
    if value is None:
        raise _Wrong("缺少 question（问题）")
    if not isinstance(value, str):
        raise _Wrong(f"question 应是文字：{value!r}")
    if not visible_length(value):
        raise _Wrong("question 是空的")
    return value


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    answers = _groups(fields.get("answers"))
    answerable = _flag(fields.get("answerable"))
    relevant = _grades(fields.get("relevant"))
    if answerable is False and answers:
        raise _Wrong("answerable 为 false，却给出了 answers")
    return {
        "history": _texts(fields.get("history"), "history"),
        "answerable": bool(answers or relevant) or None if answerable is None else answerable,
        "answers": answers,
        "forbidden": _texts(fields.get("forbidden"), "forbidden"),
        "evidence": _texts(fields.get("evidence"), "evidence", split=False),
        "type": str(fields.get("type") or ""),
        "relevant": MappingProxyType(relevant),
        "filters": filters_of(fields.get("filters"), fields.get("collections")),
    }


def filters_of(value: Any, collections: Any = None) -> Filters:
    """Which articles may answer: a JSON object, and collections by a column of their own.

    Raises:
        ValueError: there is no such filter, or no such value.
    """
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except ValueError as error:
            raise _Wrong(f"filters 不是 JSON 对象：{value!r}") from error
    if value in (None, "", {}):
        value = {}
    if not isinstance(value, dict):
        raise _Wrong(f"filters 应是 JSON 对象：{value!r}")
    if unknown := value.keys() - Filters.model_fields.keys():
        raise _Wrong(f"filters 里没有这一项：{'、'.join(sorted(unknown))}")
    named = _texts(collections, "collections")
    try:
        filters = Filters.model_validate({**value, **({"collections": named} if named else {})})
        for day in filter(None, (filters.date_from, filters.date_to)):
            date.fromisoformat(day)
    except ValueError as error:
        raise _Wrong(f"filters 的取值不对：{value!r}") from error
    return filters


def _grades(value: Any) -> dict[str, int]:
    """Grades of articles: a JSON object, or in a cell the ids alone, each of grade 1."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise _Wrong(f"relevant 不是 JSON 对象：{value!r}") from error
    if not isinstance(value, dict):
        return dict.fromkeys(_texts(value, "relevant"), 1)
    grades = value.values()
    if not all(isinstance(grade, int) and not isinstance(grade, bool) for grade in grades):
        raise _Wrong("relevant 的等级应是整数")
    return {str(article): grade for article, grade in value.items()}


def _flag(value: Any) -> bool | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE | _FALSE:
        return text in _TRUE
    raise _Wrong(f"answerable 应是 true 或 false：{value!r}")


def _list(value: Any, name: str, *, split: bool = True) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        raise _Wrong(f"{name} 应是列表：{value!r}")
    if value.lstrip().startswith("["):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = [value]
        return parsed if isinstance(parsed, list) else [value]
    for mark in _LISTS_SPLIT_AT if split else "":
        value = value.replace(mark, "\n")
    return [part.strip() for part in value.split("\n") if part.strip()]


def _texts(value: Any, name: str, *, split: bool = True) -> tuple[str, ...]:
    texts = _list(value, name, split=split)
    if not all(isinstance(text, str) for text in texts):
        raise _Wrong(f"{name} 里应都是文字")
    return tuple(texts)


def _groups(value: Any) -> tuple[tuple[str, ...], ...]:
    is_cell = isinstance(value, str)
    return tuple(
        _group(group.split("|") if is_cell and isinstance(group, str) else group)
        for group in _list(value, "answers")
    )


def _group(value: Any) -> tuple[str, ...]:
    aliases = value if isinstance(value, list) else [value]
    if not aliases or not all(isinstance(a, (str, int, float)) and str(a).strip() for a in aliases):
        raise _Wrong(f"answers 的一组应是文字或文字的列表：{value!r}")
    return tuple(str(alias).strip() for alias in aliases)
