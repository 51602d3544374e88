"""Short lines that are no headings: what stands below goes on with their last word or thought."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.blocks import Block, Kind
from ingest.lines import ends_sentence
from ingest.seam_encoder import seam_encoder
from ingest.seam_features import crosses_word, seam_gains
from ingest.seams import seam_statistics

# On stirred pages of training news: 2 of 1,000 headings are taken for torn lines, and a third of
# the torn lines that look like headings are seen.
_LEAST_GAIN = 0.0
_FOLLOWED = 2.0
_AHEAD, _REACH = 16, 40
_LEAST, _MOST = 6, 34
_LEAST_BELOW = 12
_MOST_LINES = 600  # more are a list, not a page


def with_torn_lines(blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with `torn` set on each short line that some paragraph below continues.

    A word runs on in it, or it is the next block and clearly goes on.
    """
    lines = [n for n, block in enumerate(blocks) if _is_open(block)]
    below = [n for n, block in enumerate(blocks) if _may_continue(block)]
    if not below or not 0 < len(lines) <= _MOST_LINES:
        return list(blocks)
    encoder = seam_encoder()
    ends = encoder.end_vectors([blocks[n].text for n in lines])
    begins = encoder.begin_vectors([blocks[n].text for n in below])
    marked = list(blocks)
    for n, end in zip(lines, ends, strict=True):
        first = bisect_right(below, n)
        near = [m for m in below[first : first + _AHEAD] if m <= n + _REACH]
        if not near:
            continue
        follows = begins[first : first + len(near)] @ end
        best = blocks[near[int(np.argmax(follows))]].text
        goes_on = near[0] == n + 1 and follows[0] > _FOLLOWED
        if goes_on or _runs_on(blocks[n].text, best):
            marked[n] = replace(blocks[n], torn=True)
    return marked


def _is_open(block: Block) -> bool:
    shown = block.kind is Kind.TEXT and not block.level and _LEAST <= len(block.text) <= _MOST
    return shown and not ends_sentence(block.text)


def _may_continue(block: Block) -> bool:
    return block.kind is Kind.TEXT and len(block.text) > _LEAST_BELOW


def _runs_on(line: str, text: str) -> bool:
    """Whether a word runs on from the line into the text, and characters agree."""
    if not crosses_word(line, text):
        return False
    return float(seam_gains([line], [text], seam_statistics())[0][0, 0]) > _LEAST_GAIN
