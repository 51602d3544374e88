"""One file of one format → its text: decoded here, or parsed in a child process."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import PurePath
from typing import IO

from ingest.encodings import decode
from ingest.formats.extracted import Extracted, join_pages, split_pages
from ingest.formats.signatures import looks_binary
from ingest.sandbox import Limits, parse
from rag.errors import EncodingUnknown, NoTextLayer, OcrMissing, ParseLimit, TypeMismatch

PAGE_PARSERS = {
    ".html": "html",
    ".htm": "html",
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), "docx"),
    ".pdf": "pdf",
    ".png": "ocr",
    ".jpg": "ocr",
    ".jpeg": "ocr",
}
LARGEST_TEXT = 64 << 20
PARSE_LIMITS = Limits()
OCR_LIMITS = Limits(memory_mb=6144, seconds=240)  # a page each


def is_web_page(name: str) -> bool:
    """Whether a file of this name is a web page."""
    return PAGE_PARSERS.get(PurePath(name).suffix.lower()) == "html"


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


def read_pages(file: IO[bytes], name: str, parser: str) -> Extracted:
    """A file of a foreign format, pictures of text included.

    Raises:
        OcrMissing: a picture, and nothing installed reads it.
        NoTextLayer: a PDF of pictures, likewise.
        DocumentError: as the parser and `ingest.sandbox.parse` say.
    """
    if parser == "ocr":
        if not has_ocr():
            raise OcrMissing(file=name)
        return Extracted.from_dict(parse("ocr", file, name, OCR_LIMITS))
    contents = Extracted.from_dict(parse(parser, file, name, PARSE_LIMITS))
    return _with_scans(file, name, contents) if contents.unread else contents


def has_ocr() -> bool:
    """Whether the extra that reads pictures is installed."""
    return all(importlib.util.find_spec(module) for module in ("rapidocr", "onnxruntime"))


def _with_scans(file: IO[bytes], name: str, contents: Extracted) -> Extracted:
    """The pages without a text layer read as pictures, one child process a page."""
    if not has_ocr():
        if not contents.text.strip():
            raise NoTextLayer(file=name)
        missing = "、".join(map(str, contents.unread))
        remark = f"第 {missing} 页没有文字层，未读；安装 youju[ocr] 后可以识别"
        return replace(contents, remarks=(*contents.remarks, remark), unread=())
    pages = split_pages(contents)
    for number in contents.unread:
        scan = parse("ocr", file, name, OCR_LIMITS, page=number)
        pages[number - 1] = split_pages(Extracted.from_dict(scan))[0]
    text, places = join_pages(pages)
    encoding = "pdf+ocr" if contents.text.strip() else "ocr"
    return replace(contents, text=text, places=places, encoding=encoding, unread=())
