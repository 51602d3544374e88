"""Lines → blocks, each with its kind, and where on the page an article starts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ingest.lines.blocks import HEADINGS, Block, Kind, block_at
from ingest.lines.bylines import (
    dateline_names,
    is_attribution,
    is_dateline_alone,
    is_ticked,
    read_affiliation,
    read_byline,
)
from ingest.lines.lines import Line, ends_sentence
from ingest.lines.people import listed_people, role_on
from ingest.lines.table_lines import cells_of_line
from ingest.pages.boilerplate import (
    furniture,
    is_caption,
    is_row,
    without_adverts,
    without_jump_notes,
)
from ingest.pages.folios import folios_at_the_top
from ingest.pages.headings import (
    is_body,
    is_short,
    marked_headings,
    plain_headings,
)
from ingest.pages.headline_lines import labelled_headlines, with_whole_headlines
from ingest.pages.official import with_official_title
from ingest.pages.torn_lines import with_torn_lines
from rag.data_model.documents import Span

_MARKED = re.compile(r"(#{1,6})\s*(.*?)\s*#*")
_BOX_NAMES = (
    "链接|相关链接|新闻链接|延伸阅读|延伸链接|名词解释|小贴士|小知识|知识链接|知识窗|新闻背景|背景链接|"
    "背景资料|资料链接|相关新闻|名词|词条|人物名片|人物简介|名片|新闻多一点|数据|数读|记者手记|编后|采访札记"
)
_BOX = re.compile(rf"[【\[■◆●▲★☆\s]*(?:{_BOX_NAMES})[】\]\s]*[>》〉＞→▶:：]*")
_BOX_ARROWS = re.compile(r"\s*[>》〉＞→▶]{2,}\s*$")
_SUBTITLE = re.compile(r"(?:——|--|──|—)\s*[^—].{2,60}")
_LABELLED = re.compile(r"(?P<label>[^\s：:，。！？；“”（）()《》]{1,12})[ \u3000]?[:：](?=\S)")
_LEAST_LABELS = 2
_LONGEST_KICKER = 40


def read_blocks(lines: Sequence[Line]) -> list[Block]:
    """Every line with its kind; headings are settled by what stands around them."""
    return with_headings(with_torn_lines(classified_lines(lines)))


def with_headings(blocks: Sequence[Block]) -> list[Block]:
    """`blocks` of `classified_lines` with their headings, people and the starts of articles."""
    marked = any(block.level for block in blocks)
    settled = with_official_title(_spoken(listed_people(_uncertain_bylines(blocks))))
    if marked:
        return _starts(marked_headings(settled))
    return _starts(plain_headings(labelled_headlines(with_whole_headlines(settled))))


def classified_lines(lines: Sequence[Line]) -> list[Block]:
    """Every line with the kind that its own looks give it; plain headings are still `TEXT`."""
    return without_adverts(folios_at_the_top([_classify(line) for line in lines]))


def _classify(line: Line) -> Block:
    text, spans = line.text, line.spans
    if line.alone:
        cells = line.cells or cells_of_line(text)
        return Block(Kind.TABLE, text, spans, gap=line.gap, cells=cells)
    level = 0
    if len(spans) == 1 and (match := _MARKED.fullmatch(text)) and match.group(2):
        level = len(match.group(1))
        start = spans[0].start + match.start(2)
        text, spans = match.group(2), (Span(start, start + len(match.group(2))),)
    block = Block(Kind.TEXT, text, spans, level, line.gap)
    if note := furniture(block):
        return note
    if _BOX.fullmatch(text) and len(text) <= 16:
        return replace(block, kind=Kind.BOX)
    if level > 1 and _SUBTITLE.fullmatch(text):
        return replace(block, kind=Kind.SUBTITLE)
    if level:
        return replace(block, kind=Kind.BOX if _BOX_ARROWS.search(text) else Kind.SECTION)
    return _credit_line(block) or without_jump_notes(block)


def _credit_line(block: Block) -> Block | None:
    """Lines about people: affiliations, bylines, roles; captions and rows."""
    text = block.text
    if unit := read_affiliation(text):
        return replace(block, kind=Kind.AFFILIATION, names=(unit,))
    if role := role_on(text):
        return replace(block, kind=Kind.ROLE if role[1] is None else Kind.PERSON)
    if byline := read_byline(text):
        return replace(block, kind=Kind.BYLINE, names=byline.names, certain=byline.certain)
    if is_dateline_alone(text):
        return replace(block, kind=Kind.DATELINE, names=dateline_names(text) or ())
    if cells := cells_of_line(text):
        return replace(block, kind=Kind.TABLE, cells=cells)
    kind = _kind_by_looks(text)
    return replace(block, kind=kind) if kind else None


def _kind_by_looks(text: str) -> Kind | None:
    if _SUBTITLE.fullmatch(text) and not ends_sentence(text) and not is_attribution(text):
        return Kind.SUBTITLE
    if is_caption(text):
        return Kind.CAPTION
    return Kind.TABLE if is_row(text) else None


def _uncertain_bylines(blocks: Sequence[Block]) -> list[Block]:
    """A line of bare names is a byline only between a heading and a paragraph of some length.

    Names behind a box are none where the next line has a box too, as items of a form have.
    """
    settled: list[Block] = []
    for n, block in enumerate(blocks):
        if block.kind is Kind.BYLINE and _is_item(blocks, n):
            block = replace(block, kind=Kind.TEXT, names=(), certain=True)  # noqa: PLW2901
        elif block.kind is Kind.BYLINE and not block.certain:
            before, after = settled[-1] if settled else None, block_at(blocks, n + 1)
            heading = before and (before.level or before.kind is Kind.SUBTITLE or is_short(before))
            if not (heading and after and is_body(after)):
                marked = is_ticked(block.text)  # words behind a box, and nothing that is said
                block = replace(block, kind=Kind.TEXT, names=(), certain=marked)  # noqa: PLW2901
        settled.append(block)
    return settled


def _is_item(blocks: Sequence[Block], n: int) -> bool:
    """Whether the line is one of several that begin with a box."""
    near = (block_at(blocks, n - 1), block_at(blocks, n + 1))
    return is_ticked(blocks[n].text) and any(one and is_ticked(one.text) for one in near)


def _spoken(blocks: Sequence[Block]) -> list[Block]:
    """Lines whose label comes back on the page (`问：`, `张三：`) are said, however short."""
    labels = [_label(block) for block in blocks]
    often = {
        label for label, count in Counter(filter(None, labels)).items() if count >= _LEAST_LABELS
    }
    return [
        replace(block, certain=False) if label in often else block
        for block, label in zip(blocks, labels, strict=True)
    ]


def _label(block: Block) -> str | None:
    match = _LABELLED.match(block.text) if block.kind is Kind.TEXT else None
    return match.group("label") if match else None


def _starts(blocks: list[Block]) -> list[Block]:
    """Mark where articles start: titles, and bylines, datelines, jumps without a title before."""
    result: list[Block] = []
    has_body, open_end, goes_out = False, False, False
    for n, block in enumerate(blocks):
        following = block_at(blocks, n + 1)
        if block.kind in {Kind.TITLE, Kind.DATELINE}:
            starts = has_body or _is_next_signed(blocks, n)
        elif block.kind is Kind.BYLINE:
            starts = has_body and following is not None and is_body(following)
        else:
            starts = block.kind is Kind.TEXT and has_body
            brief = not open_end and _is_brief(block, result)
            starts = starts and (brief or (block.jumps_in and not goes_out))
        has_body = has_body and not starts
        goes_out = goes_out or block.jumps_out
        if block.kind in {Kind.TEXT, Kind.PERSON} and not _is_kicker(block, following):
            has_body, open_end = True, not ends_sentence(block.text)
        result.append(replace(block, starts=True) if starts else block)
    return result


def _is_kicker(block: Block, following: Block | None) -> bool:
    """Whether a line stands over a marked heading as what leads to it, and is no text yet."""
    over = following is not None and following.level > 0
    return over and len(block.text) <= _LONGEST_KICKER and not ends_sentence(block.text)


def _is_next_signed(blocks: Sequence[Block], n: int) -> bool:
    """Whether a headline set apart below a byline has a byline of its own: another article."""
    below = blocks[n - 1].kind is Kind.BYLINE if n else False
    after = block_at(blocks, n + 1)
    own = after is not None and after.kind is Kind.BYLINE
    return below and own and blocks[n].kind is Kind.TITLE and blocks[n].gap


def _is_brief(block: Block, before: Sequence[Block]) -> bool:
    """A news item without a headline: a dateline of its own, not below a heading."""
    heading = before and before[-1].kind in {*HEADINGS, Kind.BYLINE, Kind.DATELINE}
    return not heading and dateline_names(block.text) is not None
