"""Reading order of a page: a recursive XY-cut over pieces of text, for Chinese newspaper pages.

A region is cut where that is safest: below what stands alone at its top, along gutters that no
headline spans, above a headline that spans the region. What is left falls into bands at its
horizontal gaps; neighbouring bands that share gutters are one set of columns and are read column
by column. (After Nagy & Seth's recursive XY-cut, 1984, with bands merged by gutters, because
lines of neighbouring columns often stand at equal heights.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from ingest.lines.bylines import is_name
from ingest.printed.frames import Frame, article_frames
from ingest.printed.spanning import LARGE, Headline, headlines
from ingest.printed.text_runs import Band, Gap, Piece, bands, body_size, bottom, extent, rows, top

_GUTTER = 0.7  # em: the least width of a gutter
_NARROWEST = 6.0  # em: a narrower column is a column of a table, read row by row
_STRONG_GAP = 1.1  # em: a horizontal gap wider than line spacing
_CENTRED = 0.04  # of the width
_TOUCH = 0.05  # of the height: less is no overlap
_APART = 0.5  # em more than the usual space: apart from what stands below
_AT_LEFT = 1.5  # em
_BEGINS = 0.5  # em: articles of one row begin no farther apart in height
_ENTRY = 14.0  # em: the longest line of a list
_LEVEL = 0.3  # em: of one height
_LEAST_ENTRIES = 3
_KINDRED = 0.7  # of the lines
_LOOSE = 0.6  # of the width: a line that fills less is no line of columns

Parts = list[tuple[Band, Gap]]
Tabled = Callable[[Band], Band]


def _as_they_are(pieces: Band) -> Band:
    return pieces


def reading_order(
    pieces: Sequence[Piece], drawn: Sequence[Frame] = (), tabled: Tabled = _as_they_are
) -> list[list[Piece]]:
    """Blocks in reading order; a block is one column of text, its pieces from top to bottom.

    Args:
        pieces: everything on the page.
        drawn: rectangles and lines on it.
        tabled: what is on a part of the page, with a piece for each row of tables there.
    """
    frames = article_frames(drawn, pieces) if drawn else []
    if not frames:
        return _reading_order(pieces, tabled)
    em = body_size(pieces)
    around = [piece for piece in pieces if not any(frame.holds(piece) for frame in frames)]
    around += [frame.stand_in(em) for frame in frames]
    contents = [
        reading_order(
            [piece for piece in pieces if frame.holds(piece)],
            [other for other in drawn if frame.encloses(other)],
            tabled,
        )
        for frame in frames
    ]
    held = dict(zip((frame.stand_in(em) for frame in frames), contents, strict=True))
    blocks: list[list[Piece]] = []
    waiting: list[list[Piece]] = []
    for part in _parted(_reading_order(around, tabled), em):
        if part[0].size >= LARGE * em and part[0].text:
            blocks += waiting
            waiting = []
        if part[0] in held:
            waiting += held[part[0]]
        else:
            blocks.append(part)
    return blocks + waiting


def _parted(blocks: Sequence[Band], em: float) -> Iterator[Band]:
    """The blocks, each stand-in and each headline with what follows it apart."""
    for block in blocks:
        part: Band = []
        for piece in block:
            starts = piece.size >= LARGE * em and not (part and part[-1].size >= LARGE * em)
            if part and (starts or not piece.text or not part[-1].text):
                yield part
                part = []
            part.append(piece)
        if part:
            yield part


def _reading_order(pieces: Sequence[Piece], tabled: Tabled) -> list[Band]:
    if not pieces:
        return []
    bounds, em = extent(pieces), body_size(pieces)
    ordered = sorted(pieces, key=lambda piece: (piece.top, piece.left))
    folio = _folio(ordered, bounds, em)
    blocks = _order(ordered[folio:], bounds, em, tabled)
    return [ordered[:folio], *blocks] if folio else blocks


def _order(pieces: Band, bounds: Gap, em: float, tabled: Tabled) -> list[list[Piece]]:
    if _are_entries(pieces, bounds, em):
        return [[replace(piece, row=True) for piece in line] for line in rows(pieces)]
    for cut in (_head_cut, _row_cut, _gutter_cut, _headline_cut, _band_cut):
        parts = cut(pieces, bounds, em)
        if len(parts) > 1:
            orders = (_order(tabled(part), inside, em, tabled) for part, inside in parts)
            return [block for order in orders for block in order]
    return [sorted(pieces, key=lambda piece: (piece.top, piece.left))]


def _folio(pieces: Band, bounds: Gap, em: float) -> int:
    """How many of `pieces`, sorted by height, are a loose line of small type apart at the top."""
    first, *others = bands(pieces)
    if not others or len(rows(first)) > 1 or any(piece.size >= LARGE * em for piece in first):
        return 0
    spaces = [top(below) - bottom(above) for above, below in pairwise(others)]
    usual = median(spaces) if spaces else 0.0
    filled = sum(piece.right - piece.left for piece in first)
    apart = top(others[0]) - bottom(first) > usual + _APART * em
    return len(first) if apart and filled < _LOOSE * (bounds[1] - bounds[0]) else 0


def _head_cut(pieces: Band, bounds: Gap, em: float) -> Parts:
    """Below what stands alone above columns: a headline, a centred byline below it."""
    first = bands(pieces)[0]
    at_left = False
    headline = next(iter(headlines(pieces, em)), None)
    if headline and first[0] in headline.pieces and headline.is_alone(pieces):
        first = list(headline.pieces)
        at_left = headline.left - bounds[0] <= _AT_LEFT * em
    rest = [piece for piece in pieces if piece not in first]
    alone = len(rows(first)) == len(first)
    over = at_left or _is_centred(first, bounds)
    if alone and over and rest and _gutters(rest, bounds, em):
        return [(first, bounds), (rest, bounds)]
    return []


def _row_cut(pieces: Band, bounds: Gap, em: float) -> Parts:
    """Above the first row of articles that all begin at one height, each with its headline."""
    parts = bands(pieces)
    starts = {headline.pieces[0] for headline in headlines(pieces, em)}
    for number in range(1, len(parts)):
        if starts.isdisjoint(parts[number]):
            continue
        below = [piece for band in parts[number:] for piece in band]
        reach = top(below) + _BEGINS * em
        firsts = [
            min(column, key=lambda piece: piece.top)
            for column, _ in _columns(below, bounds, _free_gutters(below, bounds, em))
        ]
        if len(firsts) > 1 and all(p in starts and p.top <= reach for p in firsts):
            above = [piece for band in parts[:number] for piece in band]
            return [(above, bounds), (below, bounds)]
    return []


def _gutter_cut(pieces: Band, bounds: Gap, em: float) -> Parts:
    """Along the gutters that run through the region and that no headline spans."""
    free = _free_gutters(pieces, bounds, em)
    return _columns(pieces, bounds, free) if free else []


def _free_gutters(pieces: Band, bounds: Gap, em: float) -> list[Gap]:
    lanes = _gutters(pieces, bounds, em)
    columns = [inside for _, inside in _columns(pieces, bounds, lanes)]
    spans = [headline.span(pieces, columns, em) for headline in headlines(pieces, em)]
    return [
        lane
        for lane in lanes
        if not any(left < (lane[0] + lane[1]) / 2 < right for left, right in spans)
    ]


def _headline_cut(pieces: Band, bounds: Gap, em: float) -> Parts:
    """Above the widest headline that spans the region."""
    spanning = [h for h in headlines(pieces, em) if _spans(h, pieces, bounds, em)]
    if not spanning:
        return []
    cut = max(spanning, key=lambda headline: headline.right - headline.left).top
    above = [piece for piece in pieces if piece.middle < cut]
    below = [piece for piece in pieces if piece.middle >= cut]
    return [(above, bounds), (below, bounds)] if above else []


def _spans(headline: Headline, pieces: Band, bounds: Gap, em: float) -> bool:
    """Whether nothing stands beside `headline`, and it is set across all of the region."""
    if not headline.is_alone(pieces):
        return False
    wide = headline.right - headline.left >= (bounds[1] - bounds[0]) / 2
    return wide or _is_centred(headline.pieces, bounds) or headline.covers(pieces, em)


def _band_cut(pieces: Band, bounds: Gap, em: float) -> Parts:
    """Between sets of columns; a set that is left alone is cut along its gutters."""
    groups = _groups(bands(pieces), bounds, em)
    if len(groups) > 1:
        return [(group, bounds) for group in groups]
    gutters = _gutters(pieces, bounds, em)
    return _columns(pieces, bounds, gutters) if gutters else []


def _are_entries(pieces: Band, bounds: Gap, em: float) -> bool:
    """Whether the lines of narrow columns are those of one list, each a row with what is beside it.

    Names with posts, or names in several columns: no line is long, those of a column do not end
    together, and each stands as high as one beside it.
    """
    parts = _columns(pieces, bounds, _gutters(pieces, bounds, em))
    sides = [rows(part) for part, _ in parts]
    lines = [(line[0].left, line[-1].right) for side in sides for line in side]
    if len(parts) < 2 or max(right - left for left, right in lines) > _ENTRY * em:
        return False
    heights = [[top(line) for line in side] for side in sides]
    most = max(heights, key=len)
    level = all(min(abs(at - other) for other in most) < _LEVEL * em for h in heights for at in h)
    alike = level and any(_is_ragged(side, em) for side in sides)
    return alike and len(most) >= _LEAST_ENTRIES and any(map(_is_kindred, sides))


def _is_kindred(lines: Sequence[Band]) -> bool:
    """Whether most lines are people's names, or end alike, as posts do."""
    told = ["".join(piece.text for piece in line) for line in lines]
    ends = Counter(text[-1:] for text in told)
    names = sum(is_name(text) for text in told)
    return max(names, *ends.values()) >= _KINDRED * len(told)


def _is_ragged(lines: Sequence[Band], em: float) -> bool:
    ends = [line[-1].right for line in lines]
    return 2 * sum(end > max(ends) - em for end in ends) < len(ends)


def _columns(pieces: Band, bounds: Gap, lanes: Sequence[Gap]) -> Parts:
    """The pieces between `lanes`, with the bounds of their columns."""
    edges = [bounds[0], *(edge for lane in lanes for edge in lane), bounds[1]]
    return [
        (
            [piece for piece in pieces if left <= (piece.left + piece.right) / 2 <= right],
            (left, right),
        )
        for left, right in zip(edges[::2], edges[1::2], strict=True)
    ]


def _groups(parts: Sequence[Band], bounds: Gap, em: float) -> list[Band]:
    """Neighbouring bands together where they share columns, or have none."""
    groups: list[Band] = []
    gaps = [top(below) - bottom(above) for above, below in pairwise(parts)]
    strong = max(_STRONG_GAP * em, 1.6 * median(gaps)) if gaps else 0.0
    for number, band in enumerate(parts):
        far = number > 0 and gaps[number - 1] > strong
        if groups and _belongs(groups[-1], band, bounds, em, far):
            groups[-1] = groups[-1] + band
        else:
            groups.append(list(band))
    return groups


def _belongs(group: Band, band: Band, bounds: Gap, em: float, far: bool) -> bool:
    own = _gutters(group, bounds, em)
    new = _gutters(band, bounds, em)
    shared = _gutters(group + band, bounds, em)
    if not own:
        if not new:
            return True
        return len(shared) >= len(new) and _fills_a_column(group, new, bounds, em)
    if not new and _are_entries(group, bounds, em):
        return False
    if not shared or (_is_headline(band, em) and (far or _is_centred(band, bounds))):
        return False
    return len(shared) >= len(own) or not far


def _is_headline(band: Band, em: float) -> bool:
    return all(piece.size >= LARGE * em for piece in band) and len(rows(band)) == 1


def _is_centred(band: Sequence[Piece], bounds: Gap) -> bool:
    left, right = extent(band)
    off = abs((left + right) - (bounds[0] + bounds[1])) / 2
    return off <= _CENTRED * (bounds[1] - bounds[0])


def _fills_a_column(group: Band, gutters: Sequence[Gap], bounds: Gap, em: float) -> bool:
    """Whether `group` is the higher top of one of the columns below it, set as wide as that."""
    left, right = extent(group)
    edges = [bounds[0], *(edge for gutter in gutters for edge in gutter), bounds[1]]
    body = all(piece.size < LARGE * em for piece in group)
    return body and any(
        abs(left - start) <= 2.2 * em and abs(right - end) <= em
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    )


def _gutters(pieces: Band, bounds: Gap, em: float) -> list[Gap]:
    """Vertical white lanes through all of `pieces`, with room for columns on both sides.

    A column may be as wide as the lane allows: a short line beside a full one is a column too.
    Somewhere text must stand on both sides at one height: a folio and the centred headline below
    it leave a lane between them, but no gutter.
    """
    lanes: list[Gap] = []
    reach = bounds[0]
    for left, right in sorted((piece.left, piece.right) for piece in pieces):
        if left - reach >= _GUTTER * em and reach > bounds[0]:
            lanes.append((reach, left))
        reach = max(reach, right)
    wide = _NARROWEST * em
    kept: list[Gap] = []
    start = bounds[0]
    for lane in lanes:
        roomy = lane[1] - start >= wide and bounds[1] - lane[0] >= wide
        if roomy and _stand_side_by_side(pieces, lane):
            kept.append(lane)
            start = lane[1]
    return kept


def _stand_side_by_side(pieces: Band, lane: Gap) -> bool:
    """Whether two pieces on different sides of `lane` overlap in height."""
    middle = (lane[0] + lane[1]) / 2
    reach = {True: float("-inf"), False: float("-inf")}
    for piece in sorted(pieces, key=lambda piece: piece.top):
        side = piece.right <= middle
        if piece.top + _TOUCH * (piece.bottom - piece.top) < reach[not side]:
            return True
        reach[side] = max(reach[side], piece.bottom)
    return False
