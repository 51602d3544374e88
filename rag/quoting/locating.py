"""Where quotes stand: the collections of their articles; on pages, boxes of spans.

A quote that covers part of a line gets that part of its box, as wide as its characters are in
print: Han characters and full-width marks twice a Latin letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from rag.data_model.answers import Answer, Citation, PageBox
from rag.data_model.documents import Place, Span, spans_text
from rag.library.queries import LibraryQueries


def located(answer: Answer, library: LibraryQueries) -> Answer:
    """The answer, with the collections of the quotes, and the boxes of those in paged files.

    Raises:
        LibraryCorrupt: what it quotes does not stand so in the library: bytes on disk have changed.
    """
    quoted = (*answer.citations, *(answer.refusal.nearest if answer.refusal else ()))
    if not quoted:
        return answer
    _check(quoted, library)
    ids = sorted({citation.article_id for citation in quoted})
    shelves = library.collections_of(ids, answer.receipt.generation)
    answer = _with(answer, lambda one: _shelved(one, shelves))
    if not library.with_places(sorted({citation.source.sha256 for citation in quoted})):
        return answer
    return _with(answer, lambda one: _located(one, library))


def _check(quoted: Sequence[Citation], library: LibraryQueries) -> None:
    """Look at the quotes in the sources, and at who and when in the table beside the articles."""
    wanted = {(one.source.sha256, one.source.file) for one in quoted}
    sources = {key: library.source(*key) for key in wanted}
    heads = set(library.told_of(sorted({one.article_id for one in quoted})))
    for one in quoted:
        file = sources[one.source.sha256, one.source.file]
        spans = tuple(Span(*span) for span in one.source.spans)
        if file is None or spans_text(file.text, spans) != one.quote:
            raise library.corrupt(f"{one.article_id} 的引文与来源文件的文字不一致")
        if (one.article_id, one.title, one.newspaper, one.date, one.page, one.authors) not in heads:
            raise library.corrupt(f"{one.article_id} 的标题、作者或日期两处不一致")


def _with(answer: Answer, change: Callable[[Citation], Citation]) -> Answer:
    """The answer with all that it quotes changed."""
    citations = tuple(map(change, answer.citations))
    refusal = answer.refusal and answer.refusal.model_copy(
        update={"nearest": tuple(map(change, answer.refusal.nearest))}
    )
    return answer.model_copy(update={"citations": citations, "refusal": refusal})


def _shelved(citation: Citation, shelves: Mapping[str, str]) -> Citation:
    return citation.model_copy(update={"collection": shelves.get(citation.article_id)})


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
