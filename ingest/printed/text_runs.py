"""Pieces of text on a page: runs of characters with their boxes, and the lines they form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Gap = tuple[float, float]

_LONG = 12  # characters; cells are shorter
_ENOUGH = 0.15  # of all characters
_OVERLAP = 0.15  # of the height: neighbouring lines may overlap so far


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters on one line. Lengths in points or pixels, y grows downwards.

    Attributes:
        text: its characters.
        left, top, right, bottom: its box; for print, one em high.
        size: the em.
        pale: printed so that other text can be read through it.
        aside: the file itself says that it is no part of the text.
        row: it is a table's row, a line of its own.
        font: the name of the font that its first character is set in, where a file tells.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    pale: bool = False
    aside: bool = False
    row: bool = False
    font: str = field(default="", compare=False)

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return (self.top + self.bottom) / 2


Band = list[Piece]


def body_size(pieces: Iterable[Piece]) -> float:
    """The em in which most characters are set."""
    return weighted_median(((piece.size, len(piece.text)) for piece in pieces), 1.0)


def weighted_median(weighed: Iterable[tuple[float, float]], default: float) -> float:
    """The value at which half of all weight is reached; `default` where there is none."""
    ordered = sorted(weighed)
    half = sum(weight for _, weight in ordered) / 2
    for value, weight in ordered:
        half -= weight
        if half <= 0:
            return value
    return default


def prose_size(pieces: Sequence[Piece]) -> float:
    """The em of running text: of the long runs, so that a table's small type does not count.

    Where there are hardly any, the em in which most characters are set.
    """
    long = [piece for piece in pieces if len(piece.text) >= _LONG]
    enough = sum(len(piece.text) for piece in long)
    whole = sum(len(piece.text) for piece in pieces)
    return body_size(long if enough >= _ENOUGH * whole else pieces)


def rows(pieces: Sequence[Piece]) -> list[Band]:
    """Pieces by line, lines from top to bottom, each from left to right."""
    return [sorted(band, key=lambda piece: piece.left) for band in bands(pieces)]


def bands(pieces: Sequence[Piece]) -> list[Band]:
    """Pieces between horizontal white gaps, from top to bottom."""
    found: list[Band] = []
    reach = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.top):
        slack = _OVERLAP * (piece.bottom - piece.top)
        if found and piece.top + slack < reach:
            found[-1].append(piece)
            reach = max(reach, piece.bottom - slack)
        else:
            found.append([piece])
            reach = piece.bottom - slack
    return found


def extent(pieces: Sequence[Piece]) -> Gap:
    """Left and right end."""
    return min(piece.left for piece in pieces), max(piece.right for piece in pieces)


def top(band: Sequence[Piece]) -> float:
    """The highest point."""
    return min(piece.top for piece in band)


def bottom(band: Sequence[Piece]) -> float:
    """The lowest point."""
    return max(piece.bottom for piece in band)
