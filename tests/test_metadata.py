"""Front matter, file names and folios: what they say, and what they must not be taken for."""

from __future__ import annotations

import pytest

from ingest.lines.metadata import (
    Metadata,
    merge,
    metadata_from_file_name,
    metadata_from_folio,
    metadata_from_mapping,
    normal_date,
    normal_page,
    read_front_matter,
    split_names,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "2023-10-30_江州日报_第5版.txt",
            Metadata(newspaper="江州日报", date="2023-10-30", page="5"),
        ),
        (
            "江州晚报 20231030 A05.txt",
            Metadata(newspaper="江州晚报", date="2023-10-30", page="A05"),
        ),
        (
            "2023年10月30日_江州日报_第十二版_桥通了.md",
            Metadata(newspaper="江州日报", date="2023-10-30", page="12", title="桥通了"),
        ),
        ("笔记.txt", Metadata()),
        ("第一章 绪论.md", Metadata()),
    ],
)
def test_file_names(name: str, expected: Metadata) -> None:
    assert metadata_from_file_name(name) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "江州日报 2024年5月13日 星期一 第6版 智库",
            Metadata(newspaper="江州日报", date="2024-05-13", page="6"),
        ),
        (
            "A05 要闻 2024-05-13 江州晚报",
            Metadata(newspaper="江州晚报", date="2024-05-13", page="A05"),
        ),
        ("第6版：智库　2024年5月13日　星期一", Metadata(date="2024-05-13", page="6")),
        ("2024年5月13日，桥通了。", None),
        ("第3版", None),
        ("型号A5于2024年5月13日发布", None),
        ("2024年5月13日", None),
        ("全市新增公园一百座", None),
    ],
)
def test_folios(line: str, expected: Metadata | None) -> None:
    assert metadata_from_folio(line) == expected


def test_fenced_front_matter_with_a_list() -> None:
    text = "---\ntitle: 桥通了\nauthors:\n  - 苏禾\n  - 罗 景\ndate: 2024/5/1\n---\n正文。\n"
    metadata, span = read_front_matter(text)
    assert metadata == Metadata(title="桥通了", authors=("苏禾", "罗景"), date="2024-05-01")
    assert text[span.end :] == "正文。\n"


def test_bare_front_matter_ends_at_the_empty_line() -> None:
    text = "\ufeff标题：桥通了\n作者：苏禾、罗景行\n报纸：《江州日报》\n\n正文：不是文件头。\n"
    metadata, span = read_front_matter(text)
    assert metadata == Metadata(title="桥通了", authors=("苏禾", "罗景行"), newspaper="江州日报")
    assert text[span.end :].strip() == "正文：不是文件头。"


@pytest.mark.parametrize(
    "text",
    [
        "问：桥什么时候通？\n答：明年。\n",
        "---\n只有一条横线，没有收尾。\n",
        "标题：桥通了\n这一行不是文件头。\n",
        "",
    ],
)
def test_text_is_not_taken_for_front_matter(text: str) -> None:
    metadata, span = read_front_matter(text)
    assert metadata == Metadata()
    assert (span.start, span.end) == (0, 0)


def test_mapping_knows_english_and_chinese_keys() -> None:
    row: dict[str, object] = {"标题": "桥通了", "authors": ["苏禾"], "版次": "第六版", "x": 1}
    assert metadata_from_mapping(row) == Metadata(title="桥通了", authors=("苏禾",), page="6")


def test_merge_takes_the_first_that_says_something() -> None:
    first, second = Metadata(title="甲"), Metadata(title="乙", page="3")
    assert merge(first, second) == Metadata(title="甲", page="3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2024年2月30日", None), ("2024.3.9", "2024-03-09"), ("20240309", "2024-03-09")],
)
def test_dates_must_exist(text: str, expected: str | None) -> None:
    assert normal_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("第5版", "5"), ("05版", "5"), ("第十版", "10"), ("二十一版", "21"), ("A05", "A05")],
)
def test_pages(text: str, expected: str) -> None:
    assert normal_page(text) == expected


def test_names_apart() -> None:
    assert split_names("苏 禾 罗景行、傅明川") == ("苏禾", "罗景行", "傅明川")
