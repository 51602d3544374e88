"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import unicodedata

SIGNATURE_BYTES = 16
_SIGNATURES = (
    (b"%PDF-", "pdf", "PDF 文件"),
    (b"PK\x03\x04", "zip", "压缩包或 Office 文件"),
    (b"PK\x05\x06", "zip", "压缩包或 Office 文件"),
    (b"\x89PNG\r\n\x1a\n", "png", "PNG 图片"),
    (b"\xff\xd8\xff", "jpeg", "JPEG 图片"),
    (b"GIF8", "gif", "GIF 图片"),
    (b"BM", "bmp", "BMP 图片"),
    (b"II*\0", "tiff", "TIFF 图片"),
    (b"MM\0*", "tiff", "TIFF 图片"),
    (b"RIFF", "riff", "音像文件"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole", "旧版或加了密码的 Office 文件"),
    (b"{\\rtf", "rtf", "RTF 文件"),
    (b"Rar!", "rar", "RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z", "7z 压缩包"),
    (b"\x1f\x8b", "gzip", "gzip 压缩文件"),
    (b"\x7fELF", "elf", "可执行程序"),
    (b"SQLite format 3\0", "sqlite", "数据库文件"),
)
KIND_OF_SUFFIX = {
    ".pdf": "pdf",
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), "zip"),
    **dict.fromkeys((".zip", ".xlsx", ".xlsm", ".xltx", ".xltm", ".ofd", ".epub"), "zip"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"), "zip"),
    **dict.fromkeys((".odt", ".ott", ".ods", ".ots", ".odp", ".otp"), "zip"),
    ".rtf": "rtf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
}
# Names of old binary formats, which programs also give to newer ones, web pages and rich text.
OLD_NAMES = {
    **dict.fromkeys((".doc", ".dot", ".wps", ".wpt"), "docx"),
    **dict.fromkeys((".ppt", ".pps", ".dps"), "pptx"),
    **dict.fromkeys((".xls", ".xlt", ".et", ".ett"), "xlsx"),
}
# Short signatures that a text could begin with need binary content behind them.
_WEAK = frozenset({"bmp", "riff", "rar", "tiff"})
_ALLOWED_CONTROL = frozenset("\t\n\r\f\x0b\x1a\x1c\x1d\x1e\x1f\x85")
_CONTROL_SHARE = 0.01


def kind_of(head: bytes) -> tuple[str, str] | None:
    """(short name, Chinese name) of a known binary format, or None; `head`: the first bytes."""
    for magic, kind, shown in _SIGNATURES:
        if head.startswith(magic) and (kind not in _WEAK or b"\0" in head):
            return kind, shown
    return None


def looks_binary(text: str) -> bool:
    """Whether decoded text is data after all: any NUL, or many control characters."""
    if "\0" in text:
        return True
    sample = text[:100_000]
    control = sum(
        unicodedata.category(character) == "Cc" and character not in _ALLOWED_CONTROL
        for character in sample
    )
    return control > max(1, len(sample) * _CONTROL_SHARE)
