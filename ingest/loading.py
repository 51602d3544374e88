"""Files in, decoded text out."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.metadata import Metadata
from rag.documents import SourceFile


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A decoded file.

    Attributes:
        source: the file as decoded.
        metadata: what its header, name or row says.
        ready: it is one finished article, not a page to be taken apart.
    """

    source: SourceFile
    metadata: Metadata = Metadata()
    ready: bool = False
