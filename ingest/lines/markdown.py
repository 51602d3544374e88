"""Markdown's marks: what a reader does not see of a line is left out of its spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from ingest.lines.lines import Line
from rag.data_model.documents import cut_spans

_SUFFIXES = frozenset({".md", ".markdown"})
_NOT_TEXT = re.compile(
    r"(?:`{3,}|~{3,})[\w+#.-]*$"  # around code
    r"|\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$"  # below a table's head; a rule
    r"|(?:\*\s*){3,}$|(?:_\s*){3,}$|={3,}$"
    r"|\[[^\]^]{1,80}\]:\s*\S+.*$"  # where a link leads
)
_BEFORE = re.compile(r"(?:>\s?)+|[-*+]\s+(?:\[[ xX]\]\s+)?")
_HEADING = re.compile(r"#{1,6}\s+")
_AFTER_HEADING = re.compile(r"\s+#+$")
_ROW = re.compile(r"\|.*\|$")
# Bounded, so that a long line costs no more than its length.
_INLINE = re.compile(
    r"(?P<unseen>!\[[^\]]{0,300}\]\([^()]{0,500}\)|\[\^[^\]]{1,80}\]:?\s*|<!--.{0,300}?-->"
    r"|</?[a-zA-Z][^<>]{0,300}>)|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|\[(?P<label>[^\[\]]{1,300})\]\([^()]{0,500}\)"
    r"|(?<![0-9A-Za-z*_])(?P<mark>\*{1,3}|_{1,3}|~~)(?=\S)(?P<strong>.{1,300}?)(?<=\S)(?P=mark)"
    r"(?![0-9A-Za-z*_])"
    r"|`(?P<code>[^`]{1,300})`"
)
_MARKED = ("label", "strong")  # what may hold other marks
_LITERAL = ("code", "escaped")


def is_markdown(name: str) -> bool:
    """Whether a file of this name is written with marks."""
    return PurePath(name).suffix.lower() in _SUFFIXES


def without_marks(lines: Sequence[Line]) -> list[Line]:
    """The lines as a reader sees them; headings keep their `#`, which say what they are.

    Emphasis, links, pictures, quotation and list marks, outer bars of tables and HTML go; lines
    that are marks altogether go with them. A line's spans still spell its text.
    """
    plain: list[Line] = []
    gap = False
    for line in lines:
        if line.cells:
            plain.append(replace(line, gap=gap or line.gap))
            gap = False
            continue
        kept = list(_seen(line.text))
        if not kept:
            gap = gap or line.gap
            continue
        text = "".join(line.text[start:end] for start, end in kept)
        spans = tuple(span for start, end in kept for span in cut_spans(line.spans, start, end))
        plain.append(replace(line, text=text, spans=spans, gap=gap or line.gap))
        gap = False
    return plain


def _seen(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of `text` that are not marks, blanks at both ends left out."""
    if _NOT_TEXT.match(text):
        return
    start, end = 0, len(text)
    if heading := _HEADING.match(text):
        start = heading.start()
        after = _AFTER_HEADING.search(text)
        end = after.start() if after else end
    else:
        while before := _BEFORE.match(text, start):
            start = before.end()
        if _ROW.match(text, start):
            start, end = start + 1, end - 1
    ranges = [(a, b) for a, b in _inline(text, start, end) if text[a:b].strip() or text[a:b] == " "]
    yield from _trimmed(text, ranges)


def seen_ranges(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of `[start, end)` that are not marks inside a line."""
    return list(_trimmed(text, list(_inline(text, start, end))))


def _inline(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for mark in _INLINE.finditer(text, start, end):
        if start < mark.start():
            yield start, mark.start()
        for name in _MARKED:
            if mark[name]:
                yield from _inline(text, *mark.span(name))
        yield from (mark.span(name) for name in _LITERAL if mark[name])
        start = mark.end()
    if start < end:
        yield start, end


def _trimmed(text: str, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    while ranges and not text[ranges[0][0] : ranges[0][1]].strip():
        ranges.pop(0)
    while ranges and not text[ranges[-1][0] : ranges[-1][1]].strip():
        ranges.pop()
    if ranges:
        start, end = ranges[0]
        ranges[0] = (end - len(text[start:end].lstrip()), end)
        start, end = ranges[-1]
        ranges[-1] = (start, start + len(text[start:end].rstrip()))
    return ranges
