"""Grids that are ruled on a page: which lines make one, and which of its cells are one.

Lines that cross or meet belong together; where a line is missing between two cells, they are one.
Sides may be open, as they are in many printed tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.printed.frames import Frame

_THIN = 0.4  # em: a rectangle of less is a line
_NEAR = 0.35  # em: lines that meet
_SHORTEST = 0.8  # em
_OPEN = 1.0  # em that lines reach out over the last one across them
_MOST_LINES = 1_500  # more are a drawing
_MOST_COLUMNS, _MOST_ROWS = 60, 400


_Ruled = Callable[[int, float], bool]
"""Whether a line bounds a row or column, counted from 0, at a place along it."""


class Line(NamedTuple):
    """A line at a height or from the left, and from where to where it runs."""

    at: float
    start: float
    end: float

    def covers(self, place: float, near: float) -> bool:
        """Whether it runs past a place."""
        return self.start - near <= place <= self.end + near


class GridCell(NamedTuple):
    """A cell: rows and columns from 0, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: where its columns and rows are bounded, and its cells in reading order."""

    across: tuple[float, ...]
    down: tuple[float, ...]
    cells: tuple[GridCell, ...]

    @property
    def frame(self) -> Frame:
        """Its outer bounds."""
        return Frame(self.across[0], self.down[0], self.across[-1], self.down[-1])


def grids(drawn: Sequence[Frame], em: float) -> list[Grid]:
    """The grids of two columns and two rows or more, from top to bottom."""
    level, upright = _lines(drawn, em)
    if not 0 < len(level) + len(upright) <= _MOST_LINES:
        return []
    found = [
        grid
        for own_level, own_upright in _connected(level, upright, _NEAR * em)
        if (grid := _grid(own_level, own_upright, em)) is not None
    ]
    return sorted(found, key=lambda grid: (grid.down[0], grid.across[0]))


def level_lines(drawn: Sequence[Frame], em: float) -> list[Line]:
    """The level lines on a page."""
    return _lines(drawn, em)[0]


def _lines(drawn: Sequence[Frame], em: float) -> tuple[list[Line], list[Line]]:
    """Level and upright lines; a rectangle has two of each."""
    level: list[Line] = []
    upright: list[Line] = []
    for one in drawn:
        wide, high = one.right - one.left, one.bottom - one.top
        if min(wide, high) < _THIN * em:
            if wide >= high:
                level.append(Line((one.top + one.bottom) / 2, one.left, one.right))
            else:
                upright.append(Line((one.left + one.right) / 2, one.top, one.bottom))
        else:
            level += [Line(at, one.left, one.right) for at in (one.top, one.bottom)]
            upright += [Line(at, one.top, one.bottom) for at in (one.left, one.right)]
    near = _NEAR * em
    joined = (_joined(lines, near) for lines in (level, upright))
    first, second = ([ln for ln in own if ln.end - ln.start >= _SHORTEST * em] for own in joined)
    return first, second


def _joined(lines: Sequence[Line], near: float) -> list[Line]:
    """Lines at one place that touch as one."""
    whole: list[Line] = []
    for places in _clusters(sorted(lines), near):
        at = sum(line.at for line in places) / len(places)
        start, end = float("inf"), float("-inf")
        for line in sorted(places, key=lambda line: line.start):
            if end + near < line.start:
                if end > start:
                    whole.append(Line(at, start, end))
                start = line.start
            start, end = min(start, line.start), max(end, line.end)
        whole.append(Line(at, start, end))
    return whole


def _clusters(lines: Sequence[Line], near: float) -> Iterator[list[Line]]:
    """Lines, sorted by place, of nearly the same place."""
    own: list[Line] = []
    for line in lines:
        if own and line.at - own[0].at > near:
            yield own
            own = []
        own.append(line)
    if own:
        yield own


def _connected(
    level: Sequence[Line], upright: Sequence[Line], near: float
) -> Iterator[tuple[list[Line], list[Line]]]:
    """Lines that cross or meet each other, by groups."""
    free = set(range(len(upright)))
    waiting = list(range(len(level)))
    while waiting:
        own, crossing = [waiting.pop(0)], list[int]()
        for n in own:
            met = [m for m in free if _meet(level[n], upright[m], near)]
            free.difference_update(met)
            crossing += met
            further = [k for k in waiting if any(_meet(level[k], upright[m], near) for m in met)]
            waiting = [k for k in waiting if k not in further]
            own += further
        yield [level[n] for n in sorted(own)], [upright[m] for m in sorted(crossing)]


def _meet(level: Line, upright: Line, near: float) -> bool:
    return level.covers(upright.at, near) and upright.covers(level.at, near)


def _grid(level: Sequence[Line], upright: Sequence[Line], em: float) -> Grid | None:
    across = _bounds(upright, level, em)
    down = _bounds(level, upright, em)
    if not (3 <= len(across) <= _MOST_COLUMNS + 1 and 3 <= len(down) <= _MOST_ROWS + 1):
        return None
    near = _NEAR * em
    cells = _cells(
        across,
        down,
        lambda column, middle: any(
            abs(ln.at - across[column]) <= near and ln.start < middle < ln.end for ln in upright
        ),
        lambda row, middle: any(
            abs(ln.at - down[row]) <= near and ln.start < middle < ln.end for ln in level
        ),
    )
    return Grid(tuple(across), tuple(down), tuple(cells))


def _bounds(lines: Sequence[Line], others: Sequence[Line], em: float) -> list[float]:
    """Where lines stand, and where those across them end beyond the last one."""
    places = [
        sum(line.at for line in own) / len(own) for own in _clusters(sorted(lines), _NEAR * em)
    ]
    if not places or not others:
        return []
    first, last = min(line.start for line in others), max(line.end for line in others)
    before = [first] if places[0] - first > _OPEN * em else []
    after = [last] if last - places[-1] > _OPEN * em else []
    return [*before, *places, *after]


def _cells(
    across: Sequence[float], down: Sequence[float], left_of: _Ruled, above: _Ruled
) -> Iterator[GridCell]:
    """The cells, each as far as no line ends it."""
    taken: set[tuple[int, int]] = set()
    columns, rows = len(across) - 1, len(down) - 1
    for top in range(rows):
        middle = (down[top] + down[top + 1]) / 2
        for left in range(columns):
            if (top, left) in taken:
                continue
            right = left + 1
            while right < columns and (top, right) not in taken and not left_of(right, middle):
                right += 1
            centres = [(across[n] + across[n + 1]) / 2 for n in range(left, right)]
            bottom = top + 1
            while bottom < rows and not any(above(bottom, centre) for centre in centres):
                bottom += 1
            taken.update((row, n) for row in range(top, bottom) for n in range(left, right))
            yield GridCell(top, bottom, left, right)
