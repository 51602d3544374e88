"""Reading order of a page: a recursive XY-cut over pieces of text, for Chinese newspaper pages.

A page falls into bands at its horizontal gaps. Neighbouring bands that share gutters are one set
of columns and are read column by column; a headline that crosses a gutter, or stands alone and
centred over the columns, closes the set. (After Nagy & Seth's recursive XY-cut, 1984, with bands
merged by gutters, because lines of neighbouring columns often stand at equal heights.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

Gap = tuple[float, float]

_GUTTER = 0.7  # em: the least width of a gutter
_NARROWEST = 6.0  # em: a narrower column is a column of a table, read row by row
_STRONG_GAP = 1.1  # em: a horizontal gap wider than line spacing
_LARGE = 1.3  # times the body's size: a headline
_CENTRED = 0.04  # of the width
_TOUCH = 0.05  # of the height: less is no overlap
_OVERLAP = 0.15  # of the height: neighbouring lines may overlap so far


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters on one line. Lengths in points or pixels, y grows downwards.

    Attributes:
        text: its characters.
        left, top, right, bottom: its box; for print, one em high.
        size: the em.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return (self.top + self.bottom) / 2


Band = list[Piece]


def reading_order(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Blocks in reading order; a block is one column of text, its pieces from top to bottom."""
    if not pieces:
        return []
    return _order(list(pieces), _extent(pieces), body_size(pieces))


def body_size(pieces: Iterable[Piece]) -> float:
    """The em in which most characters are set."""
    sizes = sorted((piece.size, len(piece.text)) for piece in pieces)
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return 1.0


def rows(pieces: Sequence[Piece]) -> list[Band]:
    """Pieces by line, lines from top to bottom, each from left to right."""
    return [sorted(band, key=lambda piece: piece.left) for band in _bands(pieces)]


def _order(pieces: Band, bounds: Gap, em: float) -> list[list[Piece]]:
    groups = _groups(_bands(pieces), bounds, em)
    if len(groups) > 1:
        return [block for group in groups for block in _order(group, bounds, em)]
    gutters = _gutters(pieces, bounds, em)
    if not gutters:
        return [sorted(pieces, key=lambda piece: (piece.top, piece.left))]
    edges = [bounds[0], *(edge for gutter in gutters for edge in gutter), bounds[1]]
    blocks: list[list[Piece]] = []
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        column = [piece for piece in pieces if left <= (piece.left + piece.right) / 2 <= right]
        blocks += _order(column, (left, right), em)
    return blocks


def _groups(bands: Sequence[Band], bounds: Gap, em: float) -> list[Band]:
    """Neighbouring bands together where they share columns, or have none."""
    groups: list[Band] = []
    gaps = [_top(below) - _bottom(above) for above, below in pairwise(bands)]
    strong = max(_STRONG_GAP * em, 1.6 * median(gaps)) if gaps else 0.0
    for number, band in enumerate(bands):
        far = number > 0 and gaps[number - 1] > strong
        if groups and _belongs(groups[-1], band, bounds, em, far):
            groups[-1] = groups[-1] + band
        else:
            groups.append(list(band))
    return groups


def _belongs(group: Band, band: Band, bounds: Gap, em: float, far: bool) -> bool:
    own = _gutters(group, bounds, em)
    new = _gutters(band, bounds, em)
    shared = _gutters(group + band, bounds, em)
    if not own:
        if not new:
            return True
        return len(shared) >= len(new) and _fills_a_column(group, new, bounds, em)
    if not shared or (_is_headline(band, em) and (far or _is_centred(band, bounds))):
        return False
    return len(shared) >= len(own) or not far


def _is_headline(band: Band, em: float) -> bool:
    return all(piece.size >= _LARGE * em for piece in band) and len(rows(band)) == 1


def _is_centred(band: Band, bounds: Gap) -> bool:
    left, right = _extent(band)
    off = abs((left + right) - (bounds[0] + bounds[1])) / 2
    return off <= _CENTRED * (bounds[1] - bounds[0])


def _fills_a_column(group: Band, gutters: Sequence[Gap], bounds: Gap, em: float) -> bool:
    """Whether `group` is the higher top of one of the columns below it, set as wide as that."""
    left, right = _extent(group)
    edges = [bounds[0], *(edge for gutter in gutters for edge in gutter), bounds[1]]
    body = all(piece.size < _LARGE * em for piece in group)
    return body and any(
        abs(left - start) <= 2.2 * em and abs(right - end) <= em
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    )


def _gutters(pieces: Band, bounds: Gap, em: float) -> list[Gap]:
    """Vertical white lanes through all of `pieces`, with room for columns on both sides.

    A column may be as wide as the lane allows: a short line beside a full one is a column too.
    Somewhere text must stand on both sides at one height: a folio and the centred headline below
    it leave a lane between them, but no gutter.
    """
    lanes: list[Gap] = []
    reach = bounds[0]
    for left, right in sorted((piece.left, piece.right) for piece in pieces):
        if left - reach >= _GUTTER * em and reach > bounds[0]:
            lanes.append((reach, left))
        reach = max(reach, right)
    wide = _NARROWEST * em
    kept: list[Gap] = []
    start = bounds[0]
    for lane in lanes:
        roomy = lane[1] - start >= wide and bounds[1] - lane[0] >= wide
        if roomy and _stand_side_by_side(pieces, lane):
            kept.append(lane)
            start = lane[1]
    return kept


def _stand_side_by_side(pieces: Band, lane: Gap) -> bool:
    """Whether two pieces on different sides of `lane` overlap in height."""
    middle = (lane[0] + lane[1]) / 2
    reach = {True: float("-inf"), False: float("-inf")}
    for piece in sorted(pieces, key=lambda piece: piece.top):
        side = piece.right <= middle
        if piece.top + _TOUCH * (piece.bottom - piece.top) < reach[not side]:
            return True
        reach[side] = max(reach[side], piece.bottom)
    return False


def _bands(pieces: Sequence[Piece]) -> list[Band]:
    bands: list[Band] = []
    reach = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.top):
        slack = _OVERLAP * (piece.bottom - piece.top)
        if bands and piece.top + slack < reach:
            bands[-1].append(piece)
            reach = max(reach, piece.bottom - slack)
        else:
            bands.append([piece])
            reach = piece.bottom - slack
    return bands


def _extent(pieces: Sequence[Piece]) -> Gap:
    return min(piece.left for piece in pieces), max(piece.right for piece in pieces)


def _top(band: Band) -> float:
    return min(piece.top for piece in band)


def _bottom(band: Band) -> float:
    return max(piece.bottom for piece in band)
