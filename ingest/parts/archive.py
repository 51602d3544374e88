"""Zips, looked at before they are opened: a zip of files, and the zip that a docx is."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import IO

from rag.errors import ArchiveCorrupt, ArchiveTooLarge

MOST_ENTRIES = 2_000
MOST_BYTES = 200 << 20
MOST_RATIO = 100
_RATIO_MATTERS = 1 << 20  # a few kilobytes of blanks are no bomb
_PIECE = 1 << 20
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


def open_checked(file: IO[bytes]) -> zipfile.ZipFile:
    """Open a zip whose list of contents is harmless.

    Raises:
        ArchiveTooLarge: more entries, bytes or compression than is allowed.
        ArchiveCorrupt: not a zip, encrypted, or with names that lead elsewhere.
    """
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise ArchiveCorrupt(file="", reason="不是完好的压缩包") from error
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ArchiveTooLarge(file="", reason=f"有 {len(entries)} 个文件，上限 {MOST_ENTRIES}")
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MOST_BYTES:
        raise ArchiveTooLarge(
            file="", reason=f"解开有 {total >> 20} MB，上限 {MOST_BYTES >> 20} MB"
        )
    if total > _RATIO_MATTERS and total > packed * MOST_RATIO:
        raise ArchiveTooLarge(file="", reason=f"压缩比超过 {MOST_RATIO} 倍")
    _check_names(entries)
    return archive


def _check_names(entries: Iterable[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if entry.flag_bits & _ENCRYPTED:
            raise ArchiveCorrupt(file="", reason="有密码")
        if not parts or parts[0].startswith("/") or ".." in parts or parts[0][1:2] == ":":
            raise ArchiveCorrupt(file="", reason="文件名指向压缩包之外")
        if "\0" in entry.orig_filename or stat.S_ISLNK(entry.external_attr >> 16):
            raise ArchiveCorrupt(file="", reason="有不允许的文件名或链接")
        if entry.filename in seen:
            raise ArchiveCorrupt(file="", reason="有重名的文件")
        seen.add(entry.filename)


def read_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one entry, no more than it declares.

    Raises:
        ArchiveCorrupt: damaged, or larger or smaller than its entry says.
    """
    data = bytearray()
    try:
        with archive.open(entry) as member:
            while piece := member.read(_PIECE):
                data += piece
    except _BROKEN as error:
        raise ArchiveCorrupt(file="", reason=f"{entry.filename} 与清单不符") from error
    if len(data) != entry.file_size:
        raise ArchiveCorrupt(file="", reason=f"{entry.filename} 与清单不符")
    return bytes(data)
