"""Pictures of text, through RapidOCR and the models inside its package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import IO, TYPE_CHECKING, Any

from ingest.lines.lines import width
from ingest.parts.extracted import Extracted, join_pages, storable
from ingest.printed.layout import Printed, lay_out
from ingest.printed.merged_lines import cut_at_gutters
from ingest.printed.pictures import open_picture
from ingest.printed.ruled_lines import ruled_lines
from ingest.printed.text_runs import Piece
from ingest.printed.turns import Turn

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
    text, places, marks = join_pages(lay_out(read, slack=_SIZE_SLACK))
    return Extracted(text, "ocr", places, marks=marks).as_dict()


def _printed(number: int, pixels: Pixels) -> Printed:
    high, wide = pixels.shape[:2]
    size = (float(wide), float(high))
    pieces = _pieces(pixels)
    return Printed(number, size, {Turn.LEVEL: pieces}, ruled_lines(pixels))


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


def _pieces(pixels: Pixels) -> list[Piece]:
    """Lines of text as the detector finds them, cut where they reach over a gutter."""
    if min(pixels.shape[:2]) < _LEAST_PIXELS:
        return []
    found: Any = _engine()(pixels, use_cls=False, return_word_box=True, return_single_char_box=True)
    pieces: list[Piece] = []
    if found.boxes is None or found.txts is None:
        return pieces
    middles: list[list[float]] = []
    words = found.word_results or [()] * len(found.txts)
    for box, text, score, signs in zip(found.boxes, found.txts, found.scores, words, strict=True):
        line = storable(text).strip()
        if score < _LEAST_CONFIDENCE or not line:
            continue
        left, top = (float(value) for value in box.min(axis=0))
        right, bottom = (float(value) for value in box.max(axis=0))
        size = _em(line, right - left, bottom - top)
        pieces.append(Piece(line, left, top, right, bottom, size))
        middles.append(list(_middles(line, signs)))
    return cut_at_gutters(pieces, middles, pixels)


def _middles(line: str, signs: Any) -> Iterator[float]:
    """Where each character stands; nothing where the signs do not spell the line."""
    placed = [(text, box) for text, _, box in signs or () if text and box is not None]
    if "".join(text for text, _ in placed) != line:
        return
    for text, box in placed:
        left, right = min(x for x, _ in box), max(x for x, _ in box)
        for n in range(len(text)):
            yield float(left + (right - left) * (n + 0.5) / len(text))


def _em(line: str, wide: float, high: float) -> float:
    """The size of a line's type, measured along it: its characters are as wide as they are high.

    A box's height depends on how tightly it was drawn around them; of spaced type it is nearer.
    Marks are read as half-width ones that are printed full-width.
    """
    units = max(width(_HALF_MARKS.sub("，", line)), 1.0)
    return min((wide - _MARGIN * high) / units, high)
