"""A zip of files → its readable members, unpacked into a folder."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ingest.lines.encodings import decode
from ingest.parts.archive import open_checked, read_member
from rag.errors import ArchiveCorrupt

_UTF8_NAME = 0x800


def extract(file: IO[bytes], folder: str, suffixes: str) -> dict[str, Any]:
    """Unpack the readable members under harmless names.

    Args:
        file: the zip.
        folder: an empty folder to write into.
        suffixes: the formats to take, blank-separated; hidden files are left out.

    Returns:
        `members`: (name, name in `folder`) pairs sorted by name; `damaged`: (name, reason) pairs;
        `passed`: names of the files in formats that are not taken.
    """
    archive = open_checked(file)
    wanted = frozenset(suffixes.split())
    members: list[tuple[str, str]] = []
    damaged: list[tuple[str, str]] = []
    passed: list[str] = []
    for number, entry in enumerate(archive.infolist()):
        name = _name_of(entry)
        path = PurePosixPath(name)
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        if entry.is_dir() or hidden:
            continue
        if path.suffix.lower() not in wanted:
            passed.append(name)
            continue
        try:
            data = read_member(archive, entry)
        except ArchiveCorrupt as error:
            damaged.append((name, str(error.context["reason"])))
            continue
        stored = f"{number:04d}{path.suffix.lower()}"
        (Path(folder) / stored).write_bytes(data)
        members.append((name, stored))
    return {"members": sorted(members), "damaged": sorted(damaged), "passed": passed}


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag were written in the packer's own encoding, often GB18030."""
    if entry.flag_bits & _UTF8_NAME or entry.filename.isascii():
        return entry.filename
    try:
        decoded = decode(entry.filename.encode("cp437"))
    except UnicodeEncodeError:
        return entry.filename
    return decoded.text if decoded else entry.filename
