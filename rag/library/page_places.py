"""Places of a page's lines, kept small."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from rag.data_model.documents import Place
from rag.errors import LibraryCorrupt

_FINEST = 65_535  # steps of a share of the page
_BYTES = 3 * 4 + 4 * 2  # of a place


def pack(places: Sequence[Place]) -> bytes:
    """Places as few bytes: columns of offsets, pages and boxes, deflated."""
    numbers = np.array([(p.start, p.end, p.page) for p in places], dtype="<u4")
    boxes = np.array([p.box for p in places], dtype=np.float64).clip(0, 1)
    scaled = np.rint(boxes * _FINEST).astype("<u2")
    steps = np.diff(numbers, axis=0, prepend=np.zeros((1, 3), dtype="<u4"))
    return zlib.compress(steps.T.tobytes() + scaled.T.tobytes(), 6)


def unpack(data: bytes) -> tuple[Place, ...]:
    """The inverse of `pack`, boxes to four digits.

    Raises:
        LibraryCorrupt: not what `pack` makes.
    """
    try:
        raw = zlib.decompress(data)
        count = len(raw) // _BYTES
        steps = np.frombuffer(raw, dtype="<u4", count=3 * count).reshape(3, count)
        scaled = np.frombuffer(raw, dtype="<u2", offset=12 * count).reshape(4, count)
    except (zlib.error, ValueError) as error:
        raise LibraryCorrupt(path="library.sqlite3", reason="有版面位置读不出") from error
    numbers = np.cumsum(steps, axis=1, dtype="<u4").T.tolist()
    boxes = (scaled.T / _FINEST).round(4).tolist()
    return tuple(
        Place(start, end, page, (box[0], box[1], box[2], box[3]))
        for (start, end, page), box in zip(numbers, boxes, strict=True)
    )
