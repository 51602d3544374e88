"""A page's paragraphs as stitching sees them, and which may go on in which at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.lines.blocks import HEADINGS, Block, Kind
from ingest.lines.bylines import is_name
from ingest.lines.people import people_on
from ingest.seams.seam_features import Mask, closed_ends

_INSIDE_A_SENTENCE = tuple("，。、；：！？,;:!?%％")
_LEAST = 4
_LONGEST_POST = 64
_LEAST_OPEN = 12  # shorter lines without a mark at the end are items, not broken sentences

_LONGEST_ITEM = 24
_NO_CONTINUATION = {*HEADINGS, Kind.BYLINE, Kind.DATELINE}
_CLOSING = {Kind.AFFILIATION, Kind.BYLINE}
_ITEM = re.compile(
    r"(?:[-*+•·●○◆■□▪](?!\d)|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,2}[、.．](?!\d)|[①-⑳]|第[一二三四五六七八九十\d]{1,3}[条章节])"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph as it stands on the page.

    Attributes:
        starts: a heading stands before it, so that it continues nothing.
        heading: the headings that stand before it.
        said: it starts with the name of someone who speaks or is listed, and seldom goes on.
        boxed: it stands right below a box's heading.
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
    heading: str = ""
    said: bool = False
    boxed: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether it starts with a mark that only a broken sentence goes on with."""
        return self.text[:1] in _INSIDE_A_SENTENCE


def flow_of(blocks: Sequence[Block]) -> list[int]:
    """Which blocks are text that may go on elsewhere."""
    return [n for n, block in enumerate(blocks) if block.kind is Kind.TEXT]


def pieces_of(blocks: Sequence[Block]) -> list[Piece]:
    """A piece for each block in `flow_of(blocks)`, with what its neighbours on the page say."""
    flow = flow_of(blocks)
    pieces: list[Piece] = []
    article = 0
    for before, n, after in zip([-1, *flow], flow, [*flow[1:], len(blocks)], strict=False):
        above, below = blocks[before + 1 : n], blocks[n + 1 : after]
        article += sum(block.starts for block in (*above, blocks[n]))
        pieces.append(
            Piece(
                blocks[n].text,
                starts=blocks[n].starts or any(b.kind in _NO_CONTINUATION for b in above),
                article=article,
                closed=any(b.kind in _CLOSING and not b.starts for b in below[:1]),
                gap=blocks[n].gap or bool(above),
                jumps_out=blocks[n].jumps_out or any(b.jumps_out for b in below),
                jumps_in=blocks[n].jumps_in or any(b.jumps_in for b in above),
                heading=" ".join(b.text for b in above if b.kind in HEADINGS),
                said=not blocks[n].certain or _names_someone(blocks[n].text),
                boxed=any(b.kind is Kind.BOX for b in above),
            )
        )
    return pieces


def _names_someone(text: str) -> bool:
    people = people_on(text) if len(text) <= _LONGEST_POST else []
    return bool(people) and all(is_name(person.name) for person in people)


def allowed_links(pieces: Sequence[Piece], *, stirred: bool) -> Mask:
    """Which links the page's marks leave open, shape (n, n).

    A piece goes on further down, never below a heading or after a closing line; a list's short
    item nowhere, a broken sentence not in a list's item, a whole one not in a comma. One that ends
    a sentence goes on in the next piece, or anywhere on a `stirred` page: one that starts several
    articles, or whose order is known to be broken.
    """
    closed = closed_ends([piece.text for piece in pieces])
    place = np.arange(len(pieces))
    allowed = place[None, :] > place[:, None]
    if not stirred:
        allowed &= ~closed[:, None] | (place[None, :] == place[:, None] + 1)
    goes_on = np.array([piece.goes_on for piece in pieces])
    allowed &= ~(goes_on[None, :] & closed[:, None])
    item = np.array([_ITEM.match(piece.text) is not None for piece in pieces])
    allowed &= ~(item[None, :] & ~closed[:, None])
    allowed[_list_items(pieces, item) & ~closed, :] = False
    allowed[:, [piece.starts for piece in pieces]] = False
    allowed[[piece.closed and ends for piece, ends in zip(pieces, closed, strict=True)], :] = False
    least = np.where(closed, _LEAST, _LEAST_OPEN)
    allowed[np.array([len(piece.text) for piece in pieces]) < least, :] = False
    comes_in = np.array([piece.jumps_in for piece in pieces])
    goes_out = np.array([piece.jumps_out for piece in pieces])
    allowed &= comes_in[None, :] == goes_out[:, None]
    return np.asarray(allowed, dtype=bool)


def _list_items(pieces: Sequence[Piece], item: Mask) -> Mask:
    """Short items beside other items: `4. 接通电源` ends its list without any mark."""
    beside = np.zeros_like(item)
    beside[1:] |= item[:-1]
    beside[:-1] |= item[1:]
    short = np.array([len(piece.text) <= _LONGEST_ITEM for piece in pieces], dtype=bool)
    return np.asarray(item & beside & short, dtype=bool)


def starts_several(pieces: Sequence[Piece]) -> bool:
    """Whether the page itself starts more than one article."""
    return any(piece.article != pieces[0].article for piece in pieces)
