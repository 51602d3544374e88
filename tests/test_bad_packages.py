"""Archives, Word documents and web pages that mean harm."""

from __future__ import annotations

import os
from pathlib import Path

import made_files as made
import pytest
from bad_files import SENTENCE, refused, text_of

from ingest.files.loading import load
from rag.errors import (
    ArchiveCorrupt,
    ArchiveTooLarge,
    EmptyDocument,
    HtmlTooDeep,
    ParseFailed,
    XmlForbidden,
)


class TestWordAndZip:
    def test_docx_bomb(self, tmp_path: Path) -> None:
        path = tmp_path / "a.docx"
        made.blank_zip(path, "word/document.xml", 300 << 20)
        refused(path, ArchiveTooLarge)

    def test_compressed_beyond_measure(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        made.blank_zip(path, "a.txt", 20 << 20)
        refused(path, ArchiveTooLarge)

    def test_too_many_entries(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        path.write_bytes(made.zip_bytes((f"{n}.txt", b"x") for n in range(2_001)))
        refused(path, ArchiveTooLarge)

    def test_docx_that_lies_of_its_sizes(self, tmp_path: Path) -> None:
        path = tmp_path / "a.docx"
        path.write_bytes(made.lying_zip(made.docx_bytes(), 10))
        refused(path, ArchiveCorrupt)

    def test_zip_that_lies_of_its_sizes(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        path.write_bytes(made.lying_zip(made.zip_bytes([("a.txt", b"long " * 99)]), 7))
        assert refused(path, ArchiveCorrupt).context["file"] == "a.zip!/a.txt"

    def test_truncated_zip(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        path.write_bytes(made.zip_bytes([("a.txt", os.urandom(999))])[:500])
        refused(path, ArchiveCorrupt)

    def test_encrypted_zip(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        data = bytearray(made.zip_bytes([("a.txt", b"x")]))
        data[data.find(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(data)
        refused(path, ArchiveCorrupt)

    def test_zip_that_is_no_word_document(self, tmp_path: Path) -> None:
        path = tmp_path / "a.docx"
        path.write_bytes(made.zip_bytes([("a.txt", b"x")]))
        refused(path, ParseFailed)


class TestXml:
    PART = "word/document.xml"

    @pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
    def test_external_entity(self, tmp_path: Path, codec: str) -> None:
        canary = tmp_path / "canary"
        canary.write_text("CANARY")
        xml = made.part(made.docx_bytes(text="&leak;"), self.PART).decode()
        xml = xml.replace("&amp;leak;", "&leak;").replace("encoding='UTF-8'", f"encoding='{codec}'")
        head, _, body = xml.partition("?>")
        doctype = f'<!DOCTYPE w [<!ENTITY leak SYSTEM "{canary.as_uri()}">]>'
        evil = f"{head}?>{doctype}{body}".encode(codec)
        path = tmp_path / "a.docx"
        path.write_bytes(made.with_part(made.docx_bytes(), self.PART, evil))
        refused(path, XmlForbidden)

    def test_billion_laughs_in_the_content_types(self, tmp_path: Path) -> None:
        entities = '<!ENTITY a0 "ha">' + "".join(
            f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
        )
        evil = f'<?xml version="1.0"?><!DOCTYPE Types [{entities}]><Types>&a9;</Types>'
        path = tmp_path / "a.docx"
        path.write_bytes(made.with_part(made.docx_bytes(), "[Content_Types].xml", evil.encode()))
        refused(path, XmlForbidden)

    def test_an_encoding_that_hides_the_declaration(self, tmp_path: Path) -> None:
        xml = made.part(made.docx_bytes(), self.PART).decode().partition("?>")[2]
        evil = b'<?xml version="1.0" encoding="UTF-7"?>' + xml.encode("utf-7")
        path = tmp_path / "a.docx"
        path.write_bytes(made.with_part(made.docx_bytes(), self.PART, evil))
        refused(path, XmlForbidden)

    def test_links_to_files_are_not_followed(self, tmp_path: Path) -> None:
        canary = tmp_path / "canary.txt"
        canary.write_text("CANARY")
        name = "word/_rels/document.xml.rels"
        package = made.docx_bytes(text=SENTENCE)
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
        link = f'<Relationship Id="r9" TargetMode="External" Target="{canary.as_uri()}"'
        link += f' Type="{kind}"/></Relationships>'
        rels = made.part(package, name).decode().replace("</Relationships>", link)
        path = tmp_path / "a.docx"
        path.write_bytes(made.with_part(package, name, rels.encode()))
        assert text_of(path).strip() == SENTENCE


class TestHtml:
    @pytest.mark.parametrize("tag", ["div", "span", "DIV", "b", "custom"])
    def test_nested_fifty_thousand_deep(self, tmp_path: Path, tag: str) -> None:
        path = tmp_path / "a.html"
        path.write_text(f"<html><body>{f'<{tag}>' * 50_000}{SENTENCE}")
        refused(path, HtmlTooDeep)

    def test_unclosed_paragraphs_are_not_depth(self, tmp_path: Path) -> None:
        path = tmp_path / "a.html"
        path.write_text("<html><body>" + f"<p>{SENTENCE}<br>" * 2_000)
        assert text_of(path).count(SENTENCE) == 2_000

    def test_scripts_and_hidden_text(self, tmp_path: Path) -> None:
        hidden = [
            "<script>alert('BAD')</script>",
            "<style>.x{content:'BAD'}</style>",
            "<img src=x onerror='BAD()' alt='BAD'>",
            "<div style='display: none'>BAD</div>",
            "<div style='DISPLAY:NONE;color:red'><p>BAD</p></div>",
            "<p style='visibility:hidden'>BAD</p>",
            "<p style='font-size:0px'>BAD</p>",
            "<p style='position:absolute;left:-9999px'>BAD</p>",
            "<p style='opacity:0'>BAD</p>",
            "<p hidden>BAD</p>",
            "<noscript>BAD</noscript>",
            "<template><p>BAD</p></template>",
            "<!-- BAD -->",
            "<iframe srcdoc='BAD'>BAD</iframe>",
            "<textarea>BAD</textarea>",
        ]
        body = "".join(f"<p>{SENTENCE}第{n}段。</p>{evil}" for n, evil in enumerate(hidden))
        path = tmp_path / "a.html"
        path.write_text(f"<html><body><article>{body}</article></body></html>")
        (loaded,) = load(path)
        assert "BAD" not in loaded.source.text
        assert all(f"{SENTENCE}第{n}段。" in loaded.source.text for n in range(len(hidden)))
        assert loaded.remarks == ("略去了网页里 7 处看不见的文字",)

    def test_nothing_but_hidden_text(self, tmp_path: Path) -> None:
        path = tmp_path / "a.html"
        path.write_text("<html><body><p hidden>BAD</p><script>BAD</script></body></html>")
        refused(path, EmptyDocument)

    def test_external_entities_are_text(self, tmp_path: Path) -> None:
        canary = tmp_path / "canary"
        canary.write_text("CANARY")
        path = tmp_path / "a.html"
        doctype = f'<!DOCTYPE html [<!ENTITY leak SYSTEM "{canary.as_uri()}">]>'
        path.write_text(f"{doctype}<html><body><p>{SENTENCE}&leak;</p></body></html>")
        text = text_of(path)
        assert SENTENCE in text
        assert "CANARY" not in text
