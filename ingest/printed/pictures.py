"""Pictures, looked at before they are decoded."""

from __future__ import annotations

import math
from typing import IO, TYPE_CHECKING

from rag.errors import ParseFailed, ParseLimit

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST = 200_000_000  # pixels; refused before they are decoded


def open_picture(file: IO[bytes], most_pixels: int) -> Image:
    """A PNG or JPEG, upright, in colour, made smaller where it has more than `most_pixels`.

    Raises:
        ParseLimit: more than `LARGEST` pixels.
        ParseFailed: not a picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # the check below comes before any pixel is decoded
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as image:
            if image.width * image.height > LARGEST:
                raise ParseLimit(file="", reason=f"图片有 {image.width}×{image.height} 个像素")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ParseFailed(file="", reason="不是完好的图片") from error
    side = math.sqrt(most_pixels * upright.width / upright.height)
    upright.thumbnail((side, most_pixels / side))
    return upright
