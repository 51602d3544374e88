"""Files for the loader's tests, good ones and bad ones, made from nothing."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import docx
from docx.document import Document


def pdf_bytes(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects, the first of which is the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def one_page_pdf(content: bytes, extra: Sequence[bytes] = (), resources: bytes = b"") -> bytes:
    """One page; `content`: its content stream object; `extra`: objects from number 6 on."""
    return pdf_bytes(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> %s >> >>" % resources,
            content,
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *extra,
        ]
    )


def good_pdf() -> bytes:
    return one_page_pdf(stream(b"BT /F1 12 Tf 72 700 Td (A page of plain text.) Tj ET"))


def encrypted_pdf() -> bytes:
    """Its password is nobody's: the check values are arbitrary."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"ab" * 32, b"cd" * 32),
    ]
    return pdf_bytes(objects, b"/Encrypt 4 0 R /ID [<00> <00>]")


def flate_bomb_pdf(size: int) -> bytes:
    """A content stream that is deflated twice and swells to `size` bytes of blanks."""
    packer = zlib.compressobj(1)
    piece = b" " * (1 << 20)
    packed = b"".join(packer.compress(piece) for _ in range(size >> 20)) + packer.flush()
    twice = zlib.compress(packed, 9)
    return one_page_pdf(stream(twice, b"/Filter [/FlateDecode /FlateDecode]"))


def many_pages_pdf(count: int) -> bytes:
    kids = b" ".join([b"3 0 R"] * count)
    return pdf_bytes(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        ]
    )


def endless_pdf(depth: int) -> bytes:
    """Each of `depth` forms draws the next one ten times: 10^depth drawings."""
    forms = []
    for number in range(depth):
        inside = b"/N << /XObject << /X %d 0 R >> >>" % (7 + number)
        entries = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources " + inside[3:]
        forms.append(stream(b"/X Do " * 10, entries))
    last = stream(
        b"BT /F1 12 Tf (x) Tj ET",
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 5 0 R >> >>",
    )
    return one_page_pdf(stream(b"/X Do"), [*forms, last], b"/XObject << /X 6 0 R >>")


def picture_pdf() -> bytes:
    """One page with a grey picture and no text."""
    image = stream(
        b"\x80" * 100,
        b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8"
        b" /ColorSpace /DeviceGray",
    )
    return one_page_pdf(
        stream(b"q 500 0 0 500 40 40 cm /X Do Q"), [image], b"/XObject << /X 6 0 R >>"
    )


def docx_bytes(document: Document | None = None, text: str = "正文一段。") -> bytes:
    document = document or docx.Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(package: bytes, name: str, content: bytes) -> bytes:
    """The zip with one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return out.getvalue()


def part(package: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name)


def zip_bytes(members: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def blank_zip(path: Path, name: str, size: int) -> None:
    """A zip with one member of `size` blanks, written without holding them."""
    piece = b" " * (1 << 20)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w") as part,
    ):
        for _ in range(size >> 20):
            part.write(piece)


def lying_zip(package: bytes, declared: int) -> bytes:
    """The zip with every entry's size declared as `declared` in both its headers."""
    data = bytearray(package)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.find(signature)
        while place >= 0:
            data[place + offset : place + offset + 4] = struct.pack("<I", declared)
            place = data.find(signature, place + 4)
    return bytes(data)
