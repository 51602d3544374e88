"""What a PDF's page draws, as rectangles: lines are very thin ones.

A path may draw a whole grid at once, so that its bounds would hide the lines: such a one is taken
by its parts, those that run level or upright.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from ingest.printed.frames import Frame
from ingest.printed.glyphs import Shown

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_MOST_PATHS = 5_000
_MOST_SEGMENTS = 4_000  # more are a drawing
_STRAIGHT = 0.3  # points that a level or upright line may be off

Point = tuple[float, float]


def drawn_frames(page: pdfium.PdfPage, shown: Shown) -> Iterator[Frame]:
    """The bounds of what is drawn or filled, text and pictures apart."""
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1)
    for path in islice(paths, _MOST_PATHS):
        raw.FPDFPath_GetDrawMode(path, fill, stroke)
        if not (fill.value or stroke.value):
            continue
        parts = _parts(path)
        if len(parts) > 1:
            yield from (_framed(shown, *part) for part in _straight(parts, bool(stroke.value)))
        else:
            left, lower, right, upper = path.get_bounds()
            yield _framed(shown, (left, lower), (right, upper))


def _framed(shown: Shown, one: Point, other: Point) -> Frame:
    (x0, y0), (x1, y1) = shown(*one), shown(*other)
    return Frame(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _parts(path: pdfium.PdfObject) -> list[list[Point]]:
    """The points of each part of a path, in the page's own space; closed ones end at the first."""
    from pypdfium2 import raw

    count = raw.FPDFPath_CountSegments(path)
    if not 2 < count <= _MOST_SEGMENTS:
        return []
    matrix = path.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    parts: list[list[Point]] = []
    for n in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, n)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([])
        parts[-1].append(point)
        if raw.FPDFPathSegment_GetClose(segment):
            parts[-1].append(parts[-1][0])
    return [part for part in parts if len(part) > 1]


def _straight(parts: list[list[Point]], stroked: bool) -> Iterator[tuple[Point, Point]]:
    """Lines of what is stroked, bounds of what is only filled."""
    for part in parts:
        if not stroked:
            across, down = zip(*part, strict=True)
            yield (min(across), min(down)), (max(across), max(down))
            continue
        for one, other in pairwise(part):
            if min(abs(one[0] - other[0]), abs(one[1] - other[1])) <= _STRAIGHT:
                yield one, other
