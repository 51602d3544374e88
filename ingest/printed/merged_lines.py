"""Lines that a detector drew across the gutter between two columns, cut apart again.

Where columns stand close, a detector takes lines at one height for one. Other lines of the same
columns it did not merge: their ends show where the gutter is, and the picture shows that nothing
is printed there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from statistics import median
from typing import TYPE_CHECKING

from ingest.lines.lines import width
from ingest.printed.text_runs import Piece, body_size
from rag.language.text import has_han

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DARK = 150  # of 255; ink is darker
_NARROW = 0.55  # em: white that is wider than the space between two characters
_TIGHT = 0.25  # em: white at a place where full lines end and begin
_FLUSH = 0.5  # em: so near that place
_FULL_LINES = 4
_TRIM = 0.35  # em: a box is drawn no farther around its text
_CLEAR = 0.02  # of the strip's pixels may be ink: dust
_STEP = 0.5  # em: gutters of one page lie together so far
_WITNESSES = 4  # lines with white at one place
_SHARE = 0.3  # of the lines that reach over it, where others end and begin there
_SHARE_ALONE = 0.6
_ENDS = 2  # lines that end, and that begin, at a gutter
_HOLLOW = frozenset("，。、；：！？”’）》」』】〉…—·,.;:!?)]}　")  # white on their right
_HOLLOW_LEFT = frozenset("“‘（《「『【〈([{　")
_LOOKED_AT = 40  # places
_INSET = 0.12  # of the line's height: where its neighbours may show
_SIDES = 4.0  # em of text on both sides

Cut = tuple[float, float]


def cut_at_gutters(
    pieces: Sequence[Piece],
    characters: Sequence[Sequence[float]],
    pixels: NDArray[np.uint8],
) -> list[Piece]:
    """`pieces`, those that reach over a gutter in two or more.

    Args:
        pieces: lines of text, level.
        characters: where each character of each line stands, its middle in pixels; empty where
            that is not known, which is taken for even steps.
        pixels: the picture, shape (height, width, 3).
    """
    em = body_size(pieces) if pieces else 1.0
    ink = pixels.min(axis=2) < _DARK
    middles = [
        places if len(places) == len(piece.text) else _evenly(piece)
        for piece, places in zip(pieces, characters, strict=True)
    ]
    white = [
        [gap for gap in _white(piece, ink, em) if not _is_of_a_mark(piece, gap, places)]
        for piece, places in zip(pieces, middles, strict=True)
    ]
    wide = [[gap for gap in gaps if gap[1] - gap[0] >= _NARROW * em] for gaps in white]
    gutters = _gutters(pieces, wide, em)
    tight = list(_tight_gutters(pieces, em))
    trimmed = [_trimmed(piece, ink, em) for piece in pieces]
    cut: list[Piece] = []
    for piece, gaps, places in zip(trimmed, white, middles, strict=True):
        cuts = [gap for gap in gaps if _is_at(gap, gutters, em) or _is_between(gap, tight, em)]
        cut += _parts(piece, cuts, places) if cuts else [piece]
    return cut


def _strip(piece: Piece, ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The ink of a line, less where its neighbours may show: shape (height, width)."""
    inset = _INSET * (piece.bottom - piece.top)
    strip = ink[max(round(piece.top + inset), 0) : max(round(piece.bottom - inset), 1)]
    return strip[:, max(round(piece.left), 0) : max(round(piece.right), 1)]


def _trimmed(piece: Piece, ink: NDArray[np.bool_], em: float) -> Piece:
    """A line as wide as its ink: a detector draws its box around that, into narrow gutters."""
    import numpy as np

    strip = _strip(piece, ink)
    inked: list[int] = np.flatnonzero(strip.mean(axis=0) > _CLEAR).tolist() if strip.size else []
    if not inked:
        return piece
    left = min(float(inked[0]), _TRIM * em)
    right = min(float(strip.shape[1] - 1 - inked[-1]), _TRIM * em)
    if piece.right - piece.left <= left + right:
        return piece
    return replace(piece, left=piece.left + left, right=piece.right - right)


def _white(piece: Piece, ink: NDArray[np.bool_], em: float) -> Iterator[Cut]:
    """White strips inside a line, as high as it is, with text on both sides."""
    import numpy as np

    strip = _strip(piece, ink)
    if not strip.size:
        return
    empty = strip.mean(axis=0) <= _CLEAR
    edges = np.flatnonzero(np.diff(np.concatenate(([False], empty, [False])).astype(np.int8)))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        left, right = piece.left + start, piece.left + end
        sides = left - piece.left >= _SIDES * em and piece.right - right >= _SIDES * em
        if end - start >= _TIGHT * em and sides:
            yield left, right


def _is_at(gap: Cut, gutters: Sequence[float], em: float) -> bool:
    """Whether wide white lies at one of the gutters."""
    wide = gap[1] - gap[0] >= _NARROW * em
    return wide and any(gap[0] - em / 4 <= x <= gap[1] + em / 4 for x in gutters)


def _is_between(gap: Cut, tight: Sequence[Cut], em: float) -> bool:
    """Whether white reaches over the middle of a narrow gutter, and hardly beyond its edges."""
    return any(
        gap[0] <= (end + start) / 2 <= gap[1]
        and gap[0] >= end - _FLUSH * em
        and gap[1] <= start + _FLUSH * em
        for end, start in tight
    )


def _tight_gutters(pieces: Sequence[Piece], em: float) -> Iterator[Cut]:
    """Where many full lines end, and others begin right behind: both edges of each gutter."""
    lines = [piece for piece in pieces if piece.right - piece.left >= _SIDES * em]
    step = max(_FLUSH * em, 1.0)
    begun = Counter(round(piece.left / step) for piece in lines)
    for place, count in begun.items():
        if count < _FULL_LINES:
            continue
        begins = [p.left for p in lines if round(p.left / step) == place]
        start = median(begins)
        ends = [p.right for p in lines if _TIGHT * em <= start - p.right <= em]
        over = sum(p.left + em < start < p.right - em for p in lines)
        if len(ends) >= _FULL_LINES and over < min(len(ends), count):
            yield median(ends), start


def _is_of_a_mark(piece: Piece, gap: Cut, middles: Sequence[float]) -> bool:
    """Whether the white is that of a full-width mark beside it."""
    at = sum(place < (gap[0] + gap[1]) / 2 for place in middles)
    before, after = piece.text[:at][-1:], piece.text[at : at + 1]
    if " " in before + after:  # read as a space, so wider than a mark's
        before, after = piece.text[:at].rstrip()[-1:], piece.text[at:].lstrip()[:1]
        return not (has_han(before) or has_han(after))
    return before in _HOLLOW or after in _HOLLOW_LEFT


def _gutters(pieces: Sequence[Piece], white: Sequence[Sequence[Cut]], em: float) -> list[float]:
    """Places at which many lines have white, or end and begin."""
    step = max(_STEP * em, 1.0)
    seen: Counter[int] = Counter()
    for gaps in white:
        seen.update({round((left + right) / 2 / step) for left, right in gaps})
    found: list[float] = []
    for place, _ in seen.most_common(_LOOKED_AT):
        at = place * step
        if any(abs(at - other) < 2 * em for other in found):
            continue
        witnesses = sum(seen[place + off] for off in (-1, 0, 1))
        over = sum(piece.left + em < at < piece.right - em for piece in pieces)
        lines = [piece for piece in pieces if piece.right - piece.left >= _SIDES * em]
        ends = sum(-em <= at - piece.right <= 2 * em for piece in lines)
        begins = sum(-em <= piece.left - at <= 2 * em for piece in lines)
        beside = min(ends, begins) >= _ENDS and witnesses + ends + begins >= _WITNESSES
        alone = witnesses >= max(_WITNESSES, _SHARE_ALONE * over)
        if alone or (beside and witnesses >= _SHARE * over):
            found.append(at)
    return found


def _parts(piece: Piece, cuts: Sequence[Cut], places: Sequence[float]) -> Iterator[Piece]:
    """The pieces between the cuts; characters go where they stand."""
    left, start = piece.left, 0
    for white_left, white_right in cuts:
        end = sum(place < (white_left + white_right) / 2 for place in places)
        if text := piece.text[start:end].strip():
            yield replace(piece, text=text, left=left, right=white_left)
        left, start = white_right, end
    if text := piece.text[start:].strip():
        yield replace(piece, text=text, left=left)


def _evenly(piece: Piece) -> list[float]:
    """Characters at even steps, those of half width at half ones."""
    steps = [width(character) for character in piece.text]
    step = (piece.right - piece.left) / max(sum(steps), 1.0)
    ends = accumulate(steps)
    return [piece.left + (end - own / 2) * step for end, own in zip(ends, steps, strict=True)]
