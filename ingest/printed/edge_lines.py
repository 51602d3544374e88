"""The lines at the head and foot of a page, where furniture stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from ingest.printed.text_runs import Piece

_EDGE_LINES = 3
_MARGIN = 0.16  # of the page's height: heads and feet lie no farther from its edges
_SAME_HEIGHT = 0.012  # of the page's height
_SAME_SIZE = 0.12
_APART = 0.3  # em more than the usual space between lines
_DIGITS = re.compile(r"\d+|(?<=第)[〇零一二三四五六七八九十百]+(?=页)")


@dataclass(frozen=True)
class Sheet:
    """The pieces of one page, level ones alone.

    Attributes:
        pieces: everything that may be text.
        size: width and height.
    """

    pieces: Sequence[Piece]
    size: tuple[float, float]


@dataclass(frozen=True)
class EdgeLine:
    """A line at the head or foot of a page.

    Attributes:
        page: counts from 0.
        pieces: from left to right.
        is_head: counted from the top.
        height: of its middle, a share of the page's.
        apart: more white lies between it and the text than between lines of text.
        outermost: nothing but furniture lies beyond it.
        key: its text, the same on pages that differ in numbers alone.
    """

    page: int
    pieces: tuple[Piece, ...]
    is_head: bool
    height: float
    apart: bool
    outermost: bool
    key: str = field(compare=False)

    @property
    def em(self) -> float:
        """Its largest type."""
        return max(piece.size for piece in self.pieces)

    def is_in_place_of(self, other: EdgeLine) -> bool:
        """Whether both stand at one height, in type of one size."""
        level = self.is_head == other.is_head and abs(self.height - other.height) <= _SAME_HEIGHT
        return level and abs(self.em - other.em) <= _SAME_SIZE * other.em


def edge_lines(page: int, sheet: Sheet, known: Collection[Piece]) -> Iterator[EdgeLine]:
    """The first and the last lines of a page, from its edges inwards."""
    rest = [piece for piece in sheet.pieces if piece not in known and piece.text.strip()]
    usual = _usual_space(rest)
    for is_head in (True, False):
        left = list(rest)
        for depth in range(_EDGE_LINES):
            line, left = _outermost(left, is_head)
            if not line:
                break
            height = (line[0].top + line[0].bottom) / 2 / sheet.size[1]
            if not (height <= _MARGIN if is_head else height >= 1 - _MARGIN):
                break
            yield EdgeLine(
                page,
                tuple(sorted(line, key=lambda piece: piece.left)),
                is_head,
                height,
                _space(line, left, is_head) > usual + _APART * max(piece.size for piece in line),
                depth == 0,
                _signature(line),
            )


def _outermost(pieces: Sequence[Piece], is_head: bool) -> tuple[list[Piece], list[Piece]]:
    """The pieces of the line next to an edge, and the others."""
    if not pieces:
        return [], []
    edge = min(pieces, key=lambda p: p.top) if is_head else max(pieces, key=lambda p: p.bottom)
    line = [piece for piece in pieces if edge.top <= piece.middle <= edge.bottom]
    return line, [piece for piece in pieces if piece not in line]


def _space(line: Sequence[Piece], others: Sequence[Piece], is_head: bool) -> float:
    if not others:
        return float("inf")
    if is_head:
        return min(p.top for p in others) - max(p.bottom for p in line)
    return min(p.top for p in line) - max(p.bottom for p in others)


def _usual_space(pieces: Sequence[Piece]) -> float:
    """The median space below a piece, up to the next one that stands under it."""
    ordered = sorted(pieces, key=lambda piece: piece.top)
    spaces = []
    for n, piece in enumerate(ordered):
        below = (
            other.top - piece.bottom
            for other in ordered[n + 1 : n + 12]
            if other.top >= piece.middle and other.left < piece.right and piece.left < other.right
        )
        spaces += [space for space in [next(below, None)] if space is not None]
    return max(median(spaces), 0.0) if spaces else 0.0


def _signature(pieces: Iterable[Piece]) -> str:
    ordered = sorted(pieces, key=lambda piece: piece.left)
    return _DIGITS.sub("#", "".join("".join(piece.text.split()) for piece in ordered))
