"""One file of one format → its text: decoded here, or parsed in a child process."""

from __future__ import annotations

import importlib.util
import math
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import IO, Any

from ingest.formats.signatures import (
    KIND_OF_SUFFIX,
    OLD_NAMES,
    SIGNATURE_BYTES,
    kind_of,
    looks_binary,
)
from ingest.lines.encodings import decode
from ingest.parts.extracted import Extracted, join_pages, split_pages
from ingest.processes.conversion import converted
from ingest.processes.sandbox import Limits, parse
from rag.errors import (
    EncodingUnknown,
    FontsUnknown,
    NoTextLayer,
    OcrMissing,
    ParseLimit,
    TypeMismatch,
)

TEXT = "text"
TABLE = "csv"
PAGE_PARSERS = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".xht", ".shtml"), "html"),
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), "docx"),
    ".pdf": "pdf",
    **dict.fromkeys((".png", ".jpg", ".jpeg"), "ocr"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"), "pptx"),
    **dict.fromkeys((".odt", ".ott", ".odp", ".otp"), "opendocument"),
    ".epub": "epub",
    ".rtf": "rtf",
    ".ofd": "ofd",
    **dict.fromkeys((".eml", ".mht", ".mhtml"), "mail"),
}
SHEET_PARSERS = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xltm"), "xlsx"),
    **dict.fromkeys((".ods", ".ots"), "opendocument"),
}
LARGEST_TEXT = 64 << 20
PARSE_LIMITS = Limits()
OCR_LIMITS = Limits(memory_mb=6144, seconds=240)  # seconds: for each page
_MOST_READERS = 4  # child processes that read pictures, 1.2 GB each
_PAGES_EACH = 4  # fewer are not worth loading the models once more
_LETTER = (b"mime-version:", b"from:", b"content-type:", b"date:", b"subject:")
_SNIFFED = 1024


@dataclass(frozen=True, slots=True)
class Way:
    """How a file is read.

    Attributes:
        parser: a module of `ingest/formats`, `TEXT` or `TABLE`.
        options: for its `extract`.
        through: the format that LibreOffice has to make of it first.
        sheets: tables come of it.
    """

    parser: str
    options: Mapping[str, bool] = field(default_factory=dict)
    through: str = ""
    sheets: bool = False


def way_of(file: IO[bytes], suffix: str, name: str) -> Way:
    """How to read a file of one page or several, by its name and its first bytes.

    Raises:
        TypeMismatch: another format's signature, or none where the format has one.
    """
    head = file.read(_SNIFFED)
    file.seek(0)
    kind, shown = kind_of(head[:SIGNATURE_BYTES]) or ("", "文本或未知格式")
    if suffix in OLD_NAMES:
        way = _old(OLD_NAMES[suffix], kind, head)
        if way is None:
            raise TypeMismatch(file=name, found=shown)
        return way
    if kind != KIND_OF_SUFFIX.get(suffix, ""):
        raise TypeMismatch(file=name, found=shown)
    if suffix in SHEET_PARSERS:
        return Way(SHEET_PARSERS[suffix], sheets=True)
    saved_page = suffix in {".mht", ".mhtml"}
    return Way(PAGE_PARSERS.get(suffix, TEXT), {"page": True} if saved_page else {})


def _old(modern: str, kind: str, head: bytes) -> Way | None:
    """A file whose name promises an old binary format, by what it really is."""
    if kind:
        ways = {
            "ole": Way("xls", sheets=True) if modern == "xlsx" else Way(modern, through=modern),
            "zip": Way(modern, sheets=modern == "xlsx"),
            "rtf": Way("rtf"),
        }
        return ways.get(kind)
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower().replace(b"\0", b"")
    if start.startswith(_LETTER):
        return Way("mail", {"page": True})
    if start.startswith(b"<"):
        return Way("html")
    return Way(TABLE) if modern == "xlsx" and b"\0" not in head else None


def states_paragraphs(name: str) -> bool:
    """Whether a file of this name says itself where its paragraphs end, as a Word file does."""
    suffix = PurePath(name).suffix.lower()
    parser = PAGE_PARSERS.get(suffix) or OLD_NAMES.get(suffix)
    return parser not in {None, "pdf", "ocr", "ofd"}


def read_text(file: IO[bytes], name: str) -> Extracted:
    """A text file, its characters unchanged.

    Raises:
        ParseLimit: larger than `LARGEST_TEXT`.
        EncodingUnknown: undecodable.
        TypeMismatch: data that is no text.
    """
    data = file.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise ParseLimit(file=name, reason=f"超过 {LARGEST_TEXT >> 20} MB")
    decoded = decode(data)
    if decoded is None:
        raise EncodingUnknown(file=name)
    if looks_binary(decoded.text):
        raise TypeMismatch(file=name, found="二进制数据")
    return Extracted(decoded.text, decoded.encoding)


def read_pages(file: IO[bytes], name: str, suffix: str, way: Way) -> Extracted:
    """A file of a foreign format, pictures of text included.

    Raises:
        OcrMissing: a picture, and nothing installed reads it.
        NoTextLayer, FontsUnknown: a PDF of pictures or of fonts without characters, likewise.
        ConverterMissing: an old format, and LibreOffice is not installed.
        DocumentError: as the parser and `ingest.processes.sandbox.parse` say.
    """
    if way.parser == "ocr":
        if not has_ocr():
            raise OcrMissing(file=name)
        return Extracted.from_dict(parse("ocr", file, name, OCR_LIMITS))
    with _modern(file, name, suffix, way) as modern:
        found = parse(way.parser, modern, name, PARSE_LIMITS, **dict(way.options))
    contents = Extracted.from_dict(found)
    return _with_scans(file, name, contents) if contents.unread else contents


def read_sheets(file: IO[bytes], name: str, way: Way) -> dict[str, Any]:
    """The `tables` of a workbook, and `remarks`.

    Raises:
        DocumentError: as the parser and `ingest.processes.sandbox.parse` say.
    """
    return parse(way.parser, file, name, PARSE_LIMITS)


@contextmanager
def _modern(file: IO[bytes], name: str, suffix: str, way: Way) -> Iterator[IO[bytes]]:
    if not way.through:
        yield file
        return
    with converted(file, name, suffix, way.through) as modern:
        yield modern


def has_ocr() -> bool:
    """Whether the extra that reads pictures is installed."""
    return all(importlib.util.find_spec(module) for module in ("rapidocr", "onnxruntime"))


def _with_scans(file: IO[bytes], name: str, contents: Extracted) -> Extracted:
    """The pages without a usable text layer read as pictures."""
    if not has_ocr():
        return _without_scans(name, contents)
    pages = split_pages(contents)
    nothing: list[int] = []
    for scan in _scans(file, name, contents.unread):
        for number, page in zip(scan.numbers, split_pages(scan.contents), strict=True):
            if page.text.strip():
                pages[number - 1] = page
            else:
                nothing.append(number)
    text, places, marks = join_pages(pages)
    remarks = _garbled_remark(contents.garbled, "，已改为识别页面图像")
    remarks += [f"第 {_listed(nothing)} 页的图像里没有认出文字"] if nothing else []
    return replace(
        contents,
        text=text,
        places=places,
        marks=marks,
        encoding="pdf+ocr" if len(contents.unread) < len(pages) else "ocr",
        remarks=(*contents.remarks, *remarks),
        unread=(),
    )


def _without_scans(name: str, contents: Extracted) -> Extracted:
    """What can be read without looking at pictures, and a remark about what cannot.

    Raises:
        NoTextLayer: that is nothing.
        FontsUnknown: likewise, for want of characters in the fonts.
    """
    if not contents.kept_text.strip():
        raise (FontsUnknown if contents.garbled else NoTextLayer)(file=name)
    install = "，未读：文字识别组件不能用，重新安装 youju 后可以识别"
    scanned = [number for number in contents.unread if number not in contents.garbled]
    missing = f"第 {_listed(scanned)} 页没有文字层{install}"
    remarks = [missing] if scanned else []
    remarks += _garbled_remark(contents.garbled, install)
    return replace(contents, remarks=(*contents.remarks, *remarks), unread=())


def _garbled_remark(pages: Sequence[int], then: str) -> list[str]:
    return [f"第 {_listed(pages)} 页的字体没有说明是什么字{then}"] if pages else []


def _listed(pages: Sequence[int]) -> str:
    return "、".join(map(str, pages))


@dataclass(frozen=True, slots=True)
class _Scan:
    """Pages that one child process read."""

    numbers: Sequence[int]
    contents: Extracted


def _scans(file: IO[bytes], name: str, numbers: Sequence[int]) -> Iterator[_Scan]:
    """The pages of `numbers`, in as many child processes as there are cores to spare.

    A child loads the models once and reads its pages one after the other.
    """
    workers = max(1, min(_MOST_READERS, (os.cpu_count() or 1) // 2, len(numbers) // _PAGES_EACH))
    share = math.ceil(len(numbers) / workers)
    parts = [numbers[start : start + share] for start in range(0, len(numbers), share)]

    file.seek(0)
    data = file.read()

    def read(part: Sequence[int]) -> _Scan:
        limits = replace(OCR_LIMITS, seconds=OCR_LIMITS.seconds * len(part))
        with tempfile.TemporaryFile(buffering=0) as own:  # children must not share a position
            own.write(data)
            found = parse("ocr", own, name, limits, pages=",".join(map(str, part)))
        return _Scan(part, Extracted.from_dict(found))

    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(read, parts)
