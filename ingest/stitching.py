"""Which pieces of a broken page go on in which: decided for all open ends at once.

Each pair of pieces has a score from `pair_model` (characters and words across the seam, marks,
shared words and topics, order). A page that is read in order adds what its layout says: mostly a
paragraph is followed by the next one. The links are the assignment with the largest sum.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ingest.pair_model import Choice, assign, has_model, pair_model
from ingest.seam_features import Mask, Matrix, closed_ends, features
from ingest.seams import seam_statistics
from rag.embedding import Embedder

JOIN_THRESHOLD = 0.6
MOVE_THRESHOLD = 0.9
_MOST_PIECES = 240
_SAME_BLOCK = -2.0
_LEAST_DIMENSION = 128  # vectors shorter than this tell words apart, not topics
_STUB = 12
_LEAST = 4
_STUB_SCORE = -6.0
_JUMP = 6.0
_ITEM = re.compile(
    r"(?:[-*+•·●○◆■□▪]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,2}[、.．](?!\d)|[①-⑳]|第[一二三四五六七八九十\d]{1,3}[条章节]|\S{1,8}[:：])"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph as it stands on the page.

    Attributes:
        starts: a heading stands before it, so that it continues nothing.
        article: counts the articles that the page starts, in reading order.
        closed: a closing line (the author's affiliation, a byline) stands after it.
        gap: an empty line stands before it.
        jumps_out, jumps_in: the page says that it goes on, or comes from, elsewhere.
    """

    text: str
    starts: bool = False
    article: int = 0
    closed: bool = False
    gap: bool = True
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

    @property
    def accepted(self) -> bool:
        """Whether it is sure enough to be acted on; text after a sentence's end needs more."""
        return self.confidence >= (JOIN_THRESHOLD if self.merges else MOVE_THRESHOLD)


def stitch(pieces: Sequence[Piece], embedder: Embedder | None = None) -> tuple[Link, ...]:
    """The links that a page's paragraphs need beside their order on the page.

    In a page of one article only broken sentences are healed. Between articles, a paragraph
    that ends a sentence is moved only on strong evidence (0.9); a broken sentence's rest is
    found wherever it stands. Links of a broken sentence below `JOIN_THRESHOLD` are given too, so
    that the caller can mark the place.
    """
    links: list[Link] = []
    for start in range(0, len(pieces), _MOST_PIECES):
        links += (
            replace(link, source=link.source + start, target=link.target + start)
            for link in _stitch_part(pieces[start : start + _MOST_PIECES], embedder)
        )
    return tuple(links)


def link_fragments(texts: Sequence[str], embedder: Embedder | None = None) -> tuple[Link, ...]:
    """The links between fragments of which nothing is known but their order."""
    if len(texts) < 2:
        return ()
    place = np.arange(len(texts))
    allowed = place[None, :] > place[:, None]
    return tuple(_links("fragments", texts, allowed, np.zeros(allowed.shape), embedder))


def _stitch_part(pieces: Sequence[Piece], embedder: Embedder | None) -> list[Link]:
    texts = [piece.text for piece in pieces]
    several = any(piece.article != pieces[0].article for piece in pieces)
    closed = closed_ends(texts) if texts else np.zeros(0, dtype=bool)
    if len(pieces) < 2 or (closed[:-1].all() and not several):
        return []
    allowed = allowed_links(pieces)
    layout = _layout(pieces, closed)
    found = _links("page", texts, allowed, layout, embedder if several else None)
    return [link for link in found if _wanted(link, closed)]


def _wanted(link: Link, closed: Mask) -> bool:
    """Whether a link says more than the page's own order does."""
    if not closed[link.source]:
        return True
    return link.target != link.source + 1 and link.accepted


def _links(
    kind: str, texts: Sequence[str], allowed: Mask, layout: Matrix, embedder: Embedder | None
) -> list[Link]:
    """The best assignment by the model for this `kind` of page: `page` or `fragments`."""
    told_apart = embedder is not None and embedder.dimension >= _LEAST_DIMENSION
    if not (told_apart and has_model(f"{kind}+topic")):
        embedder = None
    model = pair_model(f"{kind}+topic" if embedder else kind)
    scores = model.scores(features(texts, allowed, seam_statistics(), embedder)) + layout
    closed = closed_ends(texts)

    def link(choice: Choice) -> Link:
        ends = bool(closed[choice.source])
        confidence = model.confidence(choice.given_end, choice.given_begin, closed=ends)
        return Link(choice.source, choice.target, round(confidence, 4), merges=not ends)

    return [link(choice) for choice in assign(scores, allowed)]


def allowed_links(pieces: Sequence[Piece]) -> Mask:
    """Which links the page's marks leave open.

    A piece goes on further down, never below a heading, in a list's item or after a closing
    line; one that ends a sentence goes on in the next piece, or across an article's start where
    the order of the page is broken.
    """
    closed = closed_ends([piece.text for piece in pieces])
    place = np.arange(len(pieces))
    article = np.array([piece.article for piece in pieces])
    allowed = place[None, :] > place[:, None]
    other = article[None, :] > article[:, None]
    following = place[None, :] == place[:, None] + 1
    # Neighbours on one page share topics, so that a whole paragraph is moved only to where the
    # page's order is known to be broken: after an author's affiliation or a broken sentence.
    loose = [n > 0 and (pieces[n - 1].closed or not closed[n - 1]) for n in range(len(pieces))]
    moves = other & np.array(loose)[None, :]
    allowed &= ~closed[:, None] | moves | following
    barred = [piece.starts or _ITEM.match(piece.text) is not None for piece in pieces]
    allowed[:, barred] = False
    allowed[[piece.closed and ends for piece, ends in zip(pieces, closed, strict=True)], :] = False
    allowed[[len(piece.text) < _LEAST for piece in pieces], :] = False
    comes_in = np.array([piece.jumps_in for piece in pieces])
    goes_out = np.array([piece.jumps_out for piece in pieces])
    allowed &= comes_in[None, :] == goes_out[:, None]
    return np.asarray(allowed, dtype=bool)


def _layout(pieces: Sequence[Piece], closed: Mask) -> Matrix:
    """What the page's marks add to the scores."""
    size = len(pieces)
    layout = np.zeros((size, size))
    for n, piece in enumerate(pieces):
        if n + 1 < size and not closed[n] and not pieces[n + 1].gap:
            layout[n, n + 1] += _SAME_BLOCK
        layout[n, :] += _JUMP if piece.jumps_out else 0.0
        layout[n, :] += _STUB_SCORE if not closed[n] and len(piece.text) < _STUB else 0.0
    return layout
