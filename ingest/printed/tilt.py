"""A page that was laid on the glass a little askew: how far, and what stands on it set level.

Columns that stand close leave no upright white between them on such a page, and a line is as high
as the next one's beginning.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.parts.extracted import PageText
from ingest.printed.text_runs import weighted_median

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_LONG = 6.0  # times its height: the ends of a shorter line tell of no direction
_LEAST_LINES = 5
_LEAST = 0.003  # radians; less moves a line by less than its own unevenness
_MOST = 0.1  # more is a photograph, or text that is set aslant
_WHITE = (255, 255, 255)

Point = tuple[float, float]


class Tilt:
    """A turn around a picture's middle."""

    def __init__(self, angle: float, size: tuple[float, float]) -> None:
        """By `angle` radians, clockwise as it is seen; `size`: width and height."""
        self.angle = angle
        self._size = size
        self._cos, self._sin = math.cos(angle), math.sin(angle)

    @classmethod
    def of(cls, boxes: Iterable[Sequence[Point]], size: tuple[float, float]) -> Tilt:
        """How the lines run; level where few are long enough, or they run hardly askew.

        Args:
            boxes: of each line, its corners from the top left one on, clockwise.
            size: width and height of the picture.
        """
        runs: list[tuple[float, float]] = []
        for (ax, ay), (bx, by), (cx, cy), (dx, dy) in boxes:
            high = (math.dist((ax, ay), (dx, dy)) + math.dist((bx, by), (cx, cy))) / 2
            across, down = (bx - ax + cx - dx) / 2, (by - ay + cy - dy) / 2
            if across >= _LONG * max(high, 1.0):
                runs.append((math.atan2(down, across), across))
        angle = weighted_median(runs, 0.0) if len(runs) >= _LEAST_LINES else 0.0
        return cls(angle if _LEAST <= abs(angle) <= _MOST else 0.0, size)

    def level(self, point: Point) -> Point:
        """Where a point of the picture stands after it was set level."""
        return self._turned(point, -self._sin)

    def askew(self, point: Point) -> Point:
        """Where a point of the level picture stands in the one that was read."""
        return self._turned(point, self._sin)

    def _turned(self, point: Point, sin: float) -> Point:
        mx, my = self._size[0] / 2, self._size[1] / 2
        x, y = point[0] - mx, point[1] - my
        return mx + self._cos * x - sin * y, my + sin * x + self._cos * y

    def picture(self, pixels: Pixels) -> Pixels:
        """The picture set level, white where it had nothing: shape (height, width, 3)."""
        if not self.angle:
            return pixels
        import cv2
        import numpy as np

        high, wide = pixels.shape[:2]
        turn = cv2.getRotationMatrix2D((wide / 2, high / 2), math.degrees(self.angle), 1.0)
        level = cv2.warpAffine(np.ascontiguousarray(pixels), turn, (wide, high), borderValue=_WHITE)
        return np.asarray(level, dtype=np.uint8)

    def placed(self, page: PageText) -> PageText:
        """A page's text with its places in the picture that was read."""
        if not self.angle:
            return page
        places = tuple(replace(place, box=self._box(place.box)) for place in page.places)
        return replace(page, places=places)

    def _box(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        wide, high = self._size
        left, top, right, bottom = box
        corners = [self.askew((x * wide, y * high)) for x in (left, right) for y in (top, bottom)]
        xs, ys = [x / wide for x, _ in corners], [y / high for _, y in corners]
        found = max(min(xs), 0.0), max(min(ys), 0.0), min(max(xs), 1.0), min(max(ys), 1.0)
        return (round(found[0], 4), round(found[1], 4), round(found[2], 4), round(found[3], 4))
