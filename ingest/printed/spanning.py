"""Headlines: the large lines of a region, and the columns that each of them stands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.printed.text_runs import Band, Gap, Piece, bottom, extent, top

LARGE = 1.3  # times the body's size: a headline
_LINE_GAP = 0.9  # of its size: lines of one headline stand closer
_ALIGNED = 1.5  # em
_CENTRED = 0.04  # of the width
_TOUCH = 0.1  # of the height: less is no overlap
_FOLLOWS = 6.0  # em: text that a headline covers begins no farther below it


@dataclass(frozen=True)
class Headline:
    """Large lines, one below the other."""

    pieces: tuple[Piece, ...]

    @property
    def left(self) -> float:
        """Of its widest line."""
        return extent(self.pieces)[0]

    @property
    def right(self) -> float:
        """Of its widest line."""
        return extent(self.pieces)[1]

    @property
    def top(self) -> float:
        """Of its first line."""
        return top(self.pieces)

    @property
    def bottom(self) -> float:
        """Of its last line."""
        return bottom(self.pieces)

    def is_alone(self, pieces: Band, inside: Gap | None = None) -> bool:
        """Whether no other of `pieces` stands beside it, in the column `inside` or anywhere."""
        left, right = inside or (float("-inf"), float("inf"))
        slack = _TOUCH * (self.bottom - self.top)
        return not any(
            piece.top < self.bottom - slack
            and piece.bottom > self.top + slack
            and left <= (piece.left + piece.right) / 2 <= right
            and piece not in self.pieces
            for piece in pieces
        )

    def covers(self, pieces: Band, em: float) -> bool:
        """Whether text that begins directly below it reaches beyond its right end."""
        return any(
            0 <= piece.top - self.bottom <= _FOLLOWS * em and piece.left > self.right
            for piece in pieces
        )

    def span(self, pieces: Band, columns: Sequence[Gap], em: float) -> Gap:
        """The columns that it stands over: as many as are empty beside it and filled below.

        A headline in the middle of columns reaches as far to the left as to the right; one that
        begins where a column does may reach to the right alone.
        """
        middle = (self.left + self.right) / 2
        own = next((n for n, (a, b) in enumerate(columns) if a <= middle <= b), None)
        if own is None:
            return self.left, self.right
        free = [self._may_cover(pieces, column) for column in columns]
        first = last = own
        while first > 0 and last + 1 < len(columns) and free[first - 1] and free[last + 1]:
            first, last = first - 1, last + 1
        left, right = columns[first][0], columns[last][1]
        centred = abs(left + right - 2 * middle) / 2 <= max(_CENTRED * (right - left), em)
        if first < own and centred:
            return left, right
        last = own
        while self.left - columns[own][0] <= _ALIGNED * em and last + 1 < len(columns):
            if not free[last + 1]:
                break
            last += 1
        return columns[own][0], columns[last][1]

    def _may_cover(self, pieces: Band, column: Gap) -> bool:
        left, right = column
        filled = any(
            piece.top >= self.bottom and left <= (piece.left + piece.right) / 2 <= right
            for piece in pieces
        )
        return filled and self.is_alone(pieces, column)


def headlines(pieces: Sequence[Piece], em: float) -> list[Headline]:
    """The headlines among `pieces`, from top to bottom."""
    found: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.top):
        if piece.size < LARGE * em:
            continue
        same = next((lines for lines in reversed(found) if _continues(lines, piece)), None)
        if same is None:
            found.append([piece])
        else:
            same.append(piece)
    return [Headline(tuple(lines)) for lines in found]


def _continues(lines: Sequence[Piece], piece: Piece) -> bool:
    left, right = extent(lines)
    apart = min(abs(piece.left - right), abs(left - piece.right))
    beside = piece.top < bottom(lines) and apart <= piece.size
    close = piece.top - bottom(lines) <= _LINE_GAP * piece.size
    below = close and piece.left < right and left < piece.right
    alike = piece.text and abs(piece.size - lines[-1].size) <= 0.2 * piece.size
    return bool(alike) and (beside or below)
