"""Pictures of text, through RapidOCR and the models inside its package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from statistics import median
from typing import IO, TYPE_CHECKING, Any

from ingest.lines.lines import width
from ingest.parts.extracted import Extracted, join_pages, storable
from ingest.printed.layout import Printed, lay_out
from ingest.printed.merged_lines import cut_at_gutters
from ingest.printed.pictures import open_picture
from ingest.printed.ruled_lines import ruled_lines
from ingest.printed.text_runs import Piece
from ingest.printed.tilt import Tilt
from ingest.printed.turns import Turn
from rag.language.text import has_han

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

DPI = 200
ENOUGH_PIXELS = 12_000_000  # looked at; more would not fit into the memory allowed
# One thread and memory that is kept: least processor time a page, measured on 200-dpi pages.
_ENGINE = {
    "Global.log_level": "error",
    "Global.max_side_len": 8000,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
}
_LEAST_CONFIDENCE = 0.5
_LEAST_PIXELS = 8  # no character can be made out below: not worth the seconds it takes to start
_SIZE_SLACK = 0.25
_MARGIN = 0.15  # of a box's height: it is so much wider than its line
_HALF_WIDTH = re.compile(r"[\da-zA-Z]")
_HAN_LINE = 8  # characters of a line that tells how high its type is drawn
_HAN_SHARE = 0.85
_LEAST_HAN_LINES = 5
_SIZE_HIGH = 1.05
_HALF_MARKS = re.compile(r"[?!,:;()](?!\w)")


def extract(file: IO[bytes], pages: str = "") -> dict[str, Any]:
    """The text of a picture, or of some pages of a PDF, as if they were all of it.

    Args:
        file: a picture or a PDF.
        pages: their numbers, from 1, with commas between them; empty for a picture.

    Raises:
        ParseLimit: too many pixels.
        ParseFailed: not a picture.
    """
    read = [_printed(number, pixels) for number, pixels in _pictures(file, pages)]
    laid_out = lay_out([page for page, _ in read], slack=_SIZE_SLACK)
    placed = [tilt.placed(page) for page, (_, tilt) in zip(laid_out, read, strict=True)]
    text, places, marks = join_pages(placed)
    return Extracted(text, "ocr", places, marks=marks).as_dict()


def _printed(number: int, pixels: Pixels) -> tuple[Printed, Tilt]:
    """A page as if it lay straight, and how it lies."""
    high, wide = pixels.shape[:2]
    size = (float(wide), float(high))
    found: Any = None
    if min(high, wide) >= _LEAST_PIXELS:
        found = _engine()(pixels, use_cls=False, return_word_box=True, return_single_char_box=True)
    if found is None or found.boxes is None or found.txts is None:
        return Printed(number, size, {Turn.LEVEL: []}, ruled_lines(pixels)), Tilt(0.0, size)
    tilt = Tilt.of(found.boxes.tolist(), size)
    level = tilt.picture(pixels)
    pieces = _pieces(found, level, tilt)
    return Printed(number, size, {Turn.LEVEL: pieces}, ruled_lines(level)), tilt


def _pictures(file: IO[bytes], pages: str) -> Iterator[tuple[int, Pixels]]:
    """Each page with its pixels: shape (height, width, 3), blue first."""
    import numpy as np

    if not pages:
        yield 1, np.asarray(open_picture(file, ENOUGH_PIXELS))[:, :, ::-1]
        return
    from ingest.formats.pdf import open_document, render

    document = open_document(file)
    for number in map(int, pages.split(",")):
        pixels: Pixels = render(document, number, DPI / 72, ENOUGH_PIXELS).to_numpy()
        yield number, pixels[:, :, :3]


@cache
def _engine() -> Any:
    """The models, loaded once for all pages of a file."""
    from rapidocr import RapidOCR

    return RapidOCR(params=_ENGINE)


def _pieces(found: Any, pixels: Pixels, tilt: Tilt) -> list[Piece]:
    """Lines of text as the detector found them, set level, cut where they reach over a gutter."""
    pieces: list[Piece] = []
    middles: list[list[float]] = []
    words = found.word_results or [()] * len(found.txts)
    for box, text, score, signs in zip(found.boxes, found.txts, found.scores, words, strict=True):
        line = storable(text).strip()
        if score < _LEAST_CONFIDENCE or not line:
            continue
        xs, ys = zip(*(tilt.level((float(x), float(y))) for x, y in box), strict=True)
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        size = _em(line, right - left, bottom - top)
        pieces.append(Piece(line, left, top, right, bottom, size))
        middles.append(_middles(line, signs, tilt))
    return cut_at_gutters(_measured_by_height(pieces), middles, pixels)


def _measured_by_height(pieces: list[Piece]) -> list[Piece]:
    """Lines whose type is measured too large for their height set right.

    A line with figures and Latin words is spaced out to its column's width, and its spaces are
    not read; how high a box is drawn around type of a size is told by the lines of Han alone.
    """
    shares = [
        piece.size / (piece.bottom - piece.top)
        for piece in pieces
        if len(piece.text) >= _HAN_LINE
        and sum(map(has_han, piece.text)) >= _HAN_SHARE * len(piece.text)
    ]
    if len(shares) < _LEAST_HAN_LINES:
        return pieces
    most = _SIZE_HIGH * median(shares)
    return [
        replace(piece, size=min(piece.size, most * (piece.bottom - piece.top)))
        if _HALF_WIDTH.search(piece.text)
        else piece
        for piece in pieces
    ]


def _middles(line: str, signs: Any, tilt: Tilt) -> list[float]:
    """Where each character stands; nothing where the signs do not spell the line.

    Signs have no blanks: one stands between its neighbours.
    """
    placed = [(text, box) for text, _, box in signs or () if text and box is not None]
    if _solid("".join(text for text, _ in placed)) != _solid(line):
        return []
    at: list[float] = []
    for text, box in placed:
        xs = [tilt.level((float(x), float(y)))[0] for x, y in box]
        left, right = min(xs), max(xs)
        steps = len(text)
        at += [left + (right - left) * (n + 0.5) / steps for n in range(steps) if text[n] != " "]
    before = [n - line[:n].count(" ") for n in range(len(line))]
    return [
        (at[n - 1] + at[n]) / 2 if character == " " else at[n]
        for n, character in zip(before, line, strict=True)
    ]


def _solid(text: str) -> str:
    return text.replace(" ", "")


def _em(line: str, wide: float, high: float) -> float:
    """The size of a line's type, measured along it: its characters are as wide as they are high.

    A box's height depends on how tightly it was drawn around them; of spaced type it is nearer.
    Marks are read as half-width ones that are printed full-width.
    """
    units = max(width(_HALF_MARKS.sub("，", line)), 1.0)
    return min((wide - _MARGIN * high) / units, high)
