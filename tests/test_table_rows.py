"""Tables: every format keeps rows, places and headers; a look-up is answered from its own row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time

import made_office as made
import pytest
from loaded_files import only
from pages import article, ask, asking

from eval.benchmarks.tables import cells_read
from eval.made_tables import made_tables
from eval.table_files import FORMS, write
from ingest.files.loading import load
from ingest.lines.lines import Line
from ingest.lines.table_lines import cells_of_line, with_rows
from ingest.pages.page import read_page
from ingest.parts.tables import TableCell, TableRow, table_lines
from ingest.printed.printed_tables import AGAIN
from ingest.storing.passages import split_article
from rag.data_model.documents import Article, Span, spans_text
from rag.library.records import article_json, article_of
from rag.pipeline import Pipeline
from rag.rules.row_lookup import lookup
from rag.rules.row_tables import tables_of
from rag.rules.told_rows import told_alone

STATIONS = """# 各站点值班安排

各站点值班人员和电话见下表。

站点 | 值班人 | 电话 | 备注
--- | --- | --- | ---
青石站 | 罗大川 | 5550101 |
白桥站 | 孟小溪 | 5550102 | **夜间**关机
红岩站 | 贺知秋 | 5550103 |
柳湾站 | 覃北辰 | | 2021年新设
"""
YIELDS = """历年粮食产量

全县历年粮食产量如下。

年份 播种面积（亩） 产量（吨）
2019 4100 1520
2020 4230 1604
2021 4305 1677

以上为全部数据。
"""


def read(path: Path, text: str) -> Article:
    path.write_text(text)
    loaded = only(path)
    reading = read_page(loaded)
    (article,) = reading.articles
    for paragraph in article.paragraphs:
        assert spans_text(loaded.source.text, paragraph.spans) == paragraph.text
    return article


def rows(article: Article) -> list[dict[str, str]]:
    return [{c.name: p.value(c) for c in p.cells} for p in article.paragraphs if p.cells]


def row(*cells: str | TableCell, header: bool = False) -> TableRow:
    made = (TableCell((cell,)) if isinstance(cell, str) else cell for cell in cells)
    return TableRow(tuple(made), header=header)


def lines(*written: TableRow) -> list[str] | None:
    found = table_lines(written)
    return None if found is None else [line.text for line in found]


@pytest.mark.parametrize("form", FORMS)
def test_cells_stand_in_their_row_and_column(tmp_path: Path, form: str) -> None:
    for table in made_tables(7, seed=7):
        tally = cells_read(table, form, write(table, form, tmp_path))
        assert tally[f"placed {form}"] == tally[f"cells {form}"] > 0


@pytest.mark.parametrize("form", ["pdf-ruled", "pdf-plain"])
def test_a_table_goes_on_over_pages_under_its_names(tmp_path: Path, form: str) -> None:
    short = made_tables(1, seed=3)[0]
    names = [f"{first}{second}站" for first in "甲乙丙丁戊己" for second in "一二三四五六七八九十"]
    rows = tuple((name, "罗大川", str(5550100 + n), "3") for n, name in enumerate(names))
    table = replace(short, rows=rows, group=None)
    path = write(table, form, tmp_path)
    tally = cells_read(table, form, path)
    assert tally[f"placed {form}"] == tally[f"cells {form}"] == 240
    (reading,) = [read_page(loaded) for loaded in load(path)]
    assert [part.reason for part in reading.left_out].count(AGAIN) == 2  # of three pages


class TestText:
    def test_markdown_rows_are_spelt_of_header_and_row(self, tmp_path: Path) -> None:
        article = read(tmp_path / "a.md", STATIONS)
        texts = [paragraph.text for paragraph in article.paragraphs]
        assert texts[3] == "站点 红岩站 | 值班人 贺知秋 | 电话 5550103 | 备注"
        assert rows(article)[1]["备注"] == "夜间关机"
        assert rows(article)[3] == {
            "站点": "柳湾站", "值班人": "覃北辰", "电话": "", "备注": "2021年新设",
        }  # fmt: skip

    def test_aligned_lines(self, tmp_path: Path) -> None:
        article = read(tmp_path / "a.txt", YIELDS)
        assert rows(article)[1] == {"年份": "2020", "播种面积（亩）": "4230", "产量（吨）": "1604"}
        assert article.paragraphs[-1].text == "以上为全部数据。"

    @pytest.mark.parametrize(
        "text",
        [
            "名单\n\n张三 李四 王五\n赵六 钱七 孙八\n周九 吴十 郑一\n",
            "诗\n\n白日依山尽 黄河入海流\n欲穷千里目 更上一层楼\n",
        ],
    )
    def test_what_only_stands_apart_is_no_table(self, tmp_path: Path, text: str) -> None:
        assert not rows(read(tmp_path / "a.txt", text))

    def test_a_title_in_as_many_pieces_is_no_header(self, tmp_path: Path) -> None:
        text = "县 统计 局\n年份 播种面积 产量\n2019 4100 1520\n2020 4230 1604\n\n完。\n"
        article = read(tmp_path / "a.txt", text)
        assert rows(article)[1] == {"年份": "2020", "播种面积": "4230", "产量": "1604"}
        assert len(rows(article)) == 2

    @pytest.mark.parametrize("line", ["甲,乙,丙", "甲 乙 丙", "甲\t乙"])
    def test_many_lines_alike_are_read_once(self, line: str) -> None:
        lines = [Line((Span(0, len(line)),), line, gap=False, indented=False)] * 4000
        start = process_time()
        assert not any(made.cells for made in with_rows(lines, marked=False))
        assert process_time() - start < 3

    def test_a_long_header_is_not_said_again_by_each_of_many_short_rows(self) -> None:
        texts = ["|甲" * 400, "|-" * 400, *["|"] * 2000]
        lines = [Line((Span(0, len(t)),), t, gap=False, indented=False) for t in texts]
        made = with_rows(lines, marked=True)
        assert sum(len(line.text) for line in made) < 10 * sum(map(len, texts))

    def test_no_character_is_lost(self, tmp_path: Path) -> None:
        for name, text in (("a.md", STATIONS), ("a.txt", YIELDS), ("b.txt", STATIONS)):
            (tmp_path / name).write_text(text)
            loaded = only(tmp_path / name)
            assert not [p for p in read_page(loaded).left_out if p.reason == "没有归类"]


class TestWritten:
    def test_merged_empty_and_several_paragraphs(self) -> None:
        assert lines(
            row("片区", "站点", "电话", "职责"),
            row(TableCell(("城东",), down=2), "青石站", "1", TableCell(("登记来访。", "巡查"))),
            row("白桥站", "", "开门"),
            row(TableCell(("合计",), across=4)),
        ) == [
            "片区：城东　站点：青石站　电话：1　职责：登记来访。 巡查",
            "片区：城东　站点：白桥站　职责：开门",
            "合计",
        ]

    def test_cells_that_claim_everything_are_placed_in_a_moment(self) -> None:
        greedy = row(TableCell(("甲",), across=10**6, down=10**6), "乙")
        start = process_time()
        assert lines(*[greedy] * 300) is None
        assert process_time() - start < 1

    def test_the_rest_of_a_merged_cell(self) -> None:
        rest = TableCell((), goes_on=True)
        assert lines(
            row("片区", "站点", "电话"),
            row("城东", "青石站", "11"),
            row(rest, "白桥站", "12"),
            row(rest, "红岩站", "13"),
        ) == [
            "片区：城东　站点：青石站　电话：11",
            "片区：城东　站点：白桥站　电话：12",
            "片区：城东　站点：红岩站　电话：13",
        ]

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ([row("姓名", "张三"), row("性别", "男")], ["姓名：张三", "性别：男"]),
            (
                [row("姓名", "张三", "性别", "男"), row("籍贯", "江州", "学历", "本科")],
                ["姓名：张三　性别：男", "籍贯：江州　学历：本科"],
            ),
            ([row("货名", "价钱"), row("竹椅", "四十元")], ["货名　价钱", "竹椅　四十元"]),
            (
                [row("货名", "价钱", header=True), row("竹椅", "四十元")],
                ["货名：竹椅　价钱：四十元"],
            ),
            ([row("a", "b")], None),
            ([row("# 标题", "正文"), row("另一段", "正文")], None),
            ([row("长" * 700, "正文"), row("另一段", "正文")], None),
        ],
    )
    def test_forms_headers_and_layout(
        self, written: list[TableRow], expected: list[str] | None
    ) -> None:
        assert lines(*written) == expected

    def test_a_row_is_one_sentence_whatever_stands_in_its_cells(self, tmp_path: Path) -> None:
        cells = "<tr><td>{}</td><td>{}</td><td>{}</td></tr>"
        table = (
            cells.format("岗位", "职责", "人数")
            + cells.format("门卫", "<p>登记来访。</p><p>夜间巡查！</p>", "2")
            + cells.format("仓管", "清点。", "3")
        )
        head = "<html><body><h1>岗位职责</h1><p>各岗位职责如下。</p>"
        page = f"{head}<table>{table}</table></body></html>"
        article = read(tmp_path / "a.html", page)
        found = [
            article.text[s.start : s.end]
            for passage in split_article(article, 400)
            for s in passage.sentences
        ]
        assert "岗位：门卫　职责：登记来访。 夜间巡查！　人数：2" in found
        assert article_of(article.article_id, article_json(article)) == article


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("tables")
    with asking(folder, stations=STATIONS, yields=YIELDS) as made:
        yield made


class TestLookUps:
    @pytest.mark.parametrize(
        ("question", "short", "held"),
        [
            ("红岩站的电话是多少？", "5550103", "站点 红岩站"),
            ("红岩站谁值班？", "贺知秋", "站点 红岩站"),
            ("孟小溪的电话号码是多少？", "5550102", "值班人 孟小溪"),
            ("2020年的产量是多少？", "1604", "年份 2020"),
            ("2021年的播种面积是多少？", "4305", "年份 2021"),
            ("5550101是哪个站点的电话？", "青石站", "电话 5550101"),
        ],
    )
    def test_the_asked_row_answers(
        self, pipeline: Pipeline, question: str, short: str, held: str
    ) -> None:
        answer = ask(pipeline, question)
        assert answer.short_answer == short
        assert [held in citation.quote for citation in answer.citations] == [True]

    @pytest.mark.parametrize(
        "question",
        [
            pytest.param("绿坡站的电话是多少？", id="a name of the kind"),
            pytest.param("2024年的产量是多少？", id="a year that no row has"),
            pytest.param("柳湾站的电话是多少？", id="an empty cell"),
            pytest.param("张三的电话是多少？", id="nobody knows the name"),
        ],
    )
    def test_no_other_row_does(self, pipeline: Pipeline, question: str) -> None:
        answer = ask(pipeline, question)
        assert not any(digits in c.quote for c in answer.citations for digits in ("555", "亩"))


def test_articles_that_differ_are_both_shown(tmp_path: Path) -> None:
    newer = STATIONS.replace("5550103", "5559903")
    with asking(tmp_path, old=STATIONS, new=newer) as pipeline:
        answer = ask(pipeline, "红岩站的电话是多少？")
    assert answer.short_answer is None
    quotes = [citation.quote for citation in answer.citations]
    assert [any(n in q for q in quotes) for n in ("5550103", "5559903")] == [True, True]
    assert all("红岩站" in quote for quote in quotes)


def test_looking_up_a_value_of_many_rows_grows_with_their_number() -> None:
    def taken(rows: int) -> float:
        made = article(*(f"站点：甲{n}站　状态：正常" for n in range(rows)))
        paragraphs = tuple(replace(p, cells=cells_of_line(p.text)) for p in made.paragraphs)
        (table,) = tables_of(replace(made, paragraphs=paragraphs))
        start = process_time()
        assert len(lookup("哪些站点状态正常", table).rows) == rows
        return process_time() - start

    taken(100)  # dictionaries
    assert taken(6400) < 32 * max(taken(800), 0.01)  # its square would be 64


class TestOtherFormats:
    def test_rtf_rows_know_their_header(self, tmp_path: Path) -> None:
        cells = "".join(
            "\\trowd\\intbl " + "".join(f"{cell}\\cell " for cell in row) + "\\row\n"
            for row in (("站点", "电话", "人数"), ("青石站", "11", ""), ("白桥站", "12", "3"))
        )
        path = made.write(tmp_path / "a.rtf", made.rtf(f"{cells}\\pard "))
        found = [line for line in only(path).source.text.splitlines() if line]
        assert found == ["站点：青石站　电话：11", "站点：白桥站　电话：12　人数：3"]

    @pytest.mark.parametrize("said", [True, False])
    def test_rtf_cells_that_are_one(self, tmp_path: Path, said: bool) -> None:
        """Cells merged by word, and those that are drawn as wide as two of another row."""
        rows = (
            (("片区", "", 1), ("站点", "", 2), ("电话", "clmgf", 3), ("", "clmrg", 4)),
            (("", "", 1), ("", "", 2), ("白天", "", 3), ("夜间", "", 4)),
            (("东片", "clvmgf", 1), ("青石站", "", 2), ("5550101", "", 3), ("5550201", "", 4)),
            (("", "clvmrg", 1), ("白桥站", "", 2), ("5550102", "", 3), ("5550202", "", 4)),
            (("西片", "", 1), ("红岩站", "", 2), ("5550103", "", 3), ("5550203", "", 4)),
        )
        body = ""
        for row in rows:
            own = [c for c in row if said or c[1] != "clmrg"]
            ends = [4 if mark == "clmgf" and not said else end for _, mark, end in own]
            shown = [mark for _, mark, _ in own]
            shapes = "".join(
                f"\\{mark}" * (bool(mark) and (said or mark != "clmgf")) + f"\\cellx{2000 * end}"
                for mark, end in zip(shown, ends, strict=True)
            )
            body += f"\\trowd{shapes}\\pard\\intbl " + "".join(f"{c[0]}\\cell " for c in own)
            body += "\\row\n"
        path = made.write(tmp_path / "a.rtf", made.rtf(f"{body}\\pard "))
        found = [line for line in only(path).source.text.splitlines() if line]
        assert found == [
            f"片区：{area}　站点：{station}　电话/白天：{day}　电话/夜间：{night}"
            for area, station, day, night in (
                ("东片", "青石站", "5550101", "5550201"),
                ("东片", "白桥站", "5550102", "5550202"),
                ("西片", "红岩站", "5550103", "5550203"),
            )
        ]


def test_a_group_in_a_row_of_its_own_makes_no_form() -> None:
    rows = (("项目", "期末", "期初"), ("流动资产：", "", ""), ("存款", "516", "388"))
    lines = table_lines([TableRow(tuple(TableCell((cell,)) for cell in row)) for row in rows])
    assert lines is not None
    assert [line.text for line in lines][-1] == "项目：存款　期末：516　期初：388"


def test_a_name_of_several_rows_is_no_header() -> None:
    rows = (
        (TableCell(("会计师事务所",), down=2), TableCell(("名称",)), TableCell(("大川所",))),
        (TableCell(("地址",)), TableCell(("槐荫路",))),
        (TableCell(("保荐机构",), down=2), TableCell(("名称",)), TableCell(("小溪证券",))),
        (TableCell(("代表人",)), TableCell(("贺知秋",))),
    )
    lines = table_lines([TableRow(row) for row in rows])
    assert lines is not None
    assert [line.text for line in lines] == [
        "会计师事务所　名称　大川所",
        "会计师事务所　地址　槐荫路",
        "保荐机构　名称　小溪证券",
        "保荐机构　代表人　贺知秋",
    ]


def test_a_line_between_rows_renames_their_first_column() -> None:
    rows = (
        ("分产品", "收入", "成本"),
        ("齿轮", "68", "41"),
        ("分地区", "", ""),
        ("境内", "151", "105"),
    )
    lines = table_lines([TableRow(tuple(TableCell((cell,)) for cell in row)) for row in rows])
    assert lines is not None
    assert lines[-1].text == "分地区：境内　收入：151　成本：105"


FEES = """# 收费表

类别 | 项目 | 柜面 | 优惠
--- | --- | --- | ---
借记卡 | 年费 | 10元 | 首个账户免收
信用卡 | 金卡年费 | 主卡160元，附属卡80元 | 刷满6次免次年
其他 | 保管箱（小型） | 240元 | 押金另收
月度 | 9 月 | | 停办
"""


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("附属卡年费多少", 1),
        ("信用卡刷几次可以免年费", 1),
        ("信用卡白金卡年费多少", None),
        ("大型保管箱多少钱", None),
        ("九月柜面多少", None),
        ("理财产品手续费多少", None),
    ],
)
def test_a_row_is_told_by_all_that_a_question_says(
    question: str, row: int | None, tmp_path: Path
) -> None:
    (table,) = tables_of(read(tmp_path / "a.md", FEES))
    assert told_alone(lookup(question, table)) == row


def test_a_month_is_one_in_any_numerals(tmp_path: Path) -> None:
    (table,) = tables_of(read(tmp_path / "a.md", FEES))
    assert lookup("九月有什么优惠", table).rows == (3,)
