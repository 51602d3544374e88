"""Which pieces of a broken page go on in which: decided for all open ends at once.

Each pair of pieces has a score from `pair_model` (characters and words across the seam, marks,
shared words and topics of the pieces and of what stands around them, order, the page's setting).
The links are the assignment with the largest sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ingest.seams.fragments import Piece, allowed_links, starts_several
from ingest.seams.page_features import TopicVectors, page_features
from ingest.seams.pair_model import Choice, PairModel, assign, given_begin_none, pair_model
from ingest.seams.seam_features import Mask, Matrix, closed_ends
from ingest.seams.seams import seam_statistics
from rag.models.embedding import Embedder

JOIN_THRESHOLD = 0.6
UNMARKED_JOIN_THRESHOLD = 0.9  # no heading tells where an article starts: any piece may be one
MOVE_THRESHOLD = 0.85
OPENING_THRESHOLD = 0.7
_MOST_PIECES = 240
_MOST_BROKEN = 24
# In log-odds, by what the page says that the model has not seen:
_JUMP = 6.0  # `下转…版` and `上接…版`
_BOX_END = -3.0  # what a box says is seldom continued below it
_SAID = -3.0  # nor is a sentence in what someone else says or who is listed
_GOES_ON = 3.0  # what starts with a comma goes on from somewhere
_IN_ORDER = 4.0  # the next piece, where the order is known from the places, or to be believed
_LEAST_DIMENSION = 128  # vectors shorter than this tell words apart, not topics


@dataclass(frozen=True, slots=True)
class Link:
    """Piece `target` goes on where piece `source` stops.

    `confidence` is the probability that this is right; `merges` tells whether both are one
    paragraph (a sentence was broken) or two that follow one another. `displaced`: the target
    cannot belong to what stands above it. `marked`: the page marks where articles start, or it is
    one article in order.
    """

    source: int
    target: int
    confidence: float
    merges: bool
    displaced: bool = False
    marked: bool = True

    @property
    def accepted(self) -> bool:
        """Whether it is sure enough to be acted on; text that may stay in its place needs more."""
        return self.confidence >= self._needed

    @property
    def _needed(self) -> float:
        if self.merges:
            return JOIN_THRESHOLD if self.marked else UNMARKED_JOIN_THRESHOLD
        return JOIN_THRESHOLD if self.displaced else MOVE_THRESHOLD


@dataclass(frozen=True, slots=True)
class Stitching:
    """What a page's pieces need beside their order.

    Attributes:
        links: of broken sentences, sure or not, so that the caller can mark the place; and of
            paragraphs that stand apart from the one they follow.
        openings: pieces with which an article starts though the page does not mark it.
    """

    links: tuple[Link, ...] = ()
    openings: frozenset[int] = frozenset()

    @property
    def is_stirred(self) -> bool:
        """Whether some piece goes on beyond the next one: the page's order is broken."""
        return any(link.accepted and link.target != link.source + 1 for link in self.links)


def stitch(
    pieces: Sequence[Piece], embedder: Embedder | None = None, *, in_order: bool = False
) -> Stitching:
    """Decide for all pieces of a page, in parts of at most 240 pieces.

    On a page of one article whose order is whole, only broken sentences are healed; in a list,
    whose lines end no sentence, nothing is.

    Args:
        pieces: in the page's order.
        embedder: compares topics; without it, words do.
        in_order: the pieces' places on the page are known and their order comes from them.
    """
    if _is_list(pieces):
        return Stitching()
    links: list[Link] = []
    openings: set[int] = set()
    for start in range(0, len(pieces), _MOST_PIECES):
        part = _stitch_part(pieces[start : start + _MOST_PIECES], embedder, in_order=in_order)
        links += (
            replace(link, source=link.source + start, target=link.target + start)
            for link in part.links
        )
        openings |= {start + n for n in part.openings}
    return Stitching(tuple(links), frozenset(openings))


def _is_list(pieces: Sequence[Piece]) -> bool:
    """Whether so many pieces end no sentence that they are no prose."""
    opened = int((~closed_ends([piece.text for piece in pieces])).sum()) if pieces else 0
    return opened > max(_MOST_BROKEN, len(pieces) / 2)


def _stitch_part(
    pieces: Sequence[Piece], embedder: Embedder | None, *, in_order: bool
) -> Stitching:
    if len(pieces) < 2:
        return Stitching()
    judge = _Judge(pieces, in_order=in_order)
    several = starts_several(pieces)
    if judge.closed[:-1].all() and not several:
        return Stitching()
    if not several:  # most such files are in order: believe so until something is stirred even then
        alone = _decide(replace(judge, in_order=True), allowed_links(pieces, stirred=False))
        if not alone.is_stirred:
            return replace(alone, openings=frozenset())
    if embedder is not None and embedder.dimension >= _LEAST_DIMENSION:
        judge = replace(judge, topics=TopicVectors(embedder))
    found = _decide(judge, allowed_links(pieces, stirred=True))
    return found if found.is_stirred else replace(found, openings=frozenset())


@dataclass(frozen=True)
class _Judge:
    """What decides about the pieces of one page."""

    pieces: Sequence[Piece]
    in_order: bool
    topics: TopicVectors | None = None

    @cached_property
    def closed(self) -> Mask:
        """Which pieces end a sentence."""
        return closed_ends([piece.text for piece in self.pieces])

    @cached_property
    def marked(self) -> bool:
        """Whether it is known where articles start: the page says it, or there is but one."""
        return self.in_order or starts_several(self.pieces)

    @cached_property
    def model(self) -> PairModel:
        """The network, with topics if they can be told."""
        return pair_model("page+topic" if self.topics else "page")

    def scores(self, allowed: Mask, healed: Mapping[int, int]) -> Matrix:
        """The model's for each pair, and what the page itself says."""
        pieces = _with_chains(self.pieces, healed)
        scores = self.model.scores(page_features(pieces, allowed, seam_statistics(), self.topics))
        scores += _JUMP * np.array([piece.jumps_out for piece in pieces])[:, None]
        scores += _BOX_END * (self.closed & [piece.boxed for piece in pieces])[:, None]
        scores += _GOES_ON * np.array([piece.goes_on for piece in pieces])
        scores += _SAID * np.outer(~self.closed, [piece.said for piece in pieces])
        scores += _IN_ORDER * np.eye(len(pieces), k=1) * self.in_order
        return self.model.against_detours(scores, allowed, self.closed)

    def links(self, scores: Matrix, allowed: Mask) -> list[Link]:
        """The best assignment."""
        return [self._link(choice) for choice in assign(scores, allowed)]

    def _link(self, choice: Choice) -> Link:
        ends = bool(self.closed[choice.source])
        confidence = self.model.confidence(choice.given_end, choice.given_begin, closed=ends)
        return Link(
            choice.source,
            choice.target,
            round(confidence, 4),
            merges=not ends,
            marked=self.marked,
        )


def _decide(judge: _Judge, allowed: Mask) -> Stitching:
    """The best assignment by the model, in two rounds.

    Broken sentences are the surer ones. Once they are healed, each end stands for the whole text
    that it ends, which tells better where an article goes on after a sentence's end.
    """
    scores = judge.scores(allowed, {})
    links = judge.links(scores, allowed)
    healed = {link.source: link.target for link in links if link.merges and link.accepted}
    if healed:
        allowed = _only(healed, allowed)
        scores = judge.scores(allowed, healed)
        settled = [link for link in links if link.source in healed]
        links = settled + judge.links(scores, allowed)
    displaced = {n + 1 for n, piece in enumerate(judge.pieces) if piece.closed or n in healed}
    links = [replace(link, displaced=link.target in displaced) for link in links]
    followed = {link.target for link in links if link.accepted}
    goes_on = {link.source for link in links if link.accepted}
    torn_off = {link.source for link in links if link.accepted and link.merges}
    alone = given_begin_none(scores, allowed)
    openings = {
        n
        for n, piece in enumerate(judge.pieces)
        if n
        and n not in followed
        and not piece.starts
        and (n - 1 in torn_off or not piece.said)
        and (n - 1 in goes_on or alone[n] >= OPENING_THRESHOLD)
    }
    return Stitching(tuple(link for link in links if _wanted(link)), frozenset(openings))


def _only(healed: Mapping[int, int], allowed: Mask) -> Mask:
    """`allowed` without rivals of the links that are settled."""
    left = allowed.copy()
    for source, target in healed.items():
        left[source, :] = left[:, target] = False
    return left


def _with_chains(pieces: Sequence[Piece], healed: Mapping[int, int]) -> list[Piece]:
    """Each piece that ends a chain of healed sentences, with the text of the whole chain."""
    texts = [piece.text for piece in pieces]
    for source in sorted(healed):
        texts[healed[source]] = texts[source] + texts[healed[source]]
    return [replace(piece, text=text) for piece, text in zip(pieces, texts, strict=True)]


def _wanted(link: Link) -> bool:
    """Whether a link says more than the page's own order does."""
    return link.merges or (link.target != link.source + 1 and link.accepted)
