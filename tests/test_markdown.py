"""Markdown is read as it is seen, and every quote still spells its file."""

from __future__ import annotations

import pytest

from ingest.files.loading import LoadedFile
from ingest.lines.lines import read_lines
from ingest.lines.markdown import without_marks
from ingest.pages.page import page_to_articles
from rag.data_model.documents import SourceFile, spans_text


def seen(text: str) -> list[str]:
    lines = without_marks(read_lines(text))
    for line in lines:
        assert spans_text(text, line.spans) == line.text
    return [line.text for line in lines]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("一句**加粗**、*斜体*、~~删去~~和`代码`。", "一句加粗、斜体、删去和代码。"),
        ("见[**年报**](http://a.example/b_c)第3页。", "见年报第3页。"),
        ("图![桥](a.png)后，脚注[^1]。", "图后，脚注。"),
        ("- 第一条", "第一条"),
        ("* [x] 做完的事", "做完的事"),
        ("1. 有序号的留着", "1. 有序号的留着"),
        ("> > 引用的话", "引用的话"),
        ("| 县 | 人口 |", "县 | 人口"),
        ("## 小标题 ##", "## 小标题"),
        ("换行<br>和<!-- 注 -->标签", "换行和标签"),
        (r"星号\*不是标记\*", "星号*不是标记*"),
        ("3*4*5和a_b_c不是强调", "3*4*5和a_b_c不是强调"),
        ("2023年[1]的数", "2023年[1]的数"),
    ],
)
def test_a_line(written: str, read: str) -> None:
    assert seen(written) == [read]


@pytest.mark.parametrize(
    "line",
    [
        "---",
        "***",
        "|---|:--:|",
        "--- | ---",
        "```python",
        "~~~",
        "[1]: http://a.example",
        "![](a.png)",
    ],
)
def test_lines_of_marks_alone(line: str) -> None:
    assert seen(f"前\n\n{line}\n后") == ["前", "后"]


@pytest.mark.parametrize("unit", ["*", "**a ", "[", "[a](", "<a", "`", "|", "> ", "- ", "\\", "_a"])
def test_a_long_line_costs_no_more_than_its_length(unit: str) -> None:
    seen("字" + unit * (300_000 // len(unit)))


def test_articles_quote_the_file() -> None:
    text = "# 桥通车了\n\n- 全长**321米**，见[年报](a.md)。\n- 投资2亿元。\n"
    source = SourceFile("a.md", "a.md", "0" * 64, "utf-8", text)
    (article,) = page_to_articles(LoadedFile(source))
    assert article.title == "桥通车了"
    assert [p.text for p in article.paragraphs] == ["全长321米，见年报。", "投资2亿元。"]
    assert all(spans_text(text, p.spans) == p.text for p in article.paragraphs)
