"""Files that are meant to keep a server busy: small to send, much work to read, or not readable."""

from __future__ import annotations

import io
import zipfile

_MEGABYTE = 1 << 20


def hostile_files() -> list[tuple[str, bytes]]:
    """Names and contents; no two of the same kind."""
    return [
        ("one-line.txt", ("没有标点的一行" * 200_000).encode()),
        ("list.md", b"---\ntags:\n" + b"- item\n" * 40_000 + b"---\n\ntext\n"),
        ("deep.html", b"<div>" * 50_000 + "深处".encode() + b"</div>" * 50_000),
        ("bomb.docx", _bomb("word/document.xml", 200)),
        ("nested.zip", _bomb("text.txt", 100)),
        ("cut.pdf", b"%PDF-1.7\n" + b"1 0 obj<</Type/Pages/Kids[1 0 R]/Count 1>>endobj\n" * 5_000),
    ]


def _bomb(name: str, megabytes: int) -> bytes:
    """A zip of one member that is all the same byte."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package,
        package.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(megabytes):
            member.write(b"a" * _MEGABYTE)
    return made.getvalue()
