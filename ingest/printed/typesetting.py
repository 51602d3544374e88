"""Blocks of pieces → lines → paragraphs and headings, with the place of every line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.lines.lines import ends_sentence
from ingest.parts.extracted import CONTINUES, ROW, Mark, PageText
from ingest.printed.papers import heading_level
from ingest.printed.text_runs import Piece, body_size, rows
from rag.data_model.documents import Place

_TITLE = 1.38  # times the body's size
_CHAPTER = 1.2
_SECTION = 1.12
_SECTION_IN_PRINT = 1.08  # where sizes are exact
_ONE_TITLE = 0.85  # of the largest headline, in a document of one column
_SECOND = 0.8  # of the largest of several headlines: a kicker
_LONGEST_HEADING = 80
_SCRIPT = 0.78  # of the line's size: an exponent or index
_RAISED = 0.12  # em above the line's base
_LOWERED = 0.06
_DESCENT = 0.12
_CELLS = "\u3000"  # stands between the cells of a row
_LEAST_LINE = 8  # characters of a line that goes on over a page's end
_RESIZED = 0.12  # em: lines of different type
_INDENT = 0.8  # em: a first line is set in by more
_ALIGNED = 0.2  # em: lines of a paragraph that is set in as a whole
_RUNNING = 12.0  # em: what is shorter may be a list's
_SHORT = 1.6  # em: a last line ends earlier by more
_SHORT_AMONG_INDENTED = 4.0
_SHORT_AMONG_SPACED = 6.0
_SPACED = 0.3  # em more than the usual space between lines: space between paragraphs
_MANY = 2  # such spaces make it the rule
_FAR = 1.0  # em more than the usual space between lines
_WORD_SPACE = 0.15  # em between Latin words
_WIDE_SPACE = 0.9  # em between words of a list
_FILLED = 0.6  # em: a line that fills its column ends no farther from its edge
_SPACED_OUT = 1.25  # times the body's size: measured along a line whose spaces are not read
_HALF_WIDTH = re.compile(r"[\da-zA-Z]")
_SCRIPTS = re.compile(r"[0-9+\-−=()n]+")
_EXPONENTS = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_INDICES = str.maketrans("0123456789+-−=()n", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙ")
_PROSE = re.compile(r"[，、；].*。.*[，、；].*。|。.*。$|.{40}。$")
_ITEM = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．](?!\d)"
    r"|[①-⑳●■◆]|第[一二三四五六七八九十百\d]{1,4}[条章节])"
)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    row: bool = False


@dataclass(frozen=True)
class TypeScale:
    """The sizes of a document's type.

    Attributes:
        em: of its running text.
        title: of the smallest headline that starts an article.
        slack: how far the sizes of text of one size may differ, in em (a scan's are measured).
        single: the document is set in one column, and sizes are exact.
        paper: it is a journal's paper, whose headings have numbers.
    """

    em: float
    title: float
    slack: float = _RESIZED
    single: bool = False
    paper: bool = False

    @classmethod
    def of(cls, em: float, largest: float | None = None, *, single: bool = False) -> TypeScale:
        """For running text of `em`; `largest`: the headline that all others are smaller than."""
        least = _TITLE * em
        return cls(em, max(least, _ONE_TITLE * largest) if largest else least, single=single)

    @property
    def section(self) -> float:
        """Of the smallest heading within an article."""
        return (_SECTION_IN_PRINT if self.single else _SECTION) * self.em

    def on_page(self, em: float) -> TypeScale:
        """For a page whose own running text is of `em`: larger prose is no headline there."""
        if em <= self.em:
            return self
        return replace(self, em=em, title=max(self.title, _TITLE * em))


@dataclass(frozen=True)
class Ends:
    """How a page begins and ends.

    Attributes:
        goes_on: its first line may go on with a sentence of the page before.
        open: its last line is full and ends in mid-sentence.
        first, last: sizes of these lines.
    """

    goes_on: bool = False
    open: bool = False
    first: float = 0.0
    last: float = 0.0

    def continues(self, before: Ends, slack: float) -> bool:
        """Whether this page goes on with the last sentence of the page `before`."""
        alike = abs(self.first - before.last) <= slack * before.last
        return self.goes_on and before.open and alike


def set_blocks(
    blocks: Sequence[Sequence[Piece]],
    page: int,
    size: tuple[float, float],
    scale: TypeScale,
) -> tuple[PageText, Ends]:
    """The text of a page, and how it begins and ends.

    Args:
        blocks: its pieces in reading order.
        page: its number, from 1.
        size: width and height of the page, in the unit of the pieces.
        scale: sizes of type.
    """
    parts: list[str] = []
    places: list[Place] = []
    marks: list[Mark] = []
    offset = 0
    em = scale.em
    body = [p for b in blocks for p in b if not p.row and p.size < scale.section]
    edge = max((piece.right for piece in body), default=None) if scale.single else None
    columns = [column for block in blocks if (column := _Column.of(block, scale, edge))]
    goes_on = {n for n in range(1, len(columns)) if scale.paper and _flows(columns, n, scale)}
    for n, column in enumerate(columns):
        first = n in goes_on
        for (lead, paragraph), level in zip(column.paragraphs, column.levels(scale), strict=True):
            mark = ("\n" if offset and not lead else "") + ("\n" if offset else "")
            mark += f"{'#' * level} " if level else ""
            offset += len(mark)
            parts.append(mark)
            previous = ""
            if first:
                marks.append(Mark(offset, offset + len(paragraph[0].text), CONTINUES))
                first = False
            for line in paragraph:
                glue = " " if _needs_space(previous, line.text) else ""
                parts += [glue, line.text]
                start = offset + len(glue)
                offset = start + len(line.text)
                places.append(Place(start, offset, page, _box(line, *size)))
                marks += [Mark(start, offset, ROW)] if line.row else []
                previous = line.text
    return PageText("".join(parts), tuple(places), tuple(marks)), _ends(columns, em)


@dataclass(frozen=True)
class _Column:
    """A block's lines in paragraphs, and the margins of its text."""

    paragraphs: list[tuple[bool, list[_Line]]]
    left: float
    right: float

    @classmethod
    def of(cls, block: Sequence[Piece], scale: TypeScale, edge: float | None) -> _Column | None:
        """A block's text, whose lines end at `edge` unless most of them end elsewhere."""
        lines = [line for row in rows(block) if (line := _line(row)).text]
        if not lines:
            return None
        left, right = _margins(lines, scale.em)
        full = sum(line.right > right - scale.em for line in lines)
        if edge is not None and (len(lines) < _MANY or 2 * full < len(lines)):
            right = max(right, edge)
        if scale.slack > _RESIZED:
            lines = [_as_measured(line, right, scale.em) for line in lines]
        return cls(_paragraphs(lines, left, right, scale), left, right)

    @property
    def is_one_line(self) -> bool:
        """Whether its margins are those of its only line."""
        return len(self.paragraphs) == 1 and len(self.paragraphs[0][1]) == 1

    def levels(self, scale: TypeScale) -> list[int]:
        """The heading level of every paragraph, 0 for text.

        Of headlines one below the other, those much smaller than the largest are a kicker or a
        second headline, and start nothing.
        """
        sizes = [median(line.size for line in paragraph) for _, paragraph in self.paragraphs]
        levels = [
            _level(paragraph, size, scale)
            for (_, paragraph), size in zip(self.paragraphs, sizes, strict=True)
        ]
        for first, last in _stretches(levels):
            largest = max(sizes[first:last])
            for n in range(first, last):
                if levels[n] == 1 and sizes[n] < _SECOND * largest:
                    levels[n] = 2
        return levels


def _as_measured(line: _Line, right: float, em: float) -> _Line:
    """A scan's line of text, whose figures and Latin words have spaces that were not read."""
    full = right - line.right <= _FILLED * em or ends_sentence(line.text)
    spaced = full and em < line.size < _SPACED_OUT * em and _HALF_WIDTH.search(line.text)
    return replace(line, size=em) if spaced else line


def _stretches(levels: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where headings stand one below the other."""
    start = 0
    for n in range(len(levels) + 1):
        if n == len(levels) or not levels[n]:
            if n - start > 1:
                yield start, n
            start = n + 1


def _flows(columns: Sequence[_Column], n: int, scale: TypeScale) -> bool:
    """Whether a column goes on with the sentence in which the one before it ends."""
    before, after = (_ends(columns[at : at + 1], scale.em) for at in (n - 1, n))
    return after.continues(before, scale.slack)


def _ends(columns: Sequence[_Column], em: float) -> Ends:
    if not columns:
        return Ends()
    first, last = columns[0].paragraphs[0][1][0], columns[-1].paragraphs[-1][1][-1]
    small = {True: first.size < _SECTION * em, False: last.size < _SECTION * em}
    left = columns[0].left
    if columns[0].is_one_line:
        left = min(column.left for column in columns)
    right = columns[-1].right
    if columns[-1].is_one_line:
        right = max(column.right for column in columns)
    flush = first.left - left <= _INDENT * em
    return Ends(
        goes_on=small[True]
        and flush
        and not first.row
        and not _ITEM.match(first.text)
        and _CELLS not in first.text,
        open=small[False]
        and len(last.text) >= _LEAST_LINE
        and not last.row
        and _CELLS not in last.text
        and right - last.right <= _SHORT * em
        and not ends_sentence(last.text),
        first=first.size,
        last=last.size,
    )


def _line(row: Sequence[Piece]) -> _Line:
    main = max(row, key=lambda piece: (len(piece.text) > 1, piece.size))
    text, before = "", None
    for piece in row:
        own = _scripted(piece, main)
        if before is not None:
            gap = (piece.left - before.right) / max(piece.size, 0.1)
            latin = before.text[-1:].isascii() and piece.text[:1].isascii()
            space = gap > (_WORD_SPACE if latin else _WIDE_SPACE) and not text.endswith(" ")
            text += _CELLS if space and not latin else " " if space else ""
        text += own
        before = piece
    return _Line(
        text=text.strip(),
        left=min(piece.left for piece in row),
        top=min(piece.top for piece in row),
        right=max(piece.right for piece in row),
        bottom=max(piece.bottom for piece in row),
        size=body_size(row),
        row=any(piece.row for piece in row),
    )


def _scripted(piece: Piece, main: Piece) -> str:
    """The text of `piece`, as exponent or index where it is small and stands off the base line."""
    if piece.size > _SCRIPT * main.size or not _SCRIPTS.fullmatch(piece.text):
        return piece.text
    off = (_base(main) - _base(piece)) / main.size
    if off >= _RAISED:
        return piece.text.translate(_EXPONENTS)
    return piece.text.translate(_INDICES) if off <= -_LOWERED else piece.text


def _base(piece: Piece) -> float:
    return piece.bottom - _DESCENT * (piece.bottom - piece.top)


def _paragraphs(
    lines: Sequence[_Line], left: float, right: float, scale: TypeScale
) -> list[tuple[bool, list[_Line]]]:
    """Groups of lines; the flag says that a group follows the one before without a gap."""
    em, slack = scale.em, scale.slack
    indented = sum(line.left - left > _INDENT * em for line in lines) >= 2
    spaces = [below.top - above.bottom for above, below in pairwise(lines)]
    usual = _line_space(spaces) if scale.single else median(spaces) if spaces else 0.0
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
        goes_on = not short and _goes_on(above, line, em)
        starts = (
            (line.left - left > _INDENT * em and not goes_on)
            or parted
            or (short and not large)
            or (scale.paper and _is_numbered(line, right, em))
            or (scale.paper and _is_numbered(above, right, em))
        )
        if resized or far or (starts and not large) or line.row or above.row:
            grouped.append((not (far or resized), [line]))
        else:
            grouped[-1][1].append(line)
        was_large = large
    return grouped


def _is_numbered(line: _Line, right: float, em: float) -> bool:
    """Whether a line is a paper's numbered heading, in type of whatever size."""
    return heading_level(line.text) > 0 and right - line.right > _SHORT * em


def _line_space(spaces: Sequence[float]) -> float:
    """The space between lines of one paragraph, where most paragraphs may be of one line."""
    return sorted(spaces)[len(spaces) // 4] if spaces else 0.0


def _goes_on(above: _Line, line: _Line, em: float) -> bool:
    """Whether `line` goes on with a sentence of a paragraph that is set in as a whole.

    Or of an item whose number hangs out to the left of its lines.
    """
    hanging = _ITEM.match(above.text) is not None and line.left > above.left
    aligned = hanging or abs(line.left - above.left) <= _ALIGNED * em
    running = above.right - above.left >= _RUNNING * em
    return aligned and running and not ends_sentence(above.text)


def _margins(lines: Sequence[_Line], em: float) -> tuple[float, float]:
    """Left and right edge of a column: what full lines reach."""
    body = [line for line in lines if line.size < _SECTION * em] or list(lines)
    return min(line.left for line in body), max(line.right for line in body)


def _level(paragraph: Sequence[_Line], size: float, scale: TypeScale) -> int:
    """1 for a headline, 2 and 3 for headings, 0 for text: prose in larger type is text."""
    text = "".join(line.text for line in paragraph)
    if scale.paper and len(paragraph) == 1 and (level := heading_level(text)):
        return level
    if len(text) > _LONGEST_HEADING or (len(paragraph) > 1 and _PROSE.search(text)):
        return 0
    if size >= scale.title:
        return 1
    if size < scale.section:
        return 0
    return 3 if scale.single and size < _CHAPTER * scale.em else 2


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
