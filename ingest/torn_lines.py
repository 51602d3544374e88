"""Short lines that are no headings but pieces of running text that a column's end tore off.

A logistic model tells the two apart: by what stands above and below and may go on across the tear,
and by how broken the page is. `scripts/train_torn_lines.py` fits it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.blocks import Block, Kind
from ingest.headings import is_signed
from ingest.lines import ends_sentence
from ingest.seam_encoder import seam_encoder
from ingest.seam_features import crosses_word, seam_gains
from ingest.seams import seam_statistics
from rag.logistic import LogisticModel

NAMES = (
    "follows_below", "goes_on_below", "gain_below", "runs_on_below", "follows_next",
    "follows_above", "goes_on_above", "gain_above", "runs_on_above", "opens", "length",
    "signed", "open_share", "short_share", "signed_page", "first",
)  # fmt: skip
THRESHOLD = 0.75
_FILE = Path(__file__).with_name("torn_lines.json")
_AHEAD, _REACH = 16, 40
_LEAST, _MOST = 6, 34
_LEAST_BESIDE = 12
_MOST_LINES = 600  # more are a list, not a page
_NOWHERE, _NO_GAIN = -6.0, -10.0  # where nothing stands above or below; in nats
_SENTENCE_END = "。"
_SIGNED = {Kind.BYLINE, Kind.DATELINE}


def with_torn_lines(blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with `torn` set on each short line that is running text."""
    candidates, values = torn_line_features(blocks)
    marked = list(blocks)
    if candidates:
        torn = torn_line_model().probability(values) >= THRESHOLD
        for n in np.asarray(candidates)[torn].tolist():
            marked[n] = replace(blocks[n], torn=True)
    return marked


def torn_line_features(blocks: Sequence[Block]) -> tuple[list[int], NDArray[np.float64]]:
    """Places of the short lines that end no sentence, and `NAMES` of each: shape (n, f)."""
    candidates = [n for n, block in enumerate(blocks) if _is_open(block)]
    beside = [n for n, block in enumerate(blocks) if _is_running(block)]
    if not beside or not 0 < len(candidates) <= _MOST_LINES:
        return [], np.zeros((0, len(NAMES)))
    page = _Page.of(blocks, beside, len(candidates))
    return candidates, np.array([page.features(n) for n in candidates])


@dataclass(frozen=True)
class _Page:
    """What the short lines of a page are compared with: the blocks at the places `beside`."""

    blocks: Sequence[Block]
    beside: NDArray[np.int64]
    open_share: float
    short_share: float
    signed: bool

    @classmethod
    def of(cls, blocks: Sequence[Block], beside: Sequence[int], short: int) -> _Page:
        long = [blocks[n].text for n in beside if len(blocks[n].text) > _MOST]
        opened = sum(not ends_sentence(text) for text in long)
        signed = any(block.kind in _SIGNED and block.certain for block in blocks)
        share = min(short / max(len(long), 1), 1.0)
        return cls(blocks, np.asarray(beside), opened / max(len(long), 1), share, signed)

    def features(self, n: int) -> list[float]:
        """Of the line at place `n`, in the order of `NAMES`."""
        text = self.blocks[n].text
        below = self.beside[(self.beside > n) & (self.beside <= n + _REACH)][:_AHEAD].tolist()
        above = self.beside[(self.beside < n) & (self.beside >= n - _REACH)][-_AHEAD:].tolist()
        begins = [self.blocks[m].text for m in below]
        ends = [self.blocks[m].text for m in above if not ends_sentence(self.blocks[m].text)]
        return [
            *_best([text], begins),
            float(_follows([text], begins)[0]) if below[:1] == [n + 1] else _NOWHERE,
            *_best(ends, [text]),
            float(_follows([_SENTENCE_END], [text])[0]),
            len(text) / _MOST,
            float(is_signed(self.blocks, n)),
            self.open_share,
            self.short_share,
            float(self.signed),
            float(n == 0),
        ]


def _follows(ends: Sequence[str], begins: Sequence[str]) -> NDArray[np.float64]:
    """Of one end and many beginnings, or the other way round: shape (many,)."""
    return seam_encoder().follows(ends, begins).ravel() if ends and begins else np.zeros(0)


def _best(ends: Sequence[str], begins: Sequence[str]) -> list[float]:
    """Of one end and many beginnings, or the other way round, about the likeliest pair.

    How well it follows, and how much better than after a sentence's end; what the characters gain;
    whether a word runs on.
    """
    if not ends or not begins:
        return [_NOWHERE, _NOWHERE, _NO_GAIN, 0.0]
    follows = _follows(ends, begins)
    goes_on = follows - _follows([_SENTENCE_END], begins)
    best = int(np.argmax(goes_on))
    left, right = ends[min(best, len(ends) - 1)], begins[min(best, len(begins) - 1)]
    gain = seam_gains([left], [right], seam_statistics())[0][0, 0]
    runs_on = gain > 0 and crosses_word(left, right)
    return [float(follows[best]), float(goes_on[best]), float(gain), float(runs_on)]


def _is_open(block: Block) -> bool:
    shown = block.kind is Kind.TEXT and not block.level and _LEAST <= len(block.text) <= _MOST
    return shown and not ends_sentence(block.text)


def _is_running(block: Block) -> bool:
    return block.kind is Kind.TEXT and len(block.text) > _LEAST_BESIDE


@cache
def torn_line_model() -> LogisticModel:
    """The model that comes with the package."""
    return LogisticModel.of(json.loads(_FILE.read_text(encoding="utf-8")), NAMES)


def write_torn_line_model(model: LogisticModel, path: Path = _FILE) -> None:
    """Store `model`."""
    weights = dict(zip(model.names, model.coefficients.round(5).tolist(), strict=True))
    record = {"bias": round(model.bias, 5), "weights": weights}
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
