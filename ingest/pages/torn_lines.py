"""Short lines that are no headings but pieces of running text that a column's end tore off.

A logistic model tells the two apart: by what stands above and below and may go on across the tear,
and by how broken the page is. `scripts/train_torn_lines.py` fits it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.lines.blocks import Block, Kind
from ingest.lines.lines import ends_sentence
from ingest.pages.headings import is_signed
from ingest.seams.seam_encoder import seam_encoder
from ingest.seams.seam_features import crosses_word, seam_gains
from ingest.seams.seams import seam_statistics
from rag.models.logistic import LogisticModel

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
    page = _Page(blocks, candidates, beside)
    return candidates, np.array([page.features(n) for n in candidates])


class _Page:
    """What the short lines of a page are compared with; each text is encoded once."""

    def __init__(
        self, blocks: Sequence[Block], candidates: Sequence[int], beside: Sequence[int]
    ) -> None:
        self._blocks = blocks
        self._beside = np.asarray(beside)
        seen = sorted({*candidates, *beside})
        texts = [blocks[n].text for n in seen]
        encoder = seam_encoder()
        self._ends = dict(zip(seen, encoder.end_vectors(texts), strict=True))
        self._begins = dict(zip(seen, encoder.begin_vectors(texts), strict=True))
        self._sentence_end = encoder.end_vectors([_SENTENCE_END])[0]
        self._open = {n for n in beside if not ends_sentence(blocks[n].text)}
        long = [n for n in beside if len(blocks[n].text) > _MOST]
        self._shares = [
            sum(n in self._open for n in long) / max(len(long), 1),
            min(len(candidates) / max(len(long), 1), 1.0),
            float(any(block.kind in _SIGNED and block.certain for block in blocks)),
        ]

    def features(self, n: int) -> list[float]:
        """Of the line at place `n`, in the order of `NAMES`."""
        near = self._beside[np.abs(self._beside - n) <= _REACH]
        below = near[near > n][:_AHEAD].tolist()
        above = [m for m in near[near < n][-_AHEAD:].tolist() if m in self._open]
        return [
            *self._best([n] * len(below), below),
            self._follows(n, below[0]) if below[:1] == [n + 1] else _NOWHERE,
            *self._best(above, [n] * len(above)),
            float(self._sentence_end @ self._begins[n]),
            len(self._blocks[n].text) / _MOST,
            float(is_signed(self._blocks, n)),
            *self._shares,
            float(n == 0),
        ]

    def _follows(self, end: int, begin: int) -> float:
        return float(self._ends[end] @ self._begins[begin])

    def _best(self, ends: Sequence[int], begins: Sequence[int]) -> list[float]:
        """Of pairs of places, about the one that goes on best.

        How well it follows, and how much better than after a sentence's end; what the characters
        gain; whether a word runs on.
        """
        if not ends:
            return [_NOWHERE, _NOWHERE, _NO_GAIN, 0.0]
        follows = [self._follows(e, b) for e, b in zip(ends, begins, strict=True)]
        goes_on = [
            found - float(self._sentence_end @ self._begins[b])
            for found, b in zip(follows, begins, strict=True)
        ]
        best = int(np.argmax(goes_on))
        left, right = self._blocks[ends[best]].text, self._blocks[begins[best]].text
        gain = float(seam_gains([left], [right], seam_statistics())[0][0, 0])
        return [follows[best], goes_on[best], gain, float(gain > 0 and crosses_word(left, right))]


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
