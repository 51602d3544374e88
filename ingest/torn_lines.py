"""Short lines that are no headings: what stands below goes on with their last word or thought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.blocks import Block, Kind
from ingest.lines import ends_sentence
from ingest.seam_encoder import seam_encoder
from ingest.seam_features import crosses_word, seam_gains
from ingest.seams import seam_statistics

# On stirred pages of training news: 2 of 1,000 headings are taken for torn lines, and 40 % of the
# torn lines that look like headings are seen.
_LEAST_GAIN = 0.0
_LARGE_GAIN = 6.0
_FOLLOWED = 2.0
_AHEAD, _REACH = 16, 40
_LEAST, _MOST = 6, 34
_LEAST_BELOW = 12


def with_torn_lines(blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with `torn` set on each short line that some paragraph below continues."""
    return [
        replace(block, torn=True)
        if _is_open(block) and _is_torn(block, blocks[n + 1 : n + 1 + _REACH])
        else block
        for n, block in enumerate(blocks)
    ]


def _is_open(block: Block) -> bool:
    shown = block.kind is Kind.TEXT and not block.level and _LEAST <= len(block.text) <= _MOST
    return shown and not ends_sentence(block.text)


def _is_torn(block: Block, below: Sequence[Block]) -> bool:
    """Whether a word runs on in a paragraph below, or the next one clearly goes on."""
    flow = [other for other in below if other.kind is Kind.TEXT and len(other.text) > _LEAST_BELOW]
    if not flow:
        return False
    texts = [other.text for other in flow[:_AHEAD]]
    follows = seam_encoder().follows([block.text], texts)[0]
    if flow[0] is below[0] and follows[0] > _FOLLOWED:
        return True
    best = texts[int(np.argmax(follows))]
    gain = float(seam_gains([block.text], [best], seam_statistics())[0][0, 0])
    return gain > _LARGE_GAIN or (gain > _LEAST_GAIN and crosses_word(block.text, best))
