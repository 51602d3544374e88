"""Rows of a text whose cells stand between commas, semicolons, tabs or bars, quotes in any state.

Excel and its like write well-formed tables; people's editors and exports do not. A quote that
nothing closes, or that opens in one row and seems to close in another, is a character like others:
it must not swallow the rows after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|", "，", "；")
_DECLARED = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\n|\r")
_QUOTES = re.compile(r'"+')
_SAMPLE = 1 << 16
_MOST_ABOVE = 4


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, and the line (from 1) on which the row ends."""

    line: int
    cells: list[str]


def read_rows(text: str, known: Callable[[str], bool]) -> Iterator[Row]:
    """The rows that are not empty, the header among them.

    Args:
        text: the whole table.
        known: whether a cell is a known column's name; decides between delimiters.
    """
    start, line = 0, 1
    if declared := _DECLARED.match(text):
        start, line = declared.end(), 2
        delimiter = declared.group(1)
    else:
        delimiter = _delimiter(text, known)
    reader = _Reader(text, delimiter)
    while start < len(text):
        cells, end = reader.row(start)
        line += reader.line_ends(start, end)
        finished = end == len(text) and not text.endswith(("\n", "\r"))
        if any(cell.lstrip("\ufeff").strip() for cell in cells):
            yield Row(line if finished else line - 1, cells)
        start = end


def _delimiter(text: str, known: Callable[[str], bool]) -> str:
    """The one that divides the header into most known columns, then into most columns.

    A line that nothing divides and that is no known column's name is a title above the header.
    """
    filled = [line for line in text[:_SAMPLE].splitlines() if line.strip("\ufeff \t")]
    for line in filled[:_MOST_ABOVE]:

        def merit(delimiter: str, line: str = line) -> tuple[int, int]:
            cells, _ = _Reader(line, delimiter).row(0)
            filled = sum(bool(cell.strip()) for cell in cells)
            return sum(known(cell) for cell in cells), filled * (delimiter in ",;\t|")

        best = max(DELIMITERS, key=merit)
        if merit(best) > (0, 1):
            return best
    return DELIMITERS[0]


class _Reader:
    """Cuts rows off a text; a cell is looked at once, no further than the next one opens."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._border = re.compile(rf"{re.escape(delimiter)}|\r\n|\n|\r")
        self._after = re.compile(rf"[ \t]*(?={re.escape(delimiter)}|[\r\n]|\Z)")
        self._closed_before = len(text)

    def row(self, start: int) -> tuple[list[str], int]:
        """The cells from `start` on, and where the next row starts."""
        cells: list[str] = []
        while True:
            cell, at = self._cell(start)
            cells.append(cell)
            border = self._border.match(self._text, at)
            if border is None:
                return cells, len(self._text)
            start = border.end()
            if border.group() != self._delimiter:
                return cells, start

    def line_ends(self, start: int, end: int) -> int:
        """How many lines end in a range."""
        return sum(1 for _ in _LINE_END.finditer(self._text, start, end))

    def _cell(self, start: int) -> tuple[str, int]:
        text = self._text
        if text.startswith('"', start) and (quote := self._closing(start)) is not None:
            after = self._after.match(text, quote + 1)
            end = after.end() if after else quote + 1
            return text[start + 1 : quote].replace('""', '"'), end
        border = self._border.search(text, start)
        end = border.start() if border else len(text)
        return text[start:end], end

    def _closing(self, start: int) -> int | None:
        """The quote that closes the one at `start`; None where that is a character like others."""
        if start >= self._closed_before:
            return None
        lines = 0
        at = start + 1
        for run in _QUOTES.finditer(self._text, at):
            lines += self._text.count("\n", at, run.start()) + self._text.count(
                "\r", at, run.start()
            )
            if len(run.group()) % 2 and self._after.match(self._text, run.end()):
                return run.end() - 1
            if lines and self._text[run.start() - 1] in {self._delimiter, "\n", "\r"}:
                return None  # another row's cell opens here
            at = run.end()
        self._closed_before = start  # none further on is closed either
        return None
