"""What a loader hands on: decoded files, where they came from, and their names for people."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.lines.metadata import Metadata
from ingest.parts.extracted import Mark
from rag.data_model.documents import Original, Place, SourceFile
from rag.errors import DocumentError

NOTHING_SAID = Metadata()
_UNKNOWN = "\ufffd"
_LONGEST_NAME = 200
_NEVER_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

Report = Callable[[DocumentError], None]
Remark = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A decoded file.

    Attributes:
        source: the file as decoded.
        metadata: what its header, name or row says.
        ready: it is one finished article, not a page to be taken apart.
        places: where its characters stand on pages, for formats that have pages.
        original: its bytes, for those formats, so that a page can be looked at later.
        remarks: what a person should know of how it was read, in Chinese.
        marks: what its parser knows of some of its lines.
    """

    source: SourceFile
    metadata: Metadata = NOTHING_SAID
    ready: bool = False
    places: tuple[Place, ...] = ()
    remarks: tuple[str, ...] = ()
    original: Original | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """A file to read.

    Attributes:
        disk: where its bytes are.
        path: what the library knows it by (`ARCHIVE!/MEMBER` for a member of an archive).
        name: what people see.
        said: what a sidecar says of it.
    """

    disk: Path
    path: str
    name: str
    said: Metadata = NOTHING_SAID

    @property
    def suffix(self) -> str:
        """Lower case, with its dot."""
        return self.disk.suffix.lower()


def shown_name(name: str) -> str:
    """A file's name for people: no control, invisible or bidirectional marks, not too long."""
    name = storable_path(name)
    visible = "".join(c if unicodedata.category(c) not in _NEVER_SHOWN else _UNKNOWN for c in name)
    return visible if len(visible) <= _LONGEST_NAME else f"{visible[: _LONGEST_NAME - 1]}…"


def storable_path(path: Path | str) -> str:
    """A path as characters that a store takes: bytes that are no UTF-8 are written in hex."""
    return os.fsencode(str(path)).decode("utf-8", "backslashreplace").replace("\0", _UNKNOWN)
