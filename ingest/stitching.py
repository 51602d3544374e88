"""Which pieces of a broken page go on in which: decided for all open ends at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.lines import ends_sentence
from rag.embedding import Embedder

JOIN_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph as it stands on the page.

    Attributes:
        starts: an article's head or a heading stands before it, so that it continues nothing.
        closed: a closing line (the author's affiliation, editors' credits) stands after it.
        jumps_out, jumps_in: the page says that it goes on, or comes from, elsewhere.
    """

    text: str
    starts: bool = False
    closed: bool = False
    jumps_out: bool = False
    jumps_in: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Piece `target` goes on where piece `source` stops.

    `confidence` is the probability that this is right; `merges` tells whether both are one
    paragraph (a sentence was broken) or two that follow one another.
    """

    source: int
    target: int
    confidence: float
    merges: bool


def stitch(pieces: Sequence[Piece], embedder: Embedder | None = None) -> tuple[Link, ...]:
    """The links between `pieces`, each end and each beginning used at most once."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    ends = [n for n, piece in enumerate(pieces) if not ends_sentence(piece.text)]
    begins = [n for n, piece in enumerate(pieces) if not piece.starts]
    gains = np.zeros((len(ends), len(begins)))
    for row, source in enumerate(ends):
        for column, target in enumerate(begins):
            if target > source:
                gains[row, column] = _seam(pieces[source].text, pieces[target].text)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return tuple(
        Link(ends[row], begins[column], 0.9, merges=True)
        for row, column in zip(rows, columns, strict=True)
        if gains[row, column] > 0
    )


def _seam(left: str, right: str) -> float:
    import rjieba

    window = left[-6:] + right[:6]
    position = 0
    for word in rjieba.cut(window):
        if position < min(6, len(left)) < position + len(word):
            return 2.0
        position += len(word)
    return 0.5
