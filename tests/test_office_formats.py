"""Slides, texts, books, letters: the right text in the right order, or a clear error."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import docx
import made_office as made
import pytest
from loaded_files import lines, only, remarks_of
from made_office import write

from ingest.files.loading import load
from ingest.indexing import ingest
from ingest.pages.page import page_to_articles
from ingest.processes import conversion
from rag.errors import (
    ArchiveCorrupt,
    ArchiveTooLarge,
    ConverterMissing,
    DocumentError,
    EmptyDocument,
    ParseFailed,
    TypeMismatch,
    XmlForbidden,
)
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.settings import load_settings

SENTENCE = "江边的旧仓库改成了书店，周末挤满了带孩子来看书的年轻父母。"


class TestSlides:
    def test_titles_text_tables_and_notes(self, tmp_path: Path) -> None:
        first = made.slide(
            made.shape("第二行", top=2_000_000),
            made.shape("集市的变化", "title"),
            made.shape("第一行", top=1_000_000),
            made.shape("3", "sldNum"),
            made.slide_table((("甲", "乙"), ("丙", "丁"))),
        )
        data = made.pptx(
            first,
            made.slide(made.shape("看不见"), hidden=True),
            made.slide(made.shape("以后", "ctrTitle"), made.shape(SENTENCE)),
            notes="讲的时候慢一点。",
        )
        path = write(tmp_path / "a.pptx", data)
        assert lines(path) == [
            "## 集市的变化",
            "甲　乙",
            "丙　丁",
            "第一行",
            "第二行",
            "讲的时候慢一点。",
            "## 以后",
            SENTENCE,
        ]
        assert remarks_of(path) == ["略去了 1 张隐藏的幻灯片"]


class TestOpenDocument:
    def test_headings_paragraphs_lists_tables_and_notes(self, tmp_path: Path) -> None:
        note = "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        note += "<text:p>注里的字。</text:p></text:note-body></text:note>"
        body = (
            "<text:tracked-changes><text:p>删去的字</text:p></text:tracked-changes>"
            '<text:h text:outline-level="1">旧仓库里开出新书店</text:h>'
            f"<text:p>前<text:s text:c='2'/>后{note}<text:span>，还有。</text:span></text:p>"
            "<text:list><text:list-item><text:p>第一项</text:p></text:list-item></text:list>"
            "<table:table><table:table-row><table:table-cell><text:p>桥长</text:p>"
            "</table:table-cell><table:table-cell><text:p>321米</text:p></table:table-cell>"
            "</table:table-row></table:table>"
            "<text:p><draw:frame><draw:text-box><text:p>框里的字。</text:p></draw:text-box>"
            "</draw:frame></text:p>"
        )
        path = write(tmp_path / "a.odt", made.opendocument(body))
        assert lines(path) == [
            "# 旧仓库里开出新书店",
            "前  后，还有。",
            "第一项",
            "桥长　321米",
            "框里的字。",
            "注里的字。",
        ]

    def test_slides(self, tmp_path: Path) -> None:
        frame = '<draw:frame presentation:class="{0}"><draw:text-box><text:p>{1}</text:p>'
        frame += "</draw:text-box></draw:frame>"
        page = f"<draw:page>{frame.format('title', '以后')}{frame.format('x', SENTENCE)}"
        data = made.opendocument(f"{page}</draw:page>", "presentation")
        assert lines(write(tmp_path / "a.odp", data)) == ["## 以后", SENTENCE]


class TestBooks:
    def test_chapters_in_reading_order(self, tmp_path: Path) -> None:
        chapters = [f"<h1>第{n}章</h1><p>{SENTENCE}</p>" for n in "一二"]
        loaded = only(write(tmp_path / "a.epub", made.epub("江边的书店", "周纯", *chapters)))
        found = [line for line in loaded.source.text.splitlines() if line]
        assert found == ["# 江边的书店", "## 第一章", SENTENCE, "## 第二章", SENTENCE]
        assert loaded.metadata.authors == ("周纯",)
        (article,) = page_to_articles(loaded)
        assert [p.section for p in article.paragraphs] == ["第一章", "第二章"]

    def test_one_whose_rights_are_managed(self, tmp_path: Path) -> None:
        data = made.epub("书", "人", f"<p>{SENTENCE}</p>")
        with zipfile.ZipFile(buffer := io.BytesIO(data), "a") as archive:
            archive.writestr("META-INF/encryption.xml", "<e><EncryptionMethod/></e>")
        with pytest.raises(ParseFailed, match="版权"):
            only(write(tmp_path / "a.epub", buffer.getvalue()))


class TestRichText:
    def test_paragraphs_tables_notes_and_what_is_hidden(self, tmp_path: Path) -> None:
        body = (
            r"{\header 页眉}{\outlinelevel0 旧仓库里开出新书店\par}"
            r"\pard 前一段{\footnote\pard 注里的字。}。{\v 看不见}\par "
            r"{\field{\*\fldinst HYPERLINK x}{\fldrslt 有链接的字}}，𠮷村。\par "
            r"\trowd\pard\intbl 桥长\cell 321米\cell\row\pard "
            r"{\*\generator 软件}{\listtext 1.\tab}第一项\par {\deleted 删去的}"
        )
        body = body.replace("𠮷", "\ud842\udfb7")
        assert lines(write(tmp_path / "a.rtf", made.rtf(body))) == [
            "# 旧仓库里开出新书店",
            "前一段。",
            "有链接的字，𠮷村。",
            "桥长　321米",
            "1.\t第一项",
            "注里的字。",
        ]

    @pytest.mark.parametrize(
        ("head", "codec"),
        [
            (rb"{\rtf1\ansi\ansicpg936 ", "gb18030"),
            (rb"{\rtf1\ansi\ansicpg950 ", "cp950"),
            (rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset134 S;}}\f0 ", "gb18030"),
        ],
    )
    def test_bytes_of_a_code_page(self, tmp_path: Path, head: bytes, codec: str) -> None:
        text = "江邊的舊倉庫改成了書店。"
        escaped = "".join(f"\\'{byte:02x}" for byte in text.encode(codec)).encode()
        path = write(tmp_path / "a.rtf", head + escaped + rb"\par}")
        assert lines(path) == [text]
        assert lines(write(tmp_path / "a.doc", path.read_bytes())) == [text]


class TestLetters:
    def test_plain_text_is_taken_and_attachments_are_told(self, tmp_path: Path) -> None:
        message = made.letter(f"{SENTENCE}\n第二段。", "<p>别的写法</p>", ["表.exe"])
        path = write(tmp_path / "a.eml", message.as_bytes())
        loaded = only(path)
        assert loaded.source.text.splitlines() == [SENTENCE, "第二段。"]
        said = loaded.metadata
        assert (said.title, said.authors) == ("关于石桥镇集市的答复", ("张巨峰",))
        assert said.date == "2024-03-05"
        assert any("表.exe" in remark for remark in loaded.remarks)

    def test_a_letter_that_is_a_page(self, tmp_path: Path) -> None:
        message = made.letter(page=f"<p>{SENTENCE}</p><p>第二段。</p>")
        assert lines(write(tmp_path / "a.eml", message.as_bytes())) == [SENTENCE, "第二段。"]

    @pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
    @pytest.mark.parametrize("name", ["a.mht", "a.mhtml", "a.doc"])
    def test_a_page_saved_as_one_file(self, tmp_path: Path, name: str, codec: str) -> None:
        page = f"<html><body><h1>桥通车了</h1><p>{SENTENCE}</p><p>{SENTENCE}</p></body></html>"
        loaded = only(write(tmp_path / name, made.saved_page(page, codec)))
        assert loaded.source.text.count(SENTENCE) == 2
        assert loaded.metadata.title == "桥通车了"


def test_fixed_pages(tmp_path: Path) -> None:
    first = [(20, 20 + 7 * n, f"{SENTENCE[:20]}") for n in range(3)]
    path = write(tmp_path / "a.ofd", made.ofd(first, [(20, 20, "第二页的字。")]))
    text = only(path).source.text
    assert text.replace("\n", "").replace("\f", "") == SENTENCE[:20] * 3 + "第二页的字。"


def test_xhtml(tmp_path: Path) -> None:
    page = f'<?xml version="1.0"?><html xmlns="x"><body><p>{SENTENCE}</p></body></html>'
    assert lines(write(tmp_path / "a.xhtml", page.encode())) == [SENTENCE]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


class TestOldFormats:
    @pytest.fixture
    def no_office(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(conversion, "_program", lambda: None)

    @pytest.mark.usefixtures("no_office")
    @pytest.mark.parametrize("name", ["a.doc", "a.wps", "a.ppt", "a.dps"])
    def test_without_libreoffice_the_hint_says_what_to_do(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ConverterMissing) as caught:
            only(write(tmp_path / name, OLE))
        assert ".pptx" in caught.value.hint_zh or ".docx" in caught.value.hint_zh

    def test_what_libreoffice_makes_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        document = docx.Document()
        document.add_paragraph(SENTENCE)
        document.save(str(tmp_path / "ready.docx"))
        program = tmp_path / "soffice"
        program.write_text(
            "#!/bin/sh\n"
            'while [ "$1" != --outdir ]; do shift; done\n'
            f'mkdir -p "$2" && cp {tmp_path}/ready.docx "$2/given.docx"\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(conversion, "_program", lambda: str(program))
        assert lines(write(tmp_path / "旧.doc", OLE)) == [SENTENCE]
        program.write_text("#!/bin/sh\nexit 1\n")
        with pytest.raises(ParseFailed, match="LibreOffice"):
            only(write(tmp_path / "坏.doc", OLE))

    def test_a_picture_is_no_old_document(self, tmp_path: Path) -> None:
        with pytest.raises(TypeMismatch):
            only(write(tmp_path / "a.doc", b"\x89PNG\r\n\x1a\n" + b"\0" * 40))


ENTITIES = '<!DOCTYPE x [<!ENTITY a "很多">]>'
BAD: dict[str, tuple[bytes, type[DocumentError]]] = {
    "a.xlsx": (made.xlsx()[:300], ArchiveCorrupt),
    "b.xlsx": (made.package({"xl/workbook.xml": "<workbook"}), ParseFailed),
    "c.xlsx": (made.package({"xl/workbook.xml": f"{ENTITIES}<workbook/>"}), XmlForbidden),
    "d.xlsx": (made.package({"x": b" " * (40 << 20)}), ArchiveTooLarge),
    "a.xls": (made.xls()[:700], ParseFailed),
    "b.xls": (OLE, ParseFailed),
    "a.pptx": (made.package({"a": "b"}), ParseFailed),
    "b.pptx": (made.pptx(f"{ENTITIES}<x/>"), XmlForbidden),
    "a.odt": (made.package({"content.xml": "<a><b/></a>"}), ParseFailed),
    "b.odt": (made.package({"content.xml": f"{ENTITIES}<a/>"}), XmlForbidden),
    "a.ods": (made.package({"content.xml": "不是"}), ParseFailed),
    "a.epub": (made.package({"a": "b"}), ParseFailed),
    "a.ofd": (made.package({"OFD.xml": "<a/>"}), EmptyDocument),
    "b.ofd": (made.package({"a": "b"}), ParseFailed),
    "a.rtf": (made.rtf(SENTENCE)[:-30], ParseFailed),
    "b.rtf": (b"{\\rtf1" + b"{" * 5000, DocumentError),
    "a.eml": (b"\x01\x02 no letter", ParseFailed),
    "a.mht": (made.letter("只有字").as_bytes(), ParseFailed),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_file_has_its_own_error(tmp_path: Path, name: str) -> None:
    data, error = BAD[name]
    with pytest.raises(error) as caught:
        list(load(write(tmp_path / name, data)))
    assert caught.value.code
    assert caught.value.hint_zh
    assert name in caught.value.message_zh


def test_the_other_files_still_go_in(tmp_path: Path) -> None:
    folder = tmp_path / "文件"
    folder.mkdir()
    for name in ("a.xlsx", "a.rtf", "a.pptx"):
        write(folder / name, BAD[name][0])
    write(folder / "站点.xlsx", made.xlsx())
    write(folder / "好.rtf", made.rtf(SENTENCE))
    settings = load_settings(tmp_path / "data")
    embedder = HashingEmbedder()
    with Library.open(settings.data_dir, write=True) as library:
        report = ingest([folder], library, embedder, settings)
        assert {Path(one.file).name for one in report.failed} == {"a.xlsx", "a.rtf", "a.pptx"}
        assert {head.file for head in library.heads()} == {"站点.xlsx", "好.rtf"}
