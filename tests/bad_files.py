"""What every bad file must leave behind: its own error, a small process, a reader that works."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import made_files as made
import pytest

from ingest.files.loading import load
from rag.errors import DocumentError

LONGEST = 35  # seconds that any file may take
FLAT = 64 << 20  # bytes that the parent may grow by while a child parses
SENTENCE = "这是后面的好文件，里面有一段正文。"
GOOD: dict[str, Callable[[], bytes]] = {
    ".txt": lambda: SENTENCE.encode(),
    ".pdf": made.good_pdf,
    ".docx": lambda: made.docx_bytes(text=SENTENCE),
    ".zip": lambda: made.zip_bytes([("a.txt", SENTENCE.encode())]),
    ".html": lambda: f"<html><body><p>{SENTENCE}</p></body></html>".encode(),
}


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def text_of(path: Path) -> str:
    return "\n".join(loaded.source.text for loaded in load(path))


def refused(path: Path, *errors: type[DocumentError]) -> DocumentError:
    """Load a bad file, which ends in time and leaves this process as small, then a good one."""
    before, started = resident(), time.monotonic()
    with pytest.raises(errors) as caught:
        text_of(path)
    assert time.monotonic() - started < LONGEST
    assert resident() - before < FLAT
    next_works(path)
    assert path.name in caught.value.message_zh
    return caught.value


def next_works(path: Path) -> None:
    """A good file of the same format is read."""
    suffix = path.suffix if path.suffix in GOOD else ".txt"
    good = path.with_name(f"next{suffix}")
    good.write_bytes(GOOD[suffix]())
    assert SENTENCE in text_of(good) or "plain text" in text_of(good)
