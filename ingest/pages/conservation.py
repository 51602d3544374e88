"""No character is lost: what of a source no article has, and why.

Every character that can be seen stands in a paragraph, a title or a section's name, or in one of
these ranges. What is in none of them would be `UNNAMED`; a test holds that there is no such thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ingest.lines.blocks import Block, Kind
from ingest.lines.lines import is_blank
from ingest.pages.boilerplate import is_jump_note
from ingest.parts.extracted import Mark
from rag.data_model.documents import LeftOut, Span

HEADING_MARKS = "标题、列表等记号"
FRONT_MATTER = "文件开头的说明"
UNNAMED = "没有归类"
_MARKS = "#【】[]■◆●▲★☆>》〉＞→▶:： \u3000"  # of headings and boxes
REASONS = {
    Kind.SUBTITLE: "引题、副题",
    Kind.TITLE: "引题、副题",
    Kind.BYLINE: "作者行",
    Kind.DATELINE: "电头",
    Kind.ROLE: "人物名单的小标题",
    Kind.FOLIO: "报头、版次",
    Kind.FURNITURE: "报纸自己的署名、热线、转版提示",
    Kind.BOX: "栏目名",
    Kind.SECTION: "小标题",
}
"""Why a block of a kind may be in no paragraph, no title and no section."""


def left_out(
    source: str,
    kept: Iterable[Span],
    named: Iterable[LeftOut],
    header: Span,
) -> tuple[LeftOut, ...]:
    """The ranges that are not in `kept`, each with its reason, in order; blanks do not count.

    Args:
        source: the text as decoded.
        kept: what articles have.
        named: what the page has for something else; what is in `kept` too is kept.
        header: front matter.
    """
    reasons: list[str | None] = [UNNAMED] * len(source)
    _paint(reasons, header.start, header.end, FRONT_MATTER)
    for part in named:
        _paint(reasons, part.start, part.end, part.reason)
    for span in kept:
        _paint(reasons, span.start, span.end, None)
    return tuple(_ranges(source, reasons))


def named_blocks(blocks: Iterable[Block]) -> list[LeftOut]:
    """What a page has for something else than text."""
    return [
        LeftOut(span.start, span.end, REASONS[block.kind])
        for block in blocks
        if block.kind in REASONS
        for span in block.spans
    ]


def with_marks_named(source: str, parts: Iterable[LeftOut], marked: bool) -> Iterator[LeftOut]:
    """The parts, those that are marks of headings or of Markdown, or jump notes, called that.

    Args:
        source: the text as decoded.
        parts: of `left_out`.
        marked: the file is Markdown, whose marks no reader sees.
    """
    for part in parts:
        text = source[part.start : part.end]
        if part.reason != UNNAMED:
            yield part
        elif is_jump_note(text):
            yield replace(part, reason=REASONS[Kind.FURNITURE])
        elif marked or not text.strip(_MARKS) or not any(map(str.isalnum, text)):
            yield replace(part, reason=HEADING_MARKS)
        else:
            yield part


def named_by(marks: Iterable[Mark]) -> list[LeftOut]:
    """What the parser itself left out."""
    return [LeftOut(mark.start, mark.end, mark.kind) for mark in marks if mark.is_left_out]


def _paint(reasons: list[str | None], start: int, end: int, reason: str | None) -> None:
    end = min(end, len(reasons))
    reasons[start:end] = [reason] * max(end - start, 0)


def _ranges(source: str, reasons: Sequence[str | None]) -> Iterator[LeftOut]:
    """Runs of one reason, without the blanks at their ends; a run ends with its line."""
    start = 0
    for n in range(1, len(source) + 1):
        ends = n == len(source) or reasons[n] != reasons[start] or source[n - 1] in "\n\r\f"
        if not ends:
            continue
        reason = reasons[start]
        left, right = start, n
        while left < right and is_blank(source[left]):
            left += 1
        while left < right and is_blank(source[right - 1]):
            right -= 1
        if reason is not None and left < right:
            yield LeftOut(left, right, reason)
        start = n
