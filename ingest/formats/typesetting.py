"""Blocks of pieces → lines → paragraphs and headings, with the place of every line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.formats.columns import reading_order
from ingest.formats.extracted import PageText
from ingest.formats.frames import Frame
from ingest.formats.text_runs import Piece, body_size, rows
from rag.data_model.documents import Place

_TITLE = 1.38  # times the body's size
_SECTION = 1.12
_RESIZED = 0.12  # em: lines of different type
_INDENT = 0.8  # em: a first line is set in by more
_SHORT = 1.6  # em: a last line ends earlier by more
_SHORT_AMONG_INDENTED = 4.0
_SHORT_AMONG_SPACED = 6.0
_SPACED = 0.3  # em more than the usual space between lines: space between paragraphs
_MANY = 2  # such spaces make it the rule
_FAR = 1.0  # em more than the usual space between lines
_WORD_SPACE = 0.15  # em between Latin words
_WIDE_SPACE = 0.9  # em between words of a list


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


def typeset(
    pieces: Sequence[Piece],
    page: int,
    size: tuple[float, float],
    drawn: Sequence[Frame] = (),
    slack: float = _RESIZED,
) -> PageText:
    """The text of a page in reading order.

    Args:
        pieces: everything on it.
        page: its number, from 1.
        size: width and height of the page, in the unit of `pieces`.
        drawn: rectangles and lines on it.
        slack: how far the sizes of text of one size may differ, in em (a scan's are measured).
    """
    em = body_size(pieces)
    parts: list[str] = []
    places: list[Place] = []
    offset = 0
    for block in reading_order(pieces, drawn):
        lines = [_line(row) for row in rows(block)]
        for lead, paragraph in _paragraphs(lines, em, slack):
            mark = ("\n" if offset and not lead else "") + ("\n" if offset else "")
            mark += _heading_mark(paragraph, em)
            offset += len(mark)
            parts.append(mark)
            previous = ""
            for line in paragraph:
                glue = " " if _needs_space(previous, line.text) else ""
                parts += [glue, line.text]
                start = offset + len(glue)
                offset = start + len(line.text)
                places.append(Place(start, offset, page, _box(line, *size)))
                previous = line.text
    return PageText("".join(parts), tuple(places))


def _line(row: Sequence[Piece]) -> _Line:
    text = row[0].text
    for before, after in pairwise(row):
        gap = (after.left - before.right) / max(after.size, 0.1)
        latin = before.text[-1:].isascii() and after.text[:1].isascii()
        space = gap > (_WORD_SPACE if latin else _WIDE_SPACE) and not text.endswith(" ")
        text += ("\u3000" if space and not latin else " " if space else "") + after.text
    return _Line(
        text=text.strip(),
        left=min(piece.left for piece in row),
        top=min(piece.top for piece in row),
        right=max(piece.right for piece in row),
        bottom=max(piece.bottom for piece in row),
        size=body_size(row),
    )


def _paragraphs(lines: Sequence[_Line], em: float, slack: float) -> list[tuple[bool, list[_Line]]]:
    """Groups of lines; the flag says that a group follows the one before without a gap."""
    lines = [line for line in lines if line.text]
    if not lines:
        return []
    left, right = _margins(lines, em)
    indented = sum(line.left - left > _INDENT * em for line in lines) >= 2
    spaces = [below.top - above.bottom for above, below in pairwise(lines)]
    usual = median(spaces) if spaces else 0.0
    spaced = sum(_SPACED * em < space - usual <= _FAR * em for space in spaces) >= _MANY
    limit = _SHORT_AMONG_SPACED if spaced else _SHORT_AMONG_INDENTED if indented else _SHORT
    grouped: list[tuple[bool, list[_Line]]] = [(False, [lines[0]])]
    was_large = lines[0].size >= _SECTION * em
    for above, line in pairwise(lines):
        large = line.size >= _SECTION * em
        resized = abs(line.size - above.size) > (_RESIZED if large or was_large else slack) * em
        far = line.top - above.bottom > usual + _FAR * em
        short = right - above.right > limit * em
        parted = spaced and line.top - above.bottom > usual + _SPACED * em
        starts = line.left - left > _INDENT * em or parted or (short and not large)
        if resized or far or (starts and not large):
            grouped.append((not (far or resized), [line]))
        else:
            grouped[-1][1].append(line)
        was_large = large
    return grouped


def _margins(lines: Sequence[_Line], em: float) -> tuple[float, float]:
    """Left and right edge of a column: what full lines reach."""
    body = [line for line in lines if line.size < _SECTION * em] or list(lines)
    return min(line.left for line in body), max(line.right for line in body)


def _heading_mark(paragraph: Sequence[_Line], em: float) -> str:
    size = median(line.size for line in paragraph)
    if sum(len(line.text) for line in paragraph) > 80:
        return ""
    if size >= _TITLE * em:
        return "# "
    return "## " if size >= _SECTION * em else ""


def _needs_space(before: str, after: str) -> bool:
    latin = before[-1:].isascii() and after[:1].isascii()
    return bool(before) and latin and before[-1].isalnum() and after[0].isalnum()


def _box(line: _Line, width: float, height: float) -> tuple[float, float, float, float]:
    return (
        round(line.left / width, 4),
        round(line.top / height, 4),
        round(line.right / width, 4),
        round(line.bottom / height, 4),
    )
