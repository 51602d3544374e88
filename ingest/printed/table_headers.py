"""Whether the first row of a table without lines names its columns, told by what stands below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from statistics import median

from ingest.lines.bylines import is_name
from rag.language.text import has_han

_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"[-+−(（]?[¥￥$]?\d[\d,，. ]*[%％‰)）]?|[-—–/]+|")
_MARK = re.compile(r"[。！？；，：:,;]")
_LONGEST_NAME = 12
_SHORT_NAME = 6
_TIMES = 2
"""Cells so many times longer than what stands above them are told by it."""
_LONG = 7
_LONGEST_LABEL = 7  # characters, before a value that nothing marks as one
_MARKED = ("：", ":", "？", "?")
_LABELLED = 0.8  # of the rows


def has_figures_below(texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns, over one that has figures in every row.

    A name may have digits (`2023年`) where all below it is bare figures; the corner may be empty.
    """
    names, *body = texts
    columns = list(zip(*body, strict=True))
    if len(body) < 1 or not all(names[1:]):
        return False
    bare = [_are_figures(column) for column in columns]
    if not names[0] and sum(bare) < len(columns) - 1:
        return False
    counted = all(map(_DIGIT.search, filter(None, columns[0])))
    if len(names) == 2 and not (counted or _names_kind(names[0], columns[0])):
        return False  # more likely the first of the rows
    for name, figures in zip(names, bare, strict=True):
        if _DIGIT.search(name) and not (figures and _names_figures(name)):
            return False
    return any(
        all(not cell or _DIGIT.search(cell) for cell in column) and sum(map(bool, column)) > 1
        for column in columns
    )


def is_header(texts: Sequence[Sequence[str]], fonts: Sequence[AbstractSet[str]]) -> bool:
    """Whether the first row names columns by its looks, or is of another kind than all below.

    Args:
        texts: rows of as many cells, empty where one is.
        fonts: of each row.
    """
    names, *body = texts
    named = [name for name in names if name]
    if len(body) < 2 or len(set(named)) < len(named) or len(named) < max(len(names) - 1, 2):
        return False
    if any(len(name) > _LONGEST_NAME or _MARK.search(name) for name in named):
        return False
    others: set[str] = set().union(*fonts[1:])
    if fonts[0] - {""} and others - {""} and not fonts[0] & others:
        return True
    votes = [
        _told(name, [cell for cell in column if cell])
        for name, column in zip(names, zip(*body, strict=True), strict=True)
        if name
    ]
    return min(votes) >= 0 and sum(votes) >= _TIMES


def _told(name: str, below: Sequence[str]) -> int:
    """2 where `name` is surely of another kind than the cells below it, -1 where of theirs."""
    if len(below) < 2:
        return 0
    people = all(map(is_name, below))
    if people or all(map(_DIGIT.search, below)):
        alike = is_name(name) if people else bool(_DIGIT.search(name))
        return -1 if alike else 2
    if sum(name != cell and name in cell for cell in below) * 2 > len(below):
        return 2
    if _is_alike(name, below):
        return -1
    longer = min(map(len, below)) >= max(_TIMES * len(name), _LONG)
    return int(longer and len(name) <= _SHORT_NAME)


def _is_alike(name: str, below: Sequence[str]) -> bool:
    """Whether `name` begins or ends as half of the cells below it do, or they as each other."""
    alike = sum(name[0] == cell[0] or name[-1] == cell[-1] for cell in below)
    return 2 * alike >= len(below)


def is_figure(cell: str) -> bool:
    """Whether a cell is a number, or stands for none."""
    return _FIGURE.fullmatch(cell) is not None


def _are_figures(column: Sequence[str]) -> bool:
    filled = [cell for cell in column if cell]
    return len(filled) > 1 and all(map(is_figure, column))


def _names_figures(name: str) -> bool:
    """Whether a name with digits is no figure itself: a year, or words with a number."""
    return has_han(name) or re.match(r"(?:19|20)\d\d(?!\d)", name) is not None


def _names_kind(name: str, below: Sequence[str]) -> bool:
    """Whether half of the cells below share a character with their column's name (`村名`)."""
    filled = [cell for cell in below if cell]
    return 2 * sum(not set(name).isdisjoint(cell) for cell in filled) >= len(filled) > 0


def has_bare_figures(texts: Sequence[Sequence[str]]) -> bool:
    """Whether a column below the first row is figures alone, most of its cells filled."""
    _, *body = texts
    columns = ([cell for cell in column if cell] for column in zip(*body, strict=True))
    return any(2 * len(cells) > len(body) and all(map(is_figure, cells)) for cells in columns)


def is_list(texts: Sequence[Sequence[str]]) -> bool:
    """Whether every cell is an entry: a person's name, or one beside a unit's."""
    cells = [cell for row in texts for cell in row if cell]
    many = sum(sum(map(bool, row)) > 1 for row in texts) >= max(2, len(texts) - 1)
    return many and all(is_name(cell.split()[-1]) for cell in cells)


def are_rows(texts: Sequence[Sequence[str]], *, apart: bool) -> bool:
    """Whether most rows have a first cell and another, and of two columns the first is labels."""
    filled = sum(bool(row[0]) and any(row[1:]) for row in texts)
    if filled < _LABELLED * len(texts):
        return False
    if len(texts[0]) > 2 or apart:
        return True
    labels, values = zip(*((row[0], row[1]) for row in texts), strict=True)
    marked = sum(label.endswith(_MARKED) for label in labels)
    if 2 * marked >= len(labels) or all(map(is_figure, values)):
        return True
    if all(map(is_name, labels)) or all(map(is_name, values)):
        return True
    short = max(map(len, labels)) <= _LONGEST_LABEL
    return short and median(map(len, labels)) < median(map(len, values))
