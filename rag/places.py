"""Where quotes stand on the pages of a PDF or a picture: places, kept small, and boxes of spans.

A place is a line of the page. A quote that covers part of a line gets that part of its box, as
wide as its characters are in print: Han characters and full-width marks twice a Latin letter.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.answers import Answer, Citation, PageBox
from rag.documents import Place, Span
from rag.errors import LibraryCorrupt

if TYPE_CHECKING:
    from rag.library_queries import LibraryQueries

_FINEST = 65_535  # steps of a share of the page
_BYTES = 3 * 4 + 4 * 2  # of a place


def located(answer: Answer, library: LibraryQueries) -> Answer:
    """The answer, with the boxes of the quotes whose files have pages."""
    quoted = (*answer.citations, *(answer.refusal.nearest if answer.refusal else ()))
    if not library.with_places(sorted({citation.source.sha256 for citation in quoted})):
        return answer
    citations = tuple(_located(citation, library) for citation in answer.citations)
    refusal = answer.refusal and answer.refusal.model_copy(
        update={"nearest": tuple(_located(near, library) for near in answer.refusal.nearest)}
    )
    return answer.model_copy(update={"citations": citations, "refusal": refusal})


def _located(citation: Citation, library: LibraryQueries) -> Citation:
    source = citation.source
    places = library.places(source.sha256, source.file)
    file = library.source(source.sha256, source.file) if places else None
    if not file:
        return citation
    boxes = boxes_of(places, [Span(*span) for span in source.spans], file.text)
    return citation.model_copy(update={"source": source.model_copy(update={"boxes": boxes})})


def boxes_of(places: Sequence[Place], spans: Sequence[Span], text: str) -> tuple[PageBox, ...]:
    """The boxes of the characters in `spans`, one a line, in reading order.

    Args:
        places: in the order of their offsets.
        spans: into `text`.
        text: the source as decoded.
    """
    boxes: list[PageBox] = []
    for span in spans:
        for place in places:
            start, end = max(span.start, place.start), min(span.end, place.end)
            if text[start:end].strip():
                boxes.append(PageBox(page=place.page, box=_part(place, start, end, text)))
    return tuple(boxes)


def _part(place: Place, start: int, end: int, text: str) -> tuple[float, float, float, float]:
    left, top, right, bottom = place.box
    whole = _width(text[place.start : place.end]) or 1
    step = (right - left) / whole
    begins = left + step * _width(text[place.start : start])
    ends = right - step * _width(text[end : place.end])
    return round(begins, 4), top, round(ends, 4), bottom


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


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
