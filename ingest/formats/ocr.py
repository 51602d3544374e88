"""Pictures of text, through RapidOCR and the models inside its package (extra `ocr`)."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any

from ingest.formats.extracted import Extracted, PageText, join_pages, storable
from ingest.formats.pictures import open_picture
from ingest.formats.ruled_lines import ruled_lines
from ingest.formats.text_runs import Piece
from ingest.formats.typesetting import typeset
from ingest.lines import width

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


def extract(file: IO[bytes], page: int = 0) -> dict[str, Any]:
    """The text of a picture, or of page `page` of a PDF.

    Raises:
        ParseLimit: too many pixels.
        ParseFailed: not a picture.
    """
    pixels = _pixels(file, page)
    pieces = list(_pieces(pixels))
    text, places = join_pages([_typeset(pieces, page or 1, pixels)])
    return Extracted(text, "ocr", places).as_dict()


def _typeset(pieces: list[Piece], page: int, pixels: Pixels) -> PageText:
    high, wide = pixels.shape[:2]
    size = (float(wide), float(high))
    return typeset(pieces, page, size, ruled_lines(pixels), slack=_SIZE_SLACK)


def _pixels(file: IO[bytes], page: int) -> Pixels:
    """Shape (height, width, 3), blue first."""
    import numpy as np

    if page:
        from ingest.formats.pdf import open_document, render

        pixels: Pixels = render(open_document(file), page, DPI / 72, ENOUGH_PIXELS).to_numpy()
        return pixels[:, :, :3]
    return np.asarray(open_picture(file, ENOUGH_PIXELS))[:, :, ::-1]


def _pieces(pixels: Pixels) -> list[Piece]:
    """Lines of text as the detector finds them."""
    if min(pixels.shape[:2]) < _LEAST_PIXELS:
        return []
    from rapidocr import RapidOCR

    engine = RapidOCR(params=_ENGINE)
    found: Any = engine(pixels, use_cls=False)
    pieces: list[Piece] = []
    if found.boxes is None or found.txts is None:
        return pieces
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        line = storable(text).strip()
        if score < _LEAST_CONFIDENCE or not line:
            continue
        left, top = (float(value) for value in box.min(axis=0))
        right, bottom = (float(value) for value in box.max(axis=0))
        size = _em(line, right - left, bottom - top)
        pieces.append(Piece(line, left, top, right, bottom, size))
    return pieces


def _em(line: str, wide: float, high: float) -> float:
    """The size of a line's type, measured along it: its characters are as wide as they are high.

    A box's height depends on how tightly it was drawn around them; of spaced type it is nearer.
    Marks are read as half-width ones that are printed full-width.
    """
    units = max(width(_HALF_MARKS.sub("，", line)), 1.0)
    return min((wide - _MARGIN * high) / units, high)
