"""Headlines of a newspaper's page that take more than one line, or have a column's label above."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.lines.blocks import Block, Kind, block_at
from ingest.lines.bylines import dateline_names
from ingest.lines.lines import ends_sentence
from ingest.pages.headings import is_body, is_short, is_signed
from ingest.seams.seam_features import crosses_word
from rag.language.text import tagged

_LABEL = re.compile(r"【[^【】，。：:；]{2,8}】")
_HALF, _UNEVEN = 10, 2
_LONGEST = 34
_WORD = 3  # characters
_OPEN_END = re.compile("[cpdmq]$|u[jvd]|mq")
_OPEN_START = re.compile("c$|u")
"""Tags of conjunctions, prepositions, adverbs, counts and particles."""


def is_label(text: str) -> bool:
    """Whether a line is nothing but a column's label, such as `【短评】`."""
    return _LABEL.fullmatch(text) is not None


def with_whole_headlines(blocks: Sequence[Block]) -> list[Block]:
    """A headline that is broken into two lines in one block.

    Lines are even, or end with a comma, or the second goes on with the words of the first.
    """
    whole: list[Block] = []
    passed = False
    for n, block in enumerate(blocks):
        following = block_at(blocks, n + 1)
        if passed:
            passed = False
        elif following and _is_broken_headline(block, following) and is_signed(blocks, n + 1):
            text, spans = block.text + following.text, block.spans + following.spans
            whole.append(replace(block, text=text, spans=spans))
            passed = True
        else:
            whole.append(block)
    return whole


def _is_broken_headline(block: Block, following: Block) -> bool:
    sizes = len(block.text), len(following.text)
    plain = block.kind is following.kind is Kind.TEXT and not (block.level or following.level)
    if not plain or not block.gap or following.gap or is_label(block.text):
        return False
    if not is_short(following) or dateline_names(following.text) is not None:
        return False
    if block.text[-1] in "，、":
        return max(sizes) <= 2 * _HALF
    even = max(sizes) <= _HALF and abs(sizes[0] - sizes[1]) <= _UNEVEN
    if even and is_short(block) and not ends_sentence(block.text):
        return True
    return sum(sizes) <= _LONGEST and _goes_on(block.text, following.text)


def _goes_on(text: str, following: str) -> bool:
    """Whether a line is no phrase by itself, so that the one below it is its rest.

    It ends in a word that wants another, or has no verb where the next begins with one; or the next
    is a mere word, or begins with a conjunction.
    """
    if ends_sentence(text):
        return False
    if crosses_word(text, following):
        return True
    tags = [tag for _, tag in tagged(text)]
    first = tagged(following)[0][1]
    if _OPEN_END.match(tags[-1]) or _OPEN_START.match(first) or len(following) <= _WORD < len(text):
        return True
    nouns = any(tag[0] == "n" for tag in tags) and not any(tag[0] == "v" for tag in tags)
    return nouns and first == "v"


def labelled_headlines(blocks: Sequence[Block]) -> list[Block]:
    """On a newspaper's page, a label set apart and the headline below it start an article."""
    settled = list(blocks)
    paper = any(
        block.kind in {Kind.FOLIO, Kind.DATELINE}
        or (block.kind is Kind.TEXT and dateline_names(block.text) is not None)
        for block in blocks
    )
    for n, (label, headline) in enumerate(pairwise(blocks) if paper else ()):
        if label.kind is not Kind.TEXT or not (label.gap and is_label(label.text)):
            continue
        if _is_headline(blocks, n + 1):
            settled[n] = replace(label, kind=Kind.TITLE)
            settled[n + 1] = replace(headline, kind=Kind.TITLE)
    return settled


def _is_headline(blocks: Sequence[Block], n: int) -> bool:
    block, after = blocks[n], block_at(blocks, n + 1)
    if block.kind is not Kind.TEXT or block.gap or block.level or not is_short(block):
        return False
    over = after is not None and (is_body(after) or after.kind is Kind.BYLINE)
    return over and not ends_sentence(block.text)
