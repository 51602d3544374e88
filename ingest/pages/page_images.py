"""Pages to look at: a stored PDF's page or a stored picture as PNG, drawn by a child process."""

from __future__ import annotations

import base64
import tempfile

from ingest.processes.sandbox import Limits, parse
from rag.errors import PageImageMissing
from rag.library.queries import LibraryQueries

WIDEST = 3_000
_LIMITS = Limits(seconds=20)


def render_page(
    library: LibraryQueries, sha256: str, page: int, width: int = 1_200, file: str | None = None
) -> bytes:
    """The PNG of a page, on which a citation's `source.boxes` can be drawn.

    Args:
        library: holds the file's bytes.
        sha256: of the file, as in a citation's source.
        page: counts from 1; a picture has one.
        width: in pixels, at most `WIDEST`; the height follows.
        file: its name, for errors.

    Raises:
        PageImageMissing: no such page, or the file's bytes were not kept.
        ParseTimeout, ParseLimit, ParseFailed: it cannot be drawn.
    """
    name = file or sha256[:12]
    original = library.original(sha256)
    if original is None:
        raise PageImageMissing(file=name, page=page)
    with tempfile.TemporaryFile(buffering=0) as copy:
        copy.write(original.data)
        drawn = parse("page_image", copy, name, _LIMITS, page=page, width=min(width, WIDEST))
    return base64.b64decode(drawn["png"])
