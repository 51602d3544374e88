"""What a page's marks and the surroundings of its pieces say about each link.

Beside `seam_features`, which compare two pieces alone: how the page is set between them, and what
the stretch of paragraphs that ends in the one (with its headline) shares with the stretch that
begins with the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from ingest.seams.fragments import Piece
from ingest.seams.seam_features import (
    NAMES,
    SIMILARITY_FLOOR,
    Mask,
    Matrix,
    closed_ends,
    features,
    log_similarity,
    of_begins,
    of_ends,
    shared_runs,
    standard,
    with_margins,
)
from ingest.seams.seams import Ids, SeamStatistics
from rag.models.embedding import Embedder, PassageInput

PAGE_NAMES = (
    *NAMES,
    "other_article", "broken_before", "after_closing", "end_of_stretch", "gap_before",
    "stub", "marked_page", "starts_between", "breaks_between",
    "stretch", "stretch_row", "stretch_column",
    "stretch_triples", "stretch_triples_row", "stretch_triples_column",
)  # fmt: skip
PAGE_TOPIC_NAMES = (
    "topic", "topic_row", "topic_column",
    "stretch_topic", "stretch_topic_row", "stretch_topic_column",
)  # fmt: skip
_STUB = 12
_EMBEDDED = 300
_REACH = 6


def page_features(
    pieces: Sequence[Piece],
    allowed: Mask,
    statistics: SeamStatistics,
    topics: TopicVectors | None = None,
) -> Matrix:
    """Shape (n, n, f): `PAGE_NAMES`, and `PAGE_TOPIC_NAMES` after them with topics."""
    texts = [piece.text for piece in pieces]
    ids = [statistics.encode(text) for text in texts]
    stretches = _Stretches.of(pieces)
    layers = [
        *np.moveaxis(features(texts, ids, allowed, statistics), -1, 0),
        *_layout(pieces),
        *_shared_by_stretches(pieces, ids, stretches, allowed, statistics),
    ]
    if topics:
        for values in _topics(pieces, stretches, topics):
            layers += with_margins(standard(values), allowed, 0.0)
    return np.stack(layers, axis=-1)


class TopicVectors:
    """Vectors of a page's texts, each embedded once however often it is compared."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def of(self, texts: Set[str]) -> Mapping[str, NDArray[np.float32]]:
        """The vector of each text, and of those that were asked for before."""
        new = sorted(texts - self._known.keys())
        found = self._embedder.embed_passages([PassageInput(text) for text in new]) if new else []
        self._known.update(
            (text, embedded.passage) for text, embedded in zip(new, found, strict=True)
        )
        return self._known


class _Stretches:
    """Which pieces stand together: until a sentence is broken, a heading or a closing line.

    `before[i]` is the first piece of the stretch that ends in piece i, `after[j]` the last one
    of the stretch that begins with piece j; both are near, so that long documents stay cheap.
    """

    def __init__(self, before: Sequence[int], after: Sequence[int]) -> None:
        self.before, self.after = before, after

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> _Stretches:
        size = len(pieces)
        broken = break_before(pieces)
        before, after = list(range(size)), list(range(size))
        for n in range(1, size):
            before[n] = n if broken[n] else max(before[n - 1], n - _REACH)
        for n in range(size - 2, -1, -1):
            after[n] = n if broken[n + 1] else min(after[n + 1], n + _REACH)
        return cls(before, after)


def break_before(pieces: Sequence[Piece]) -> list[bool]:
    """Whether each piece may belong to another article than the one before it, by the marks."""
    closed = closed_ends([piece.text for piece in pieces])
    return [
        n == 0 or piece.starts or pieces[n - 1].closed or not closed[n - 1] or piece.jumps_in
        for n, piece in enumerate(pieces)
    ]


def _layout(pieces: Sequence[Piece]) -> list[Matrix]:
    size = len(pieces)
    place = np.arange(size)
    closed = closed_ends([piece.text for piece in pieces])
    article = np.array([piece.article for piece in pieces])
    broken = np.array(break_before(pieces))
    started = np.cumsum([piece.starts for piece in pieces])
    breaks = np.cumsum(broken)
    after_closing = [n > 0 and pieces[n - 1].closed for n in range(size)]
    between = place[None, :] - place[:, None]
    return [
        (article[None, :] > article[:, None]).astype(float),
        of_begins(broken),
        of_begins(after_closing),
        of_ends(np.append(broken[1:], True)),
        of_begins([piece.gap for piece in pieces]),
        of_ends([len(p.text) < _STUB and not c for p, c in zip(pieces, closed, strict=True)]),
        np.full((size, size), float(article[-1] > article[0])),
        np.where(between > 0, np.clip(started[None, :] - started[:, None], 0, 4), 0).astype(float),
        np.where(between > 0, np.clip(breaks[None, :] - breaks[:, None], 0, 6), 0).astype(float),
    ]


def _shared_by_stretches(
    pieces: Sequence[Piece],
    ids: Sequence[Ids],
    stretches: _Stretches,
    allowed: Mask,
    statistics: SeamStatistics,
) -> list[Matrix]:
    """Character runs that a stretch before and a stretch after have in common."""
    size = len(pieces)
    headings = [statistics.encode(piece.heading) for piece in pieces]
    before = [
        np.concatenate([headings[first], *ids[first : n + 1]])
        for n, first in enumerate(stretches.before)
    ]
    after = [np.concatenate(ids[n : last + 1]) for n, last in enumerate(stretches.after)]
    layers: list[Matrix] = []
    for length in (2, 3):
        similar = shared_runs([*before, *after], statistics, length)[:size, size:]
        layers += with_margins(log_similarity(similar), allowed, np.log(2 * SIMILARITY_FLOOR))
    return layers


def _topics(
    pieces: Sequence[Piece], stretches: _Stretches, topics: TopicVectors
) -> tuple[Matrix, Matrix]:
    """Cosines of the pieces, and of the mean vectors of the stretches."""
    texts = [piece.text[:_EMBEDDED] for piece in pieces]
    headings = [piece.heading for piece in pieces]
    vectors = topics.of({*texts, *headings} - {""})
    matrix = np.stack([vectors[text] for text in texts]).astype(np.float64)
    weights = np.array([np.sqrt(len(text)) for text in texts])
    before, after = [], []
    for n, (first, last) in enumerate(zip(stretches.before, stretches.after, strict=True)):
        total = weights[first : n + 1] @ matrix[first : n + 1]
        if headings[first]:
            total = total + np.sqrt(_EMBEDDED) * vectors[headings[first]]
        before.append(total / np.linalg.norm(total))
        total = weights[n : last + 1] @ matrix[n : last + 1]
        after.append(total / np.linalg.norm(total))
    return matrix @ matrix.T, np.stack(before) @ np.stack(after).T
