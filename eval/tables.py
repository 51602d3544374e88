"""Plain-text tables that line up: a Chinese character is two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_THOUSAND = 1000


def width(text: str) -> int:
    """Terminal columns of `text`."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in {"W", "F"})
        for c in text
    )


def as_read(value: float | None, *, share: bool, sign: str = "") -> str:
    """A figure as people read it: never with an exponent.

    Args:
        value: None where there is none.
        share: whether it is said in percent.
        sign: `+` to write the sign of what is above zero, too.
    """
    if value is None:
        return "—"
    if share:
        return f"{100 * value:{sign}.1f}%"
    return f"{value:{sign},.0f}" if abs(value) >= _THOUSAND else f"{value:{sign}.4g}"


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows under a header and a rule; the first column to the left, the others to the right."""
    sizes = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(_padded(row, sizes)) for row in rows]
    rule = "  ".join("─" * size for size in sizes)
    return "\n".join(line.rstrip() for line in (lines[0], rule, *lines[1:]))


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """The same as Markdown."""
    cells = [[cell.replace("|", r"\|").replace("\n", " ") for cell in row] for row in rows]
    rule = ["---", *("---:" for _ in rows[0][1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (cells[0], rule, *cells[1:]))


def _padded(row: Sequence[str], sizes: Sequence[int]) -> list[str]:
    blanks = [" " * (size - width(cell)) for cell, size in zip(row, sizes, strict=True)]
    cells = [blank + cell for cell, blank in zip(row, blanks, strict=True)]
    return [row[0] + blanks[0], *cells[1:]]
