"""The pages of a document → the text of each; what repeats, is turned or is a note stands apart.

The parsers of PDFs and of pictures bring `Printed` pages; this is where they become text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ingest.lines.metadata import is_newspaper_name
from ingest.parts.extracted import CONTINUES, FOOTNOTE, ORDERED, REMARK, Mark, PageText
from ingest.printed.aligned_tables import aligned_tables
from ingest.printed.columns import reading_order
from ingest.printed.edge_lines import Sheet
from ingest.printed.footnotes import footnotes
from ingest.printed.frames import Frame
from ingest.printed.furnishing import furniture_of
from ingest.printed.grids import grids
from ingest.printed.item_numbers import with_numbers
from ingest.printed.page_table import PrintedTable
from ingest.printed.papers import foot_of_paper, is_paper
from ingest.printed.printed_tables import AGAIN, linked, printed_tables
from ingest.printed.text_runs import Band, Piece, body_size, extent, prose_size, rows
from ingest.printed.turns import Turn
from ingest.printed.typesetting import Ends, TypeScale, set_blocks
from rag.data_model.documents import Place

SLANTED = "斜排的水印或印章"

_HEADLINE = 1.38  # times the body's size
_SIDE_BY_SIDE = 3.0  # em of height that two columns share
_LEAST_LINES = 3
_MOST_TITLE = 40  # characters
_LEAST_TEXT = 60

Pieces = Mapping[Turn, Sequence[Piece]]


@dataclass(frozen=True)
class Printed:
    """A page before its text is put in order.

    Attributes:
        number: from 1.
        size: width and height as it is shown.
        pieces: by the way they run, each in its own frame.
        drawn: rectangles and lines on it.
        asides: text that is left out, with the reason.
        remarks: notes of readers, each with its box in the unit of `size`.
    """

    number: int
    size: tuple[float, float]
    pieces: Pieces = field(default_factory=dict)
    drawn: Sequence[Frame] = ()
    asides: Sequence[tuple[str, str]] = ()
    remarks: Sequence[tuple[str, tuple[float, ...]]] = ()


@dataclass(frozen=True)
class _Sorted:
    """A page's pieces in one frame: text in reading order, notes, furniture with its reasons."""

    size: tuple[float, float]
    blocks: list[list[Piece]]
    notes: list[list[Band]]
    furniture: dict[Piece, str]
    prose: float


def lay_out(pages: Sequence[Printed], slack: float | None = None) -> list[PageText]:
    """The text of every page.

    Args:
        pages: of one document, in order.
        slack: how far the sizes of text of one size may differ, in em; None for print.
    """
    everything = [p for page in pages for pieces in page.pieces.values() for p in pieces]
    em = prose_size(everything)
    paper = is_paper(everything)
    turned = {turn: _sort(pages, turn, em, paper) for turn in Turn if turn is not Turn.SLANTED}
    blocks = [sheet.blocks for sheets in turned.values() for sheet in sheets if sheet]
    em = _text_size([piece for page in blocks for block in page for piece in block], em)
    single = not any(_has_columns(page, em) for page in blocks)
    scale = replace(_scale(blocks, em, slack, single=single), paper=paper)
    found: list[PageText] = []
    before: tuple[Turn, Ends] | None = None
    for n, page in enumerate(pages):
        frames = {turn: sheets[n] for turn, sheets in turned.items() if sheets[n] is not None}
        text, now = _compose(page, {t: s for t, s in frames.items() if s}, scale)
        if before and now and now[0] is before[0] and now[1].continues(before[1], scale.slack):
            end = text.text.find("\n")
            span = Mark(0, end if end >= 0 else len(text.text), CONTINUES)
            text = replace(text, marks=(span, *text.marks))
        found.append(text)
        before = now or before
    ordered = paper or (single and slack is None)  # a scan's lines may be broken anywhere
    if found and ordered:
        found[0] = replace(found[0], marks=(Mark(0, 0, ORDERED), *found[0].marks))
    return found


def _text_size(pieces: Sequence[Piece], em: float) -> float:
    """The em of running text, whatever the tables are set in; `em` where there is hardly any."""
    text = [piece for piece in pieces if not piece.row]
    return prose_size(text) if sum(len(piece.text) for piece in text) >= _LEAST_TEXT else em


def _sort(pages: Sequence[Printed], turn: Turn, em: float, paper: bool) -> list[_Sorted | None]:
    """Every page's pieces that run one way."""
    sizes = [turn.size(*page.size) for page in pages]
    sheets = [
        Sheet(page.pieces.get(turn, ()), size) for page, size in zip(pages, sizes, strict=True)
    ]
    if not any(sheet.pieces for sheet in sheets):
        return [None] * len(pages)
    drawings = [[_in_frame(frame, turn, page.size) for frame in page.drawn] for page in pages]
    furniture = [
        _outside_tables(sheet.pieces, left_out, drawn)
        for sheet, left_out, drawn in zip(sheets, furniture_of(sheets, em), drawings, strict=True)
    ]
    texts: list[list[Piece]] = []
    result: list[_Sorted | None] = []
    for sheet, left_out, drawn in zip(sheets, furniture, drawings, strict=True):
        pieces = [piece for piece in sheet.pieces if piece not in left_out]
        notes = footnotes(pieces, drawn, sheet.size, em)
        below = {piece for note in notes for line in note for piece in line}
        texts.append([piece for piece in pieces if piece not in below])
        result.append(_Sorted(sheet.size, [], notes, left_out, prose_size(texts[-1])))
    found = [(own, printed_tables(own, drawn)) for own, drawn in zip(texts, drawings, strict=True)]
    return [
        page and _with_tables(page, pieces, drawn, tables, paper)
        for page, pieces, drawn, tables in zip(
            result, texts, drawings, linked(found, em), strict=True
        )
    ]


def _with_tables(
    page: _Sorted,
    pieces: Sequence[Piece],
    drawn: Sequence[Frame],
    tables: Sequence[PrintedTable],
    paper: bool,
) -> _Sorted:
    """A page with its text in order, a piece for each row of its tables."""
    em = body_size(pieces)
    inside = frozenset(piece for table in tables for piece in table.pieces)
    text = [piece for piece in pieces if piece not in inside]
    text = with_numbers(text) + [line for table in tables for line in table.lines(em)]
    again = {line: AGAIN for table in tables for line in table.repeated()}
    tabled = partial(_tabled, drawn=drawn, em=em)
    foot = foot_of_paper(text, drawn, em) if paper else []
    below = frozenset(foot)
    blocks = reading_order([piece for piece in text if piece not in below], drawn, tabled)
    blocks += [foot] if foot else []
    prose = _text_size(text, page.prose)
    return replace(page, blocks=blocks, furniture=page.furniture | again, prose=prose)


def _tabled(pieces: Band, drawn: Sequence[Frame], em: float) -> Band:
    """A part of a page, with a piece for each row of the tables that stand in it alone."""
    tables = list(aligned_tables(pieces, drawn, em))
    inside = frozenset(piece for table in tables for piece in table.pieces)
    rest = [piece for piece in pieces if piece not in inside] if tables else pieces
    return rest + [line for table in tables for line in table.lines(em)]


def _outside_tables(
    pieces: Sequence[Piece], left_out: dict[Piece, str], drawn: Sequence[Frame]
) -> dict[Piece, str]:
    """What is left out, less the parts of a table of which most is not."""
    if not left_out or not drawn:
        return left_out
    kept: set[Piece] = set()
    for grid in grids(drawn, body_size(pieces)):
        inside = [piece for piece in pieces if grid.frame.holds(piece)]
        if 2 * sum(piece in left_out for piece in inside) < len(inside):
            kept.update(inside)
    return {piece: reason for piece, reason in left_out.items() if piece not in kept}


def _in_frame(frame: Frame, turn: Turn, size: tuple[float, float]) -> Frame:
    box = (frame.left, frame.top, frame.right, frame.bottom)
    return Frame(*turn.in_frame(box, *size))


def _scale(
    blocks: Sequence[Sequence[Sequence[Piece]]], em: float, slack: float | None, *, single: bool
) -> TypeScale:
    """In a document of one column, the largest type is the title's, and the rest are headings."""
    largest = max(_headline_sizes(blocks, em), default=None) if single else None
    scale = TypeScale.of(em, largest, single=single and slack is None)
    return scale if slack is None else replace(scale, slack=slack)


def _headline_sizes(pages: Sequence[Sequence[Sequence[Piece]]], em: float) -> Iterator[float]:
    for page in pages:
        for block in page:
            for piece in block:
                text = piece.text.strip()
                headline = piece.size >= _HEADLINE * em and 1 < len(text) <= _MOST_TITLE
                if headline and any(map(str.isalpha, text)) and not is_newspaper_name(text):
                    yield piece.size


def _has_columns(blocks: Sequence[Sequence[Piece]], em: float) -> bool:
    """Whether two blocks of several lines stand side by side."""
    boxes = [
        (*extent(block), min(p.top for p in block), max(p.bottom for p in block))
        for block in blocks
        if len(rows(block)) >= _LEAST_LINES
    ]
    return any(
        min(one[3], other[3]) - max(one[2], other[2]) >= _SIDE_BY_SIDE * em
        and (one[1] <= other[0] or other[1] <= one[0])
        for n, one in enumerate(boxes)
        for other in boxes[n + 1 :]
    )


def _compose(
    page: Printed, frames: Mapping[Turn, _Sorted], scale: TypeScale
) -> tuple[PageText, tuple[Turn, Ends] | None]:
    """A page's text: the frame with most of it first, then the others, notes, what is left out."""
    parts = _Parts(page)
    order = sorted(
        frames, key=lambda turn: -sum(len(p.text) for b in frames[turn].blocks for p in b)
    )
    ends: tuple[Turn, Ends] | None = None
    for turn in order:
        sheet = frames[turn]
        text, own = set_blocks(sheet.blocks, page.number, sheet.size, scale.on_page(sheet.prose))
        parts.add(text, turn)
        if text.text and ends is None:
            ends = turn, own
    for turn in order:
        sheet = frames[turn]
        for note in sheet.notes:
            pieces = [piece for line in note for piece in line]
            flat = TypeScale(1e6, 1e6, 1e6)  # a note is one paragraph, in whatever type
            text, _ = set_blocks([pieces], page.number, sheet.size, flat)
            parts.add(text, turn, FOOTNOTE)
    for remark, box in page.remarks:
        parts.add_line(remark, REMARK, box)
    for turn in order:
        for piece, reason in sorted(frames[turn].furniture.items(), key=lambda item: item[0].top):
            box = (piece.left, piece.top, piece.right, piece.bottom)
            parts.add_line(piece.text, reason, turn_box=(turn, box))
    for aside, reason in page.asides:
        parts.add_line(aside, reason)
    return parts.page_text(), ends


class _Parts:
    """A page's text as it grows."""

    def __init__(self, page: Printed) -> None:
        self._page = page
        self._text = ""
        self._places: list[Place] = []
        self._marks: list[Mark] = []

    def add(self, text: PageText, turn: Turn, kind: str | None = None) -> None:
        """Lines set in one frame, as a paragraph of their own."""
        if not text.text:
            return
        start = self._begin()
        self._text += text.text
        self._places += [
            Place(p.start + start, p.end + start, p.page, turn.on_page(p.box)) for p in text.places
        ]
        self._marks += [replace(m, start=m.start + start, end=m.end + start) for m in text.marks]
        if kind:
            self._marks.append(Mark(start, len(self._text), kind))

    def add_line(
        self,
        text: str,
        kind: str,
        box: Sequence[float] = (),
        turn_box: tuple[Turn, tuple[float, float, float, float]] | None = None,
    ) -> None:
        """A line with a mark; `box` is one of the page, `turn_box` one of a frame, in points."""
        line = " ".join(text.split())
        if not line:
            return
        start = self._begin()
        self._text += line
        self._marks.append(Mark(start, len(self._text), kind))
        turn, corners = turn_box or (Turn.LEVEL, tuple(box))
        if corners:
            width, height = turn.size(*self._page.size)
            left, top, right, bottom = corners
            share = (left / width, top / height, right / width, bottom / height)
            shown = turn.on_page(share)
            self._places.append(Place(start, len(self._text), self._page.number, shown))

    def page_text(self) -> PageText:
        """What was added."""
        return PageText(self._text, tuple(self._places), tuple(self._marks))

    def _begin(self) -> int:
        self._text += "\n\n" if self._text else ""
        return len(self._text)
