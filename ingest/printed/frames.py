"""Frames on a page: boxes of other articles, set into the columns of one that goes on around them.

A frame that begins with a headline is an article of its own. While the text around it is put in
order, a stand-in of its size keeps its place, so that columns end above it and begin below; its
contents are then read where that text's article ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.printed.text_runs import Piece, body_size, rows

_LEAST_WIDTH = 8.0  # em
_LEAST_HEIGHT = 4.0
_MOST_OF_PAGE = 0.9
_HEADED = 1.15  # times the body's size: what a frame begins with
_NEAR = 0.35  # em: lines that meet
_THIN = 0.4  # em: a rectangle of less is a line
_MOST_LINES = 200  # more are a drawing
_STAND_IN = 10.0  # em: no type is as large


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle that was drawn, in the unit of the page's pieces; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, piece: Piece) -> bool:
        """Whether the middle of `piece` lies inside."""
        across = self.left <= (piece.left + piece.right) / 2 <= self.right
        return across and self.top <= piece.middle <= self.bottom

    def encloses(self, other: Frame) -> bool:
        """Whether the middle of `other` lies inside, and it is smaller."""
        across = self.left <= (other.left + other.right) / 2 <= self.right
        down = self.top <= (other.top + other.bottom) / 2 <= self.bottom
        return across and down and self.area > other.area

    @property
    def area(self) -> float:
        """In square units."""
        return (self.right - self.left) * (self.bottom - self.top)

    def stand_in(self, em: float) -> Piece:
        """A piece without characters in the frame's place."""
        return Piece("", self.left, self.top, self.right, self.bottom, _STAND_IN * em)


def article_frames(drawn: Iterable[Frame], pieces: Sequence[Piece]) -> list[Frame]:
    """Of what was drawn, the outermost frames that hold an article of their own.

    Args:
        drawn: rectangles; very thin ones are lines, four of which may make a frame.
        pieces: of the page, or of the frame that is looked into.
    """
    em = body_size(pieces)
    every = list(drawn)
    rectangles = [frame for frame in every if not _is_line(frame, em)]
    rectangles += _of_lines([frame for frame in every if _is_line(frame, em)], em)
    found: list[Frame] = []
    for frame in sorted(rectangles, key=lambda frame: -frame.area):
        large = frame.right - frame.left >= _LEAST_WIDTH * em
        large = large and frame.bottom - frame.top >= _LEAST_HEIGHT * em
        if large and not any(_overlap(frame, other) for other in found):
            inside = [piece for piece in pieces if frame.holds(piece)]
            if len(inside) < _MOST_OF_PAGE * len(pieces) and _is_headed(inside):
                found.append(frame)
    return sorted(found, key=lambda frame: (frame.top, frame.left))


def _is_headed(inside: Sequence[Piece]) -> bool:
    lines = rows(inside)
    return len(lines) > 2 and body_size(lines[0]) >= _HEADED * body_size(inside)


def _is_line(frame: Frame, em: float) -> bool:
    return min(frame.right - frame.left, frame.bottom - frame.top) < _THIN * em


def _overlap(one: Frame, other: Frame) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0 and down > 0


def _of_lines(lines: Sequence[Frame], em: float) -> list[Frame]:
    """Rectangles whose four sides are lines."""
    near = _NEAR * em
    level = [line for line in lines if line.right - line.left >= _LEAST_WIDTH * em][:_MOST_LINES]
    upright = [line for line in lines if line.bottom - line.top >= _LEAST_HEIGHT * em]
    found: list[Frame] = []
    for upper in level:
        for lower in level:
            frame = Frame(upper.left, upper.top, upper.right, lower.bottom)
            same = abs(upper.left - lower.left) <= near and abs(upper.right - lower.right) <= near
            if same and frame.bottom - frame.top >= _LEAST_HEIGHT * em:
                sides = (frame.left, frame.right)
                if all(
                    any(_is_side(line, side, frame, near) for line in upright) for side in sides
                ):
                    found.append(frame)
    return found


def _is_side(line: Frame, side: float, frame: Frame, near: float) -> bool:
    at = abs((line.left + line.right) / 2 - side) <= near
    return at and abs(line.top - frame.top) <= near and abs(line.bottom - frame.bottom) <= near
