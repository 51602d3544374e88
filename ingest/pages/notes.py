"""What a parser marked on its pages: sentences that go on over a page's end, and footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ingest.lines.blocks import Block, Kind
from ingest.lines.lines import Line
from ingest.lines.table_lines import cells_of_line
from ingest.parts.extracted import CONTINUES, FACT, FOOTNOTE, ORDERED, REMARK, ROW, Mark
from ingest.printed.footnotes import mark_of
from rag.data_model.documents import Span

_EXPONENTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def joined_over_pages(lines: Sequence[Line], marks: Iterable[Mark]) -> list[Line]:
    """`lines`, each that goes on with the page before as a part of the line there."""
    goes_on = {mark.start for mark in marks if mark.kind == CONTINUES}
    joined: list[Line] = []
    for line in lines:
        if joined and line.spans[0].start in goes_on and not joined[-1].text.startswith("#"):
            whole = joined[-1]
            joined[-1] = replace(whole, text=whole.text + line.text, spans=whole.spans + line.spans)
        else:
            joined.append(line)
    return joined


def outside_the_flow(marks: Iterable[Mark]) -> list[Span]:
    """The ranges whose lines are none of the text: what is left out, and notes."""
    inside = {CONTINUES, ROW, ORDERED}
    return [Span(mark.start, mark.end) for mark in marks if mark.kind not in inside]


def is_ordered(marks: Iterable[Mark]) -> bool:
    """Whether the text is set in one column, so that it stands in order."""
    return any(mark.kind == ORDERED for mark in marks)


def rows_among(marks: Iterable[Mark]) -> list[Span]:
    """The ranges whose lines are rows of tables, as the parser says."""
    return [Span(mark.start, mark.end) for mark in marks if mark.kind == ROW]


def note_blocks(source: str, marks: Iterable[Mark]) -> Iterator[Block]:
    """Footnotes and remarks as blocks; `names` says what they are called."""
    for mark in marks:
        if mark.kind in {FOOTNOTE, REMARK}:
            text = source[mark.start : mark.end]
            own = mark_of(text) if mark.kind == FOOTNOTE else ""
            name = f"{mark.kind}{own}"
            yield Block(Kind.NOTE, text, (Span(mark.start, mark.end),), names=(name,))


def fact_blocks(source: str, marks: Iterable[Mark]) -> Iterator[Block]:
    """What stands around the text, a block a line, under one section's name."""
    for mark in marks:
        if mark.kind == FACT:
            text = source[mark.start : mark.end]
            yield as_fact(Block(Kind.TEXT, text, (Span(mark.start, mark.end),)))


def as_fact(block: Block) -> Block:
    """A line as one of those that stand around the text."""
    return Block(Kind.NOTE, block.text, block.spans, names=(FACT,), cells=cells_of_line(block.text))


def noted(note: Block, blocks: Sequence[Block]) -> int | None:
    """Which of `blocks` the note belongs to: the last before it that has its mark, or the last.

    Args:
        note: of `note_blocks`.
        blocks: in the order of their articles.
    """
    at = note.spans[0].start
    before = [n for n, block in enumerate(blocks) if block.spans and block.spans[0].start < at]
    if not before:
        return 0 if blocks else None
    mark = mark_of(note.text)
    wanted = {mark, mark.translate(_EXPONENTS)} if mark else set()
    near = sorted(before, key=lambda n: -max(span.start for span in blocks[n].spans))
    for n in near:
        sure = {m for m in wanted if not m.isdecimal() or m.translate(_EXPONENTS) == m}
        if any(m in blocks[n].text for m in sure):
            return n
    return near[0]
