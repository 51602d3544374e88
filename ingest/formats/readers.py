"""One file of one format → its text: decoded here, or parsed in a child process."""

from __future__ import annotations

import importlib.util
import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import IO

from ingest.encodings import decode
from ingest.formats.extracted import Extracted, join_pages, split_pages
from ingest.formats.signatures import looks_binary
from ingest.sandbox import Limits, parse
from rag.errors import (
    EncodingUnknown,
    FontsUnknown,
    NoTextLayer,
    OcrMissing,
    ParseLimit,
    TypeMismatch,
)

PAGE_PARSERS = {
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".pdf": "pdf",
    ".png": "ocr",
    ".jpg": "ocr",
    ".jpeg": "ocr",
}
LARGEST_TEXT = 64 << 20
PARSE_LIMITS = Limits()
OCR_LIMITS = Limits(memory_mb=6144, seconds=240)  # seconds: for each page
_MOST_READERS = 4  # child processes that read pictures, 1.2 GB each
_PAGES_EACH = 4  # fewer are not worth loading the models once more


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
        NoTextLayer, FontsUnknown: a PDF of pictures or of fonts without characters, likewise.
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
    install = "，未读；安装 youju[ocr] 后可以识别"
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
