"""A font to embed in test PDFs: every character is drawn as a box, on whichever machine.

Without it, what pdfium knows of a character's height comes from the fonts that are installed, and
where none of them is Chinese it passes over turned lines and characters that stand alone.
"""

from __future__ import annotations

import struct
import zlib

from made_files import stream

_EM = 1000
_LEFT, _BOTTOM, _RIGHT, _TOP = 50, -80, 950, 840
_CHARACTERS = 65536
_DATE = bytes(16)  # created and modified


def font_objects(number: int) -> tuple[bytes, list[bytes]]:
    """Entries for a CIDFontType2, and the objects that they name, from `number` on."""
    data = zlib.compress(_true_type())
    glyphs = zlib.compress(struct.pack(">H", 1) * _CHARACTERS)
    descriptor = (
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /ItalicAngle 0 /StemV 80"
        b" /FontBBox [%d %d %d %d] /Ascent %d /Descent %d /CapHeight %d /FontFile2 %d 0 R >>"
        % (_LEFT, _BOTTOM, _RIGHT, _TOP, _TOP, _BOTTOM, _TOP, number + 1)
    )
    entries = b"/FontDescriptor %d 0 R /CIDToGIDMap %d 0 R" % (number, number + 2)
    packed = b"/Filter /FlateDecode"
    return entries, [descriptor, stream(data, packed), stream(glyphs, packed)]


def _true_type() -> bytes:
    """Two glyphs: nothing, and the box."""
    corners = [(_LEFT, _BOTTOM), (_LEFT, _TOP), (_RIGHT, _TOP), (_RIGHT, _BOTTOM)]
    steps = [
        (x - before_x, y - before_y)
        for (before_x, before_y), (x, y) in zip([(0, 0), *corners], corners, strict=False)
    ]
    box = struct.pack(">5h", 1, _LEFT, _BOTTOM, _RIGHT, _TOP)
    box += struct.pack(">2H", len(corners) - 1, 0) + b"\x01" * len(corners)
    box += struct.pack(">4h", *(x for x, _ in steps)) + struct.pack(">4h", *(y for _, y in steps))
    head = struct.pack(">4I2H", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM) + _DATE
    head += struct.pack(">4h2H3h", _LEFT, _BOTTOM, _RIGHT, _TOP, 0, 8, 2, 1, 0)
    hhea = struct.pack(">I3hH11hH", 0x10000, _TOP, _BOTTOM, 0, _EM, *[0] * 11, 2)
    tables = {
        b"glyf": box,
        b"head": head,
        b"hhea": hhea,
        b"hmtx": struct.pack(">HhHh", _EM, 0, _EM, _LEFT),
        b"loca": struct.pack(">3I", 0, 0, len(box)),
        b"maxp": struct.pack(">I14H", 0x10000, 2, len(corners), 1, 0, 0, 1, *[0] * 8),
    }
    out = struct.pack(">I4H", 0x10000, len(tables), 64, 2, 32)
    at, body = len(out) + 16 * len(tables), b""
    for name, table in tables.items():
        out += name + struct.pack(">3I", 0, at + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return out + body
