"""Straight lines that are drawn on a picture of a page: what frames are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.printed.frames import Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DARK = 150  # of 255; ink is darker
_SHORTEST = 1 / 20  # of the picture's longer side; strokes of large type are shorter
_MOST = 400  # more are a drawing


def ruled_lines(pixels: NDArray[np.uint8]) -> list[Frame]:
    """Level and upright lines.

    Args:
        pixels: shape (height, width, 3).
    """
    import cv2
    import numpy as np

    ink = (pixels.min(axis=2) < _DARK).astype(np.uint8)
    length = round(max(ink.shape) * _SHORTEST)
    lines: list[Frame] = []
    for shape in ((1, length), (length, 1)):
        runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        _, _, boxes, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
        for left, top, wide, high, _ in boxes[1 : _MOST + 1].tolist():
            lines.append(Frame(left, top, left + wide, top + high))
    return lines
