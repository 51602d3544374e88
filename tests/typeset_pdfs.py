"""PDFs set by hand: Chinese type at exact places, turned, pale, with pictures, fields and notes."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from box_font import font_objects
from made_files import pdf_bytes, stream

from ingest.files.loading import LoadedFile
from ingest.formats import pdf
from ingest.lines.metadata import metadata_from_mapping
from ingest.pages.page import PageReading, read_page
from ingest.parts.extracted import ORDERED, ROW, Extracted
from rag.data_model.documents import SourceFile

WIDTH, HEIGHT = 595, 842
LINE = 36  # characters of a full line of body type
BODY = 11.0

_BOXES = 6  # the first object of the font's file
_SONG_FILE, _SONG_OBJECTS = font_objects(_BOXES)
_SONG = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /STSong-Light"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000"
    b" /W [1 95 500] %s >>] >>" % _SONG_FILE
)
_HEAVY = _SONG.replace(b"STSong-Light", b"STHeiti-Bold")
# A subset's numbers without a map: they come out as characters, and as the wrong ones.
_NAMELESS = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Nameless /Encoding /UniGB-UCS2-H"
    b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /ABCDEF+Nameless"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>] >>"
)


@dataclass
class Sheet:
    """One page; y is measured from its top, as a reader does."""

    content: bytes = b""
    annotations: list[bytes] = field(default_factory=list)
    rotate: int = 0

    def text(
        self,
        text: str,
        x: float,
        y: float,
        size: float = BODY,
        *,
        angle: float = 0.0,
        grey: float = 0.0,
        font: str = "F1",
    ) -> Sheet:
        """A run of characters, its base line turned by `angle` degrees against the clock."""
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        matrix = f"{cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {x} {HEIGHT - y}"
        glyphs = text.encode("utf-16-be").hex()
        self.content += f"{grey} g BT /{font} {size} Tf {matrix} Tm <{glyphs}> Tj ET\n".encode(
            "ascii"
        )
        return self

    def lines(self, text: str, x: float, y: float, size: float = BODY, pitch: float = 18) -> float:
        """Running text in lines of `LINE` characters; gives the height below the last one."""
        for start in range(0, len(text), LINE):
            self.text(text[start : start + LINE], x, y, size)
            y += pitch
        return y

    def column(self, text: str, x: float, y: float, size: float = BODY, pitch: float = 14) -> Sheet:
        """One character below the other."""
        for n, character in enumerate(text):
            self.text(character, x, y + n * pitch, size)
        return self

    def rule(self, x: float, y: float, length: float) -> Sheet:
        self.content += f"0.5 w {x} {HEIGHT - y} m {x + length} {HEIGHT - y} l S\n".encode("ascii")
        return self

    def picture(self, x: float, y: float, width: float, height: float) -> Sheet:
        place = f"{width} 0 0 {height} {x} {HEIGHT - y - height}"
        self.content += f"q {place} cm /X Do Q\n".encode("ascii")
        return self

    def field(self, value: str, x: float, y: float, width: float, height: float = 16) -> Sheet:
        """A text field that was filled in."""
        self.annotations.append(
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /F 4 /T (f%d) /V %s /Rect [%s] >>"
            % (len(self.annotations), _string(value), _rectangle(x, y, width, height))
        )
        return self

    def note(self, text: str, x: float, y: float) -> Sheet:
        """A reader's remark."""
        self.annotations.append(
            b"<< /Type /Annot /Subtype /Text /F 4 /Contents %s /Rect [%s] >>"
            % (_string(text), _rectangle(x, y, 18, 18))
        )
        return self


def typeset(sheets: Sequence[Sheet]) -> bytes:
    """The PDF of some pages."""
    first = _BOXES + len(_SONG_OBJECTS)  # catalogue, pages, two fonts, the picture, the font's file
    kids, pages, notes = [], [], []
    number = first
    for sheet in sheets:
        count = len(sheet.annotations)
        kids.append(b"%d 0 R" % number)
        refs = [b"%d 0 R" % (number + 2 + n) for n in range(count)]
        notes += [
            ref for ref, one in zip(refs, sheet.annotations, strict=True) if b"/Widget" in one
        ]
        pages += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 %s >> /XObject << /X 5 0 R >> >>"
            b" /Annots [%s] >>"
            % (WIDTH, HEIGHT, sheet.rotate, number + 1, _HEAVY, b" ".join(refs)),
            stream(sheet.content),
            *sheet.annotations,
        ]
        number += 2 + count
    image = stream(
        b"\x80" * 100,
        b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8"
        b" /ColorSpace /DeviceGray",
    )
    form = b"/AcroForm << /Fields [%s] >>" % b" ".join(notes) if notes else b""
    return pdf_bytes(
        [
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % form,
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids)),
            _SONG,
            _NAMELESS,
            image,
            *_SONG_OBJECTS,
            *pages,
        ]
    )


def read(sheets: Sequence[Sheet]) -> tuple[Extracted, PageReading]:
    """What is read of some pages, in this process."""
    contents = Extracted.from_dict(pdf.extract(io.BytesIO(typeset(sheets))))
    return contents, reading_of(contents)


def reading_of(contents: Extracted, name: str = "a.pdf") -> PageReading:
    source = SourceFile(f"/{name}", name, "0" * 64, contents.encoding, contents.text)
    known = metadata_from_mapping(contents.values)
    return read_page(LoadedFile(source, known, places=contents.places, marks=contents.marks))


def said(contents: Extracted) -> dict[str, list[str]]:
    """The marked lines by what they are marked as, rows of tables and the order aside."""
    found: dict[str, list[str]] = {}
    for mark in contents.marks:
        if mark.kind in {ROW, ORDERED}:
            continue
        found.setdefault(mark.kind, []).append(contents.text[mark.start : mark.end])
    return found


def _string(text: str) -> bytes:
    return b"<%s>" % ("\ufeff" + text).encode("utf-16-be").hex().encode("ascii")


def _rectangle(x: float, y: float, width: float, height: float) -> bytes:
    return f"{x} {HEIGHT - y - height} {x + width} {HEIGHT - y}".encode("ascii")
