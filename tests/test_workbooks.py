"""Workbooks of every kind: each row says its columns, as the sheet shows them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import made_office as made
import openpyxl
import pytest
import xlwt
from loaded_files import lines, only, remarks_of
from made_office import write

from ingest.files.loading import load
from ingest.pages.page import page_to_articles
from rag.data_model.documents import spans_text
from rag.errors import (
    DocumentError,
)

ROWS = ["站点：柳湾站　电话：0555-321　人数：12", "站点：红岩站　电话：0555-777　人数：8"]


class TestWorkbooks:
    @pytest.mark.parametrize(
        ("name", "make"),
        [
            ("站点.xlsx", made.xlsx),
            ("站点.xlsm", made.xlsx),
            ("站点.xls", made.xls),
            ("站点.et", made.xls),
            ("站点.xls", made.xlsx),  # an old name for a new file
            (
                "站点.ods",
                lambda: made.opendocument(made.ods_table(made.STATIONS), "spreadsheet"),
            ),
        ],
    )
    def test_each_row_says_its_columns(
        self, tmp_path: Path, name: str, make: Callable[[], bytes]
    ) -> None:
        loaded = only(write(tmp_path / name, make()))
        assert loaded.source.text.splitlines() == ROWS
        (article,) = page_to_articles(loaded)
        assert article.title.startswith("站点")
        for paragraph in article.paragraphs:
            assert spans_text(loaded.source.text, paragraph.spans) == paragraph.text

    def test_a_table_that_a_web_site_calls_xls(self, tmp_path: Path) -> None:
        page = "<html><body><table><tr><td>站点</td><td>电话</td></tr>"
        page += "<tr><td>柳湾站</td><td>0555-321</td></tr></table></body></html>"
        assert "柳湾站" in only(write(tmp_path / "a.xls", page.encode())).source.text
        texts = "标题\t正文\n集市\t石桥镇逢五有集市。\n".encode("gb18030")
        assert only(write(tmp_path / "b.xls", texts)).source.text == "石桥镇逢五有集市。"

    def test_numbers_as_they_are_shown(self, tmp_path: Path) -> None:
        formats = ("yyyy-mm-dd", "0.0%", "#,##0.00", "000000", 'yyyy"年"m"月"d"日"', "General")
        values = (45231, 0.125, 1234.5, 7, 45231, 0.1 + 0.2)
        shown = ("2023-11-01", "12.5%", "1,234.50", "000007", "2023年11月1日", "0.3")
        names = ("日期", "比例", "金额", "邮编", "成文日期", "系数")
        book = openpyxl.Workbook()
        book.active.append(names)
        book.active.append(values)
        old = xlwt.Workbook()
        sheet = old.add_sheet("Sheet1")
        for n, (name, value, code) in enumerate(zip(names, values, formats, strict=True)):
            book.active.cell(2, n + 1).number_format = code
            sheet.write(0, n, name)
            sheet.write(1, n, value, xlwt.easyxf(num_format_str=code))
        out = io.BytesIO()
        old.save(out)
        expected = "　".join(f"{name}：{text}" for name, text in zip(names, shown, strict=True))
        assert lines(write(tmp_path / "a.xlsx", made.saved(book))) == [expected]
        assert lines(write(tmp_path / "a.xls", out.getvalue())) == [expected]

    def test_merged_cells_titles_and_two_rows_of_header(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        for row in (
            ("柳河县收支表",),
            ("单位：万元",),
            ("部门", "收入", None, "备注"),
            (None, "预算", "决算", None),
            ("教育局", 10, 12, None),
            (None, 20, 22, "补充"),
            ("注：以决算为准。",),
        ):
            sheet.append(row)
        for place in ("A1:D1", "A3:A4", "B3:C3", "D3:D4", "A5:A6"):
            sheet.merge_cells(place)
        loaded = only(write(tmp_path / "a.xlsx", made.saved(book)))
        assert loaded.source.text.splitlines() == [
            "柳河县收支表",
            "单位：万元",
            "部门：教育局　收入/预算：10　收入/决算：12",
            "部门：教育局　收入/预算：20　收入/决算：22　备注：补充",
            "注：以决算为准。",
        ]
        assert loaded.metadata.title == "柳河县收支表"

    @pytest.mark.parametrize("place", ["A2:B2", "A2:B9", "A30:D40", "A1:XFD1", "A1:A1048576"])
    def test_merges_beyond_what_is_written(self, tmp_path: Path, place: str) -> None:
        book = openpyxl.Workbook()
        book.active.append(("村", "吨"))
        book.active.append(("柳村", 3))
        book.active.merge_cells(place)
        text = only(write(tmp_path / "a.xlsx", made.saved(book))).source.text
        assert "柳村" in text or "3" in text  # a merge empties the cells that it covers

    def test_sheets_are_articles_and_hidden_ones_are_told(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "一月"
        for name, state in (("二月", "visible"), ("底稿", "hidden")):
            book.create_sheet(name).sheet_state = state
        for sheet in book:
            sheet.append(("村", "吨"))
            sheet.append((f"{sheet.title}村", 3))
        book["一月"]["C2"] = "=SUM(B2:B2)"  # openpyxl stores no result
        path = write(tmp_path / "茶叶.xlsx", made.saved(book))
        found = list(load(path))
        assert [one.metadata.title for one in found] == ["茶叶 一月", "茶叶 二月"]
        assert len({one.source.path for one in found}) == 2
        said = remarks_of(path)
        assert any("底稿" in remark for remark in said)
        assert any("1 个公式" in remark for remark in said)

    def test_questions_and_answers_are_articles(self, tmp_path: Path) -> None:
        rows = (
            ("序号", "问题（必填）", "答案", "发布日期"),
            (1, "集市几点收摊？", "中午十二点收摊。", 45231),
            (2, "摊位怎么申请？", "", 45231),
        )
        errors: list[DocumentError] = []
        path = write(tmp_path / "常见问题.xlsx", made.xlsx(rows))
        (loaded,) = load(path, errors.append)
        assert loaded.source.text == "集市几点收摊？\n中午十二点收摊。\n发布日期：2023-11-01"
        assert (loaded.metadata.title, loaded.metadata.date) == ("集市几点收摊？", "2023-11-01")
        assert [(e.code, e.context["line"]) for e in errors] == [("record_invalid", 3)]
