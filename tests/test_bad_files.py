"""Every file that means harm ends in its own error or in the right text, and the next one works."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import made_files as made
import pytest

from ingest.formats import readers
from ingest.loading import load
from ingest.sandbox import Limits, parse
from rag.errors import (
    ArchiveCorrupt,
    ArchiveTooLarge,
    DocumentError,
    EmptyDocument,
    EncodingUnknown,
    HtmlTooDeep,
    NoTextLayer,
    OcrMissing,
    ParseFailed,
    ParseLimit,
    ParseTimeout,
    PdfEncrypted,
    TypeMismatch,
    XmlForbidden,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
FLAT = 64 << 20  # bytes that the parent may grow by while a child parses
SENTENCE = "这是后面的好文件，里面有一段正文。"
GOOD: dict[str, Callable[[], bytes]] = {
    ".txt": lambda: SENTENCE.encode(),
    ".pdf": made.good_pdf,
    ".docx": lambda: made.docx_bytes(text=SENTENCE),
    ".zip": lambda: made.zip_bytes([("a.txt", SENTENCE.encode())]),
    ".html": lambda: f"<html><body><p>{SENTENCE}</p></body></html>".encode(),
}


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def text_of(path: Path) -> str:
    return "\n".join(loaded.source.text for loaded in load(path))


def refused(path: Path, *errors: type[DocumentError]) -> DocumentError:
    """Load a bad file, then a good one of the same format."""
    before = resident()
    with pytest.raises(errors) as caught:
        text_of(path)
    assert resident() - before < FLAT
    next_works(path)
    assert path.name in caught.value.message_zh
    return caught.value


def next_works(path: Path) -> None:
    suffix = path.suffix if path.suffix in GOOD else ".txt"
    good = path.with_name(f"next{suffix}")
    good.write_bytes(GOOD[suffix]())
    assert SENTENCE in text_of(good) or "plain text" in text_of(good)


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
        with pytest.raises((ParseFailed, EmptyDocument)):
            text_of(path)
        next_works(path)

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
        assert "youju[ocr]" in refused(path, NoTextLayer).hint_zh
        path = tmp_path / "a.png"
        path.write_bytes(PNG)
        assert "youju[ocr]" in refused(path, OcrMissing).hint_zh


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
        assert text_of(path) == text
        next_works(path)


PARSERS = {
    "hungry": "def extract(file):\n    return {'n': len(bytearray(2 << 30))}\n",
    "busy": "def extract(file):\n    while True: pass\n",
    "asleep": "import time\ndef extract(file):\n    time.sleep(60)\n",
    "dying": "import os, signal\ndef extract(file):\n    os.kill(os.getpid(), signal.SIGSEGV)\n",
    "raising": "def extract(file):\n    raise KeyError('x')\n",
    "talking": "def extract(file):\n    print('x' * 99); return {'n': 1}\n",
    "verbose": "def extract(file):\n    return {'n': 'x' * (9 << 20)}\n",
    "dialling": (
        "import socket\ndef extract(file):\n    socket.create_connection(('127.0.0.1', 9))\n"
    ),
    "forking": "import os\ndef extract(file):\n    os.system('true')\n",
}


class TestSandbox:
    @pytest.fixture(autouse=True)
    def parsers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Parsers that misbehave, in a copy of the package that a child finds."""
        from ingest import sandbox

        root = tmp_path / "root"
        (root / "ingest").mkdir(parents=True)
        (root / "rag").symlink_to(Path(sandbox.__file__).parent.parent / "rag")
        for module in ("__init__.py", "sandbox.py"):
            (root / "ingest" / module).symlink_to(Path(sandbox.__file__).parent / module)
        (root / "ingest" / "formats").mkdir()
        for name, code in {"__init__": "", **PARSERS}.items():
            (root / "ingest" / "formats" / f"{name}.py").write_text(code)
        monkeypatch.setattr(sandbox, "_ROOT", root)

    @pytest.mark.parametrize(
        ("parser", "error"),
        [
            ("hungry", ParseLimit),
            ("busy", ParseTimeout),
            ("asleep", ParseTimeout),
            ("dying", ParseFailed),
            ("raising", ParseFailed),
            ("verbose", ParseLimit),
            ("dialling", ParseFailed),
            ("forking", ParseFailed),
        ],
    )
    def test_a_child_that_misbehaves(
        self, tmp_path: Path, parser: str, error: type[DocumentError]
    ) -> None:
        path = tmp_path / "a.bin"
        path.write_bytes(b"x")
        with path.open("rb", buffering=0) as file, pytest.raises(error, match=r"a\.bin"):
            parse(parser, file, "a.bin", Limits(seconds=2, output_mb=4))
        with pytest.raises(ChildProcessError):  # none is left
            os.waitpid(-1, os.WNOHANG)

    def test_what_a_library_prints_is_not_the_answer(self, tmp_path: Path) -> None:
        path = tmp_path / "a.bin"
        path.write_bytes(b"x")
        with path.open("rb", buffering=0) as file:
            assert parse("talking", file, "a.bin") == {"n": 1}

    def test_a_child_loads_no_model(self) -> None:
        code = (
            "import ingest.sandbox, sys; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
        )
        assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == 0
