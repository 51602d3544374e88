"""Reasons inside messages of errors, of the system, SQLite and forms, are in English too."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from contextvars import copy_context
from gzip import BadGzipFile
from pathlib import Path
from typing import Any

import pytest

from rag.errors import (
    DataDirUnusable,
    LibraryCorrupt,
    ResponseFormatUnsupported,
    StorageFailed,
    YoujuError,
)
from rag.errors.reasons import _KINDS, _SYSTEM, why
from rag.library.storage import _SAYS
from rag.settings import load_settings
from ui.api.response_format import form_of
from ui.language.current import speak
from ui.language.errors import worded
from ui.language.reasons import reason

IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")


def in_english(error: YoujuError) -> str:
    def spoken() -> str:
        speak("en")
        return worded(error)["message_en"]

    return copy_context().run(spoken)


def raised(read: Any, text: str) -> Exception:
    with pytest.raises(ValueError, match=r".") as error:
        read(text)
    return error.value


WHYS = [
    *(why(OSError(number, "-")) for number in (*_SYSTEM, 9999)),
    *(words for _kinds, words in _KINDS),
    *(why(error) for error in (csv.Error("x"), EOFError(), TypeError("x"), KeyError("text"))),
    why(BadGzipFile("x")),
    why(raised(json.loads, "{")),
    why(raised(tomllib.loads, "a = = 1")),
    *_SAYS.values(),
    "SQLite 错误 99",
]


@pytest.mark.parametrize("said", sorted(set(WHYS)))
def test_what_the_system_says_is_said_in_english(said: str) -> None:
    assert IDEOGRAPH.search(said)
    assert not IDEOGRAPH.search(in_english(StorageFailed(path="x", reason=said)))
    around = in_english(LibraryCorrupt(path="x", reason=f"有记录读不出：{said}"))
    assert not IDEOGRAPH.search(around)
    assert reason(said) == said


@pytest.mark.parametrize("below", ["", "data"])
def test_why_a_data_directory_is_none_is_said_in_english(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DataDirUnusable) as error:
        load_settings(tmp_path / "file" / below)
    assert "is a file" in in_english(error.value)
    assert not IDEOGRAPH.search(in_english(error.value))


LOOP = {"$ref": "#/$defs/a"}


def fields(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    "schema",
    [
        7,
        {"type": "array"},
        {"type": "object", "additionalProperties": False},
        {"type": "object", "$defs": 7},
        {"type": "object", "properties": 7},
        fields(answer={}),
        fields(text=7),
        fields(text={"type": "number"}),
        fields(text={"const": "x"}),
        fields(text={"pattern": "x"}),
        fields(text={"anyOf": 7}),
        fields(text={"anyOf": [{"type": "string"}, {"type": "string"}]}),
        fields(text={"$ref": "#/$defs/b"}),
        fields(text=LOOP) | {"$defs": {"a": LOOP}},
        fields(citations={"type": "array", "items": {"type": "string"}}),
        fields(text={"description": "x" * 70_000}),
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_why_a_form_is_refused_is_said_in_english(schema: Any) -> None:
    with pytest.raises(ResponseFormatUnsupported) as error:
        form_of({"type": "json_schema", "json_schema": {"schema": schema}})
    assert not IDEOGRAPH.search(in_english(error.value))
