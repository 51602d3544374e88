"""Word files: numbers, controls, notes, ticks, formulas, hidden text, dialects."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import made_files as made
import pytest
from loaded_files import lines, only
from made_words import level, numbered, paragraph, run, word_file

from ingest.pages.page import page_to_articles
from rag.errors import ParseFailed, TypeMismatch

RULES = (
    level(0, "chineseCountingThousand", "第%1章")
    + level(1, "decimal", "第%2条", "<w:lvlRestart w:val='0'/>")
    + level(2, "chineseCountingThousand", "（%3）")
    + level(3, "decimal", "%1.%4", "<w:isLgl/>")
)


class TestNumbers:
    def test_clauses_of_rules(self, tmp_path: Path) -> None:
        body = (
            numbered("总则")
            + numbered("为保护古树，制定本规定。", level=1)
            + numbered("胸径一米以上的；", level=2)
            + numbered("树龄百年以上的。", level=2)
            + numbered("养护")
            + numbered("古树由村委会养护。", level=1)
            + numbered("每年春季修剪一次；", level=2)
            + numbered("经费每株三百元。", level=3)
        )
        path = word_file(tmp_path / "a.docx", body, scheme=RULES)
        assert lines(path) == [
            "第一章 总则",
            "第1条 为保护古树，制定本规定。",
            "（一）胸径一米以上的；",
            "（二）树龄百年以上的。",
            "第二章 养护",
            "第2条 古树由村委会养护。",  # articles count on through the chapters
            "（一）每年春季修剪一次；",
            "2.1 经费每株三百元。",
        ]

    def test_a_list_that_begins_anew(self, tmp_path: Path) -> None:
        again = (
            "<w:num w:numId='78'><w:abstractNumId w:val='77'/><w:lvlOverride w:ilvl='0'>"
            "<w:startOverride w:val='5'/></w:lvlOverride></w:num>"
        )
        body = numbered("甲") + numbered("乙") + numbered("丙", 78) + numbered("丁", 78)
        path = word_file(tmp_path / "a.docx", body, scheme=level(0, "decimal", "%1."), lists=again)
        assert lines(path) == ["1. 甲", "2. 乙", "5. 丙", "6. 丁"]

    def test_bullets_and_lists_switched_off(self, tmp_path: Path) -> None:
        body = numbered("圆点") + numbered("无号", 0)
        path = word_file(tmp_path / "a.docx", body, scheme=level(0, "bullet", "●"))
        assert lines(path) == ["圆点", "无号"]

    def test_numbers_that_a_style_brings(self, tmp_path: Path) -> None:
        scheme = level(0, "chineseCountingThousand", "%1、", "<w:pStyle w:val='Heading1'/>")
        body = "".join(
            numbered(text, style="Heading1") + paragraph(f"{text}的正文写在这里。")
            for text in ("来源", "去向")
        )
        path = word_file(tmp_path / "a.docx", body, scheme=scheme)
        assert lines(path)[::2] == ["## 一、来源", "## 二、去向"]

    def test_rows_numbered_by_empty_paragraphs(self, tmp_path: Path) -> None:
        rows = "".join(
            f"<w:tr><w:tc>{numbered('')}</w:tc><w:tc>{paragraph(name)}</w:tc></w:tr>"
            for name in ("水泵", "阀门")
        )
        path = word_file(
            tmp_path / "a.docx", f"<w:tbl>{rows}</w:tbl>", scheme=level(0, "decimal", "%1")
        )
        assert lines(path) == ["1　水泵", "2　阀门"]

    def test_a_report_of_chapters_is_one_article(self, tmp_path: Path) -> None:
        body = "".join(
            numbered(text, style="Heading1")
            + paragraph(f"{text}部分写到的事情有好几件，都已办完。")
            for text in ("总体情况", "存在问题", "下一步打算")
        )
        for scheme in (level(0, "chineseCountingThousand", "第%1部分"), level(0, "bullet", "·")):
            path = word_file(tmp_path / "a.docx", body, scheme=scheme)
            (article,) = page_to_articles(only(path))
            assert len(article.paragraphs) == 3
        path = word_file(
            tmp_path / "a.docx", body, scheme=level(0, "chineseCountingThousand", "第%1部分")
        )
        (article,) = page_to_articles(only(path))
        sections = [paragraph.section for paragraph in article.paragraphs]
        assert sections == ["第一部分 总体情况", "第二部分 存在问题", "第三部分 下一步打算"]


class TestParts:
    def test_rows_in_content_controls(self, tmp_path: Path) -> None:
        def row(*cells: str) -> str:
            return "<w:tr>" + "".join(f"<w:tc>{paragraph(c)}</w:tc>" for c in cells) + "</w:tr>"

        inner = f"<w:sdt><w:sdtContent>{row('竹椅', '四十元')}</w:sdtContent></w:sdt>"
        nested = f"<w:sdt><w:sdtContent>{inner}{row('木凳', '二十元')}</w:sdtContent></w:sdt>"
        path = word_file(tmp_path / "a.docx", f"<w:tbl>{row('货名', '价钱')}{nested}</w:tbl>")
        assert lines(path) == ["货名　价钱", "竹椅　四十元", "木凳　二十元"]

    def test_notes_stand_at_the_end_with_their_marks(self, tmp_path: Path) -> None:
        body = paragraph(
            run("渡槽建于明代") + "<w:r><w:endnoteReference w:id='3'/></w:r>" + run("。")
        ) + paragraph(run("共有九孔") + "<w:r><w:footnoteReference w:id='2'/></w:r>" + run("。"))
        notes = {}
        for kind, n, text in (("endnote", 3, "见县志卷二。"), ("footnote", 2, "一说十孔。")):
            rule = f"<w:{kind} w:type='separator' w:id='0'>{paragraph('')}</w:{kind}>"
            own = paragraph(f"<w:r><w:{kind}Ref/></w:r>{run(text)}")
            note = f"<w:{kind} w:id='{n}'>{own}</w:{kind}>"
            notes[f"{kind}s"] = f"<w:{kind}s>{rule}{note}</w:{kind}s>"
        path = word_file(tmp_path / "a.docx", body, parts=notes)
        assert lines(path) == [
            "渡槽建于明代[i]。",
            "共有九孔[1]。",
            "[1]一说十孔。",
            "[i]见县志卷二。",
        ]

    @pytest.mark.parametrize(
        "content",
        [
            "<html><body><p>摆渡时间：早六点。</p></body></html>",
            "MIME-Version: 1.0\nContent-Type: text/html\n\n<p>摆渡时间：早六点。</p>",
            "摆渡时间：早六点。",
        ],
        ids=["page", "archived page", "text"],
    )
    def test_files_that_it_holds(self, tmp_path: Path, content: str) -> None:
        path = word_file(tmp_path / "a.docx", paragraph("渡口"), parts={"aFChunk": content})
        xml = made.part(path.read_bytes(), "word/document.xml").decode()
        rels = made.part(path.read_bytes(), "word/_rels/document.xml.rels").decode()
        (relation,) = re.findall(r'Id="(\w+)"[^>]*aFChunk|aFChunk[^>]*Id="(\w+)"', rels)
        chunk = f'<w:altChunk r:id="{"".join(relation)}"/></w:body>'
        package = made.with_part(
            path.read_bytes(), "word/document.xml", xml.replace("</w:body>", chunk).encode()
        )
        path.write_bytes(package)
        assert lines(path) == ["渡口", "摆渡时间：早六点。"]

    def test_ticks(self, tmp_path: Path) -> None:
        def symbol(code: str, font: str = "Wingdings") -> str:
            return f"<w:r><w:sym w:font='{font}' w:char='{code}'/></w:r>"

        def control(state: int) -> str:
            box = f"<w14:checkbox><w14:checked w14:val='{state}'/></w14:checkbox>"
            shown = f"<w:sdtContent>{run('☒' if state else '☐')}</w:sdtContent>"
            return f"<w:sdt><w:sdtPr>{box}</w:sdtPr>{shown}</w:sdt>"

        typed = run("R", "<w:rFonts w:ascii='Wingdings 2'/>")
        old = "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:default w:val='1'/>"
        old += "</w:checkBox></w:ffData></w:fldChar></w:r>"
        path = word_file(
            tmp_path / "a.docx",
            paragraph(symbol("F0FE") + run("有") + symbol("F0A8") + run("无"))
            + paragraph(control(1) + run("自有") + control(0) + run("租用"))
            + paragraph(typed + run("同意"))
            + paragraph(old + run("已缴费"))
            + paragraph(symbol("F0B3", "Symbol") + run("60分")),
        )
        assert lines(path) == ["☑有☐无", "☑自有☐租用", "☑同意", "☑已缴费", "≥60分"]

    def test_heights_formulas_and_readings(self, tmp_path: Path) -> None:
        high, low = "<w:vertAlign w:val='superscript'/>", "<w:vertAlign w:val='subscript'/>"
        formula = "<m:oMath><m:r><m:t>Q=7</m:t></m:r></m:oMath>"
        base = f"<w:rt>{run('xún')}</w:rt><w:rubyBase>{run('浔')}</w:rubyBase>"
        ruby = f"<w:r><w:ruby>{base}</w:ruby></w:r>"
        path = word_file(
            tmp_path / "a.docx",
            paragraph(run("蓄水2.5×10") + run("7", high) + run("立方米"))
            + paragraph(run("H") + run("2", low) + run("O"))
            + paragraph(run("始建于唐代") + run("3", high))
            + paragraph(run("流量") + formula + run("立方米每秒"))
            + paragraph(ruby + run("江")),
        )
        loaded = only(path)
        shown = ["蓄水2.5×10⁷立方米", "H₂O", "始建于唐代[3]", "流量Q=7立方米每秒", "浔江"]
        assert loaded.source.text.splitlines() == shown
        assert loaded.remarks == ("略去了 1 处注音",)

    def test_what_nobody_sees(self, tmp_path: Path) -> None:
        prompt = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        path = word_file(
            tmp_path / "a.docx",
            paragraph(run("底价") + run("九万元", "<w:vanish/>") + run("保密"))
            + paragraph(run("公开", "<w:vanish w:val='0'/>"))
            + paragraph(f"{run('姓名：')}{prompt}{run('单击输入文字')}</w:sdtContent></w:sdt>"),
        )
        loaded = only(path)
        assert loaded.source.text.splitlines() == ["底价保密", "公开", "姓名："]
        assert loaded.remarks == ("略去了文档里 1 处隐藏文字",)

    def test_contents_are_left_out_and_named(self, tmp_path: Path) -> None:
        document = docx.Document()
        document.styles.add_style("toc 1", 1)
        document.add_paragraph("一、概况\t3", style="toc 1")
        document.add_paragraph("正文。")
        path = tmp_path / "a.docx"
        document.save(str(path))
        assert only(path).source.text.strip() == "正文。"
        assert only(path).remarks == ("略去了目录 1 行",)


class TestKinds:
    @pytest.mark.parametrize("suffix", [".docx", ".docm", ".dotx", ".dotm"])
    @pytest.mark.parametrize(
        "kind",
        [
            "application/vnd.ms-word.document.macroEnabled.main+xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
            "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
        ],
    )
    def test_macros_and_templates(self, tmp_path: Path, suffix: str, kind: str) -> None:
        package = made.docx_bytes(text="通知已经贴出。")
        types = made.part(package, "[Content_Types].xml").decode()
        usual = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        assert usual in types
        path = tmp_path / f"a{suffix}"
        package = made.with_part(
            package, "[Content_Types].xml", types.replace(usual, kind).encode()
        )
        path.write_bytes(package)
        assert lines(path) == ["通知已经贴出。"]

    def test_the_strict_dialect(self, tmp_path: Path) -> None:
        document = docx.Document()
        document.add_heading("渠首", 0)
        package = made.docx_bytes(document, "渠长六公里。")
        usual, strict = b"schemas.openxmlformats.org/", b"purl.oclc.org/ooxml/"
        names = (
            "word/document.xml",
            "word/styles.xml",
            "word/_rels/document.xml.rels",
            "_rels/.rels",
        )
        for name in names:
            data = made.part(package, name)
            for place in (b"wordprocessingml/%smain", b"officeDocument/%s"):
                data = data.replace(usual + place % b"2006/", strict + place % b"")
            package = made.with_part(package, name, data)
        path = tmp_path / "a.docx"
        path.write_bytes(package)
        assert lines(path) == ["# 渠首", "渠长六公里。"]

    def test_another_office_file_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "a.docx"
        path.write_bytes(made.zip_bytes([("xl/workbook.xml", b"<workbook/>")]))
        with pytest.raises(TypeMismatch, match="Excel"):
            only(path)

    def test_a_zip_of_anything(self, tmp_path: Path) -> None:
        path = tmp_path / "a.docx"
        path.write_bytes(made.zip_bytes([("a.txt", b"a")]))
        with pytest.raises(ParseFailed, match="不是 Word 文档"):
            only(path)


def test_a_numbered_list_is_not_joined_to_what_follows(tmp_path: Path) -> None:
    body = (
        paragraph("开闸要两个人在场，一人看水位，一人摇手柄，按下面的次序来做。")
        + numbered("打开闸门上的锁扣并挂好")
        + numbered("摇动右边的手柄二十来圈")
        + paragraph("水位到线以后放下闸门，把钥匙交还水利站。")
    )
    path = word_file(tmp_path / "a.docx", body, scheme=level(0, "decimal", "%1."))
    (article,) = page_to_articles(only(path))
    assert len(article.paragraphs) == 4
