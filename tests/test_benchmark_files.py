"""Benchmarks say what is wrong with a data file that is another kind of JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.news_pages import read_news
from eval.printed_pages import read_gold
from rag.errors import DataFileMissing, DataLineInvalid


@pytest.mark.parametrize("read", [read_news, read_gold])
@pytest.mark.parametrize("text", ["[1, 2]", '{"data": 3}', "[[1]]", '"x"', '{"text": 3}'])
def test_another_kind_of_json_is_told_as_such(
    tmp_path: Path, read: Callable[[Path], object], text: str
) -> None:
    file = tmp_path / "data.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((DataFileMissing, DataLineInvalid)):
        read(file)


def test_news_that_are_all_too_short_are_told(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    file.write_text('{"text": "短"}\n', encoding="utf-8")
    with pytest.raises(DataFileMissing, match="150"):
        read_news(file)
