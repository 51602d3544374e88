"""An authority's document under its red head: the head names who issues, and no title.

`某县人民政府办公室文件`, a number with its year in brackets, then what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.lines.blocks import Block, Kind
from ingest.lines.metadata import normal_date

_HEAD = re.compile(r"[\u4e00-\u9fff（）()、\s]{4,40}文件")
_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,16}\s*[〔\[【(（﹝]\s*(?:19|20)\d{2}\s*[〕\]】)）﹞]\s*\d{1,4}\s*号"
    r"(?:\s+签发人\s*[:：].{2,20})?"
)
_TITLE = re.compile(
    r".{0,60}(?:关于.{2,80}|.{2,60})的?"
    r"(?:通知|意见|决定|通报|报告|请示|批复|函|办法|方案|公告|通告|规定|细则)"
)
_DAY = re.compile(r"(?:19|20)\d{2}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日")
_NEAR = 4
"""Lines between the head and the title: the number, who signs."""


def with_official_title(blocks: Sequence[Block]) -> list[Block]:
    """`blocks`, the head a line of text and the heading below its number the first heading."""
    found = _found(blocks)
    if found is None:
        return list(blocks)
    head, title = found
    settled = list(blocks)
    settled[head] = replace(blocks[head], kind=Kind.LONE, level=0)
    for n in range(head + 1, title):
        settled[n] = replace(blocks[n], kind=Kind.LONE, level=0)
    level = 1 if any(block.level for block in blocks) else 0
    kind = Kind.SECTION if level else Kind.TITLE
    settled[title] = replace(blocks[title], kind=kind, level=level, certain=True)
    return settled


def official_date(blocks: Sequence[Block]) -> str | None:
    """The day that stands alone below such a document's text: when it was made."""
    texts = [block.text.strip() for block in blocks]
    numbered = any(_NUMBER.fullmatch(text) for text in texts[: 2 * _NEAR])
    if not numbered or not any(block.kind is Kind.TITLE for block in blocks):
        return None
    days = [text for text in texts[_NEAR:] if _DAY.fullmatch(text)]
    return normal_date(days[0]) if len(days) == 1 else None


def _found(blocks: Sequence[Block]) -> tuple[int, int] | None:
    """Where the head and the title stand, at the top of a file."""
    for head, block in enumerate(blocks[:2]):
        if not _HEAD.fullmatch(block.text):
            continue
        below = range(head + 1, min(head + 1 + _NEAR, len(blocks)))
        numbers = [n for n in below if _NUMBER.fullmatch(blocks[n].text.strip())]
        titles = [n for n in below if numbers and n > numbers[0] and _is_title(blocks[n])]
        if titles:
            return head, titles[0]
    return None


def _is_title(block: Block) -> bool:
    kinds = {Kind.TEXT, Kind.SECTION, Kind.TITLE}
    return block.kind in kinds and _TITLE.fullmatch(block.text.strip()) is not None
