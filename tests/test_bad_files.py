"""Every file that means harm ends in its own error or in the right text, and the next one works."""

from __future__ import annotations

import os
from pathlib import Path

import made_files as made
import pytest
from bad_files import SENTENCE, next_works, refused, text_of

from ingest.files.loading import load
from ingest.formats import readers
from ingest.pages.page import page_to_articles
from ingest.processes.sandbox import Limits
from ingest.storing.passages import split_article
from rag.errors import (
    DocumentError,
    EmptyDocument,
    EncodingUnknown,
    NoTextLayer,
    OcrMissing,
    ParseFailed,
    ParseLimit,
    ParseTimeout,
    PdfEncrypted,
    TypeMismatch,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds a file, so that an endless one ends soon."""
    monkeypatch.setattr(readers, "PARSE_LIMITS", Limits(seconds=2))


class TestEmptyAndMisnamed:
    @pytest.mark.parametrize("data", [b"", b" \n\t\r\n", "　\n".encode(), b"\xef\xbb\xbf"])
    def test_empty(self, tmp_path: Path, data: bytes) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes(data)
        refused(path, EmptyDocument)

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.pdf", PNG),
            ("a.pdf", "只是文字。".encode()),
            ("a.docx", b"%PDF-1.7 "),
            ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old word"),
            ("a.txt", PNG),
            ("a.txt", b"PK\x03\x04 zip"),
            ("a.txt", b"\x7fELF\x02\x01\x01\0"),
            ("a.txt", "正文\0里有零。".encode()),
            ("a.txt", b"\1\2\3\4\5\6\7\x08" * 20),
            ("a.md", b"{\\rtf1 text}"),
            ("a.html", b"%PDF-1.7"),
            ("a.zip", b"Rar!\x1a\x07\0"),
            ("a.jpg", PNG),
        ],
    )
    def test_content_is_not_what_the_name_says(
        self, tmp_path: Path, name: str, data: bytes
    ) -> None:
        path = tmp_path / name
        path.write_bytes(data)
        refused(path, TypeMismatch)


class TestPdf:
    def test_encrypted(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made.encrypted_pdf())
        refused(path, PdfEncrypted)

    def test_flate_bomb(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made.flate_bomb_pdf(1200 << 20))
        assert path.stat().st_size < 100_000
        assert isinstance(refused(path, DocumentError), ParseLimit | ParseTimeout)

    def test_too_many_pages(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made.many_pages_pdf(5_000))
        refused(path, ParseLimit)

    @pytest.mark.usefixtures("hurried")
    def test_endless_drawing(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made.endless_pdf(10))
        refused(path, ParseTimeout, ParseLimit)  # whichever comes first on a machine

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_truncated(self, tmp_path: Path, share: float) -> None:
        path = tmp_path / "a.pdf"
        whole = made.good_pdf()
        path.write_bytes(whole[: int(len(whole) * share)])
        refused(path, ParseFailed, EmptyDocument)

    def test_whose_table_of_objects_is_lost(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made.good_pdf().replace(b"xref\n0", b"lost\n0", 1))
        assert "plain text" in text_of(path)

    def test_scanned_without_the_extra(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(readers, "has_ocr", lambda: False)
        path = tmp_path / "a.pdf"
        path.write_bytes(made.picture_pdf())
        assert "重新安装 youju" in refused(path, NoTextLayer).hint_zh
        path = tmp_path / "a.png"
        path.write_bytes(PNG)
        assert "重新安装 youju" in refused(path, OcrMissing).hint_zh


class TestNamesEncodingsLines:
    @pytest.mark.parametrize(
        "name",
        [
            "\u202etxt.fdp.txt",
            "a\nb.txt",
            "-rf.txt",
            "$(touch x);`id`.txt",
            "' OR 1=1 --.txt",
            "<img src=x onerror=alert(1)>.txt",
            "..txt.txt",
            "CON.txt",
            f"{'长' * 80}.txt",
            f"{'a' * 251}.txt",
            os.fsdecode(b"\xff\xfe\xd6.txt"),
        ],
    )
    def test_hostile_names(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        path.write_text(SENTENCE)
        (loaded,) = load(path)
        assert loaded.source.text == SENTENCE
        for shown in (loaded.source.name, loaded.source.path):
            shown.encode("utf-8")  # no lone surrogates
            assert "\0" not in shown
        assert loaded.source.name.isprintable()
        assert "\u202e" not in loaded.source.name
        next_works(path)
        assert {file.name for file in tmp_path.iterdir()} == {path.name, "next.txt"}

    @pytest.mark.parametrize(
        "data",
        [
            bytes(range(128, 256)) * 4,
            SENTENCE.encode() + b"\xff" + SENTENCE.encode(),
            SENTENCE.encode("utf-16")[:-1],
            SENTENCE.encode("gb18030") + b"\xff\xff",
        ],
    )
    def test_undecodable(self, tmp_path: Path, data: bytes) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes(data)
        refused(path, EncodingUnknown)

    @pytest.mark.parametrize("character", ["字", "。", "a", " a"])
    def test_a_megabyte_in_one_line(self, tmp_path: Path, character: str) -> None:
        path = tmp_path / "a.txt"
        text = character * (1_000_000 // len(character))
        path.write_text(text)
        (loaded,) = load(path)
        assert loaded.source.text == text
        articles = page_to_articles(loaded)
        passages = [p for article in articles for p in split_article(article, 300)]
        assert "".join(p.text for p in passages).split() == text.split()
        assert max(len(p.text) for p in passages) <= 600
        next_works(path)
