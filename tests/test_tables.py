"""Tables of ready articles as programs and people leave them: no row is lost unnamed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.files.loaded import LoadedFile
from ingest.files.loading import discover, kinds, load
from ingest.pages.page import page_to_articles
from ingest.parts.cells import general, shown_number
from ingest.parts.delimited import read_rows
from rag.errors import DocumentError, RecordInvalid


def read(path: Path, content: str | bytes) -> tuple[list[LoadedFile], list[DocumentError]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    errors: list[DocumentError] = []
    return list(load(path, errors.append)), errors


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("a.csv", "标题;正文\r\n桥;桥通车了。\r\n路;路修好了；真的。\r\n"),
        ("a.csv", "标题\t正文\n桥\t桥通车了。\n路\t路修好了；真的。\n"),
        ("a.tsv", "标题\t正文\n桥\t桥通车了。\n路\t路修好了；真的。\n"),
        ("a.csv", "sep=;\n标题;正文\n桥;桥通车了。\n路;路修好了；真的。\n"),
        ("a.csv", "标题，正文\n桥，桥通车了。\n路，路修好了；真的。\n"),
        ("a.csv", "标题|正文\n桥|桥通车了。\n路|路修好了；真的。\n"),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030"])
def test_whatever_stands_between_the_cells(
    tmp_path: Path, name: str, table: str, codec: str
) -> None:
    loaded, errors = read(tmp_path / name, table.encode(codec))
    assert [one.source.text for one in loaded] == ["桥通车了。", "路修好了；真的。"]
    assert [one.metadata.title for one in loaded] == ["桥", "路"]
    assert not errors


def test_stray_quotes_swallow_no_row(tmp_path: Path) -> None:
    rows = [
        "id,text",
        '1,"开头有引号没有收尾',
        '2,"好好的一格，有逗号,也有""引号"""',
        '3,中间有"引号"的',
        '4,"引号"开头的',
        '5,"跨行\n的一格"',
        "6,最后一行",
    ]
    loaded, errors = read(tmp_path / "a.csv", "\n".join(rows))
    assert [one.source.text for one in loaded] == [
        '"开头有引号没有收尾',
        '好好的一格，有逗号,也有"引号"',
        '中间有"引号"的',
        '"引号"开头的',
        "跨行\n的一格",
        "最后一行",
    ]
    assert not errors


def test_a_row_with_too_many_cells_is_named(tmp_path: Path) -> None:
    table = "id,text\n1,桥通车了。\n2,路修好了,没有引号\n3,水来了。,,\n4,\n"
    loaded, errors = read(tmp_path / "a.csv", table)
    assert [one.source.text for one in loaded] == ["桥通车了。", "水来了。"]
    assert all(isinstance(error, RecordInvalid) for error in errors)
    assert [error.context["line"] for error in errors] == [3, 5]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet='字,;"\n\ta', max_size=6), min_size=2, max_size=4), max_size=6
    )
)
def test_what_is_quoted_properly_comes_back(rows: list[list[str]]) -> None:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    # A cell that looks like the start of another row cannot be told from a stray quote.
    rows = [[cell.replace('\n"', "a").replace(',"', "a") for cell in row] for row in rows]
    text = "".join(",".join(map(quoted, row)) + "\n" for row in [["id", "text"], *rows])
    found = [row.cells for row in read_rows(text, {"id", "text"}.__contains__)]
    assert found[1:] == [row for row in rows if any(cell.strip() for cell in row)]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("水情.csv", "\ufeff日期;水库;水位(m)\n6-28;双牌;168.42\n6-29;双牌;\n"),
        ("水情.tsv", "日期\t水库\t水位(m)\n6-28\t双牌\t168.42\n6-29\t双牌\t\n"),
        ("水情.csv", "水库水情表\n日期,水库,水位(m)\n6-28,双牌,168.42\n6-29,双牌,\n"),
    ],
)
def test_a_table_of_data_is_read_row_by_row(tmp_path: Path, name: str, table: str) -> None:
    loaded, errors = read(tmp_path / name, table)
    assert not errors
    (article,) = page_to_articles(loaded[0])
    rows = [paragraph.text for paragraph in article.paragraphs]
    title = ["水库水情表"] if table.startswith("水库") else []
    assert rows == [*title, "日期：6-28　水库：双牌　水位(m)：168.42", "日期：6-29　水库：双牌"]
    assert article.title == (title or ["水情"])[0]
    assert [file.name for file in discover([tmp_path])] == [name]


def test_what_stands_beside_a_question_can_be_quoted(tmp_path: Path) -> None:
    table = "序号,问题,答案,更新日期\n1,集市几点收摊？,中午十二点收摊。,2024-03-01\n"
    (loaded,), _ = read(tmp_path / "a.csv", table)
    assert loaded.source.text.splitlines()[2:] == ["更新日期：2024-03-01"]


@pytest.mark.parametrize("day", ["45231", "45231.5", "2023-11-01", "2023年11月1日"])
def test_days_that_a_spreadsheet_counted(tmp_path: Path, day: str) -> None:
    (loaded,), _ = read(tmp_path / "a.csv", f"日期,编号,正文\n{day},45231,桥通车了。\n")
    assert (loaded.metadata.date, loaded.metadata.article_id) == ("2023-11-01", "45231")


@pytest.mark.parametrize(
    "header", ["问题,答案", "问,答", "*问题（必填）,标准答案", "Question,Answer", "序号,提问,答复"]
)
def test_questions_and_answers(tmp_path: Path, header: str) -> None:
    number = "1," if header.startswith("序号") else ""
    table = f"{header}\n{number}集市几点收摊？,中午十二点收摊。\n{number}摊位怎么申请？,\n"
    loaded, errors = read(tmp_path / "a.csv", table)
    assert [one.source.text for one in loaded] == ["集市几点收摊？\n中午十二点收摊。"]
    assert loaded[0].metadata.title == "集市几点收摊？"
    assert [error.context["line"] for error in errors] == [3]
    (article,) = page_to_articles(loaded[0])
    assert [p.text for p in article.paragraphs] == ["集市几点收摊？", "中午十二点收摊。"]
    assert not article.title_inferred


def test_a_set_of_questions_is_no_article(tmp_path: Path) -> None:
    row = {"question": "集市几点收摊？", "answer": "中午十二点", "evidence": [[0, 5]]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(row))
    assert discover([tmp_path]) == []
    del row["evidence"]
    (tmp_path / "faq.jsonl").write_text(json.dumps(row))
    assert [file.name for file in discover([tmp_path])] == ["faq.jsonl"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("石桥镇逢五有集市。人很多。", "石桥镇逢五有集市"),
        ("石桥镇的集市\n逢五开集。", "石桥镇的集市"),
        ("石桥镇每逢初五有集市，卖竹器的摊位有四十六个，卖茶叶的摊位有十二个。", None),
        ("长" * 80, None),
    ],
)
def test_a_row_without_a_title_is_named_after_its_first_words(
    tmp_path: Path, text: str, title: str | None
) -> None:
    (loaded,), _ = read(tmp_path / "articles.jsonl", json.dumps({"text": text}))
    (article,) = page_to_articles(loaded)
    assert article.title_inferred
    assert text.startswith(article.title.rstrip("…"))
    assert 0 < len(article.title) <= 30
    assert title in {None, article.title}


def test_what_a_folder_passes_over_is_told_by_kind(tmp_path: Path) -> None:
    for name in ("甲.exe", "乙.EXE", "数据.json", "没有扩展名", ".隐藏.exe", "正文.txt"):
        (tmp_path / name).write_text("字")
    (tmp_path / "题.csv").write_text("question,answerable\n几点收摊？,1\n")
    passed: list[str] = []
    assert [file.name for file in discover([tmp_path], passed.append)] == ["正文.txt"]
    assert kinds(passed) == ".csv（不是文章的表） 1 个、.exe 2 个、.json 1 个、没有扩展名的 1 个"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.5, "0%", "50%"),
        (-3.5, "0.0;(0.0)", "(3.5)"),
        (3, '0"年"', "3年"),
        (12, '0"元"', "12元"),
        (1234567.891, "#,##0.00_ ", "1,234,567.89"),
        (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
        (1.5, "0.##", "1.5"),
        (2, "0.##", "2"),
        (45231.375, "yyyy/m/d h:mm", "2023-11-01 09:00"),
        (0.375, "h:mm", "09:00"),
        (1.5, "[h]:mm", "36:00"),
        (45231, "m月d日", "11月1日"),
        (45231, "yyyy年m月", "2023年11月"),
        (1e20, "General", "100000000000000000000"),
    ],
)
def test_numbers_as_a_spreadsheet_shows_them(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


@settings(deadline=None)
@given(st.floats(-1e18, 1e18))
def test_a_number_without_a_format_keeps_its_value(value: float) -> None:
    assert float(general(value)) == pytest.approx(value, rel=1e-14)
