"""Pictures of text, through RapidOCR and the models inside its package (extra `ocr`)."""

from __future__ import annotations

import math
from typing import IO, TYPE_CHECKING, Any

from ingest.formats.extracted import Extracted, join_pages, storable
from ingest.formats.pieces import Piece
from ingest.formats.typesetting import typeset
from rag.errors import ParseFailed, ParseLimit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

DPI = 200
MOST_PIXELS = 200_000_000  # refused before it is decoded
ENOUGH_PIXELS = 12_000_000  # looked at; more would not fit into the memory allowed
# One thread and memory that is kept: least processor time a page, measured on 200-dpi pages.
_ENGINE = {
    "Global.log_level": "error",
    "Global.max_side_len": 8000,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
}
_LEAST_CONFIDENCE = 0.5
_SIZE_SLACK = 0.35
_BOX_TO_EM = 0.85  # a detected box is a little higher than its type


def extract(file: IO[bytes], page: int = 0) -> dict[str, Any]:
    """The text of a picture, or of page `page` of a PDF.

    Raises:
        ParseLimit: too many pixels.
        ParseFailed: not a picture.
    """
    pixels = _rendered(file, page) if page else _picture(file)
    height, width = pixels.shape[:2]
    pieces = list(_pieces(pixels))
    contents = typeset(pieces, page or 1, float(width), float(height), _SIZE_SLACK)
    text, places = join_pages([contents])
    return Extracted(text, "ocr", places).as_dict()


def _picture(file: IO[bytes]) -> Pixels:
    import numpy as np
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # the check below comes before any pixel is decoded
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as image:
            _check_pixels(image.width, image.height)
            upright = ImageOps.exif_transpose(image).convert("RGB")
            side = math.sqrt(ENOUGH_PIXELS * upright.width / upright.height)
            upright.thumbnail((side, ENOUGH_PIXELS / side))
            return np.asarray(upright)[:, :, ::-1]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ParseFailed(file="", reason="不是完好的图片") from error


def _rendered(file: IO[bytes], page: int) -> Pixels:
    from ingest.formats.pdf import open_document

    document = open_document(file)
    width, height = document[page - 1].get_size()
    scale = min(DPI / 72, math.sqrt(ENOUGH_PIXELS / (width * height)))
    pixels: Pixels = document[page - 1].render(scale=scale).to_numpy()
    return pixels[:, :, :3]


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise ParseLimit(file="", reason=f"图片有 {width}×{height} 个像素")


def _pieces(pixels: Pixels) -> list[Piece]:
    """Lines of text as the detector finds them."""
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
        pieces.append(Piece(line, left, top, right, bottom, (bottom - top) * _BOX_TO_EM))
    return pieces
