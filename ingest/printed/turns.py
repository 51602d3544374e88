"""Text that is not level: the frame in which it reads from left to right, and the way back.

A frame is the page turned so that a line of text runs to the right and the next one lies below.
Lines that run downwards have one too: vertical columns, read from right to left, are lines of a
page turned to the left.
"""

from __future__ import annotations

import math
from enum import IntEnum

Box = tuple[float, float, float, float]

_SLACK = math.radians(8)  # a page that was laid on the glass a little askew


class Turn(IntEnum):
    """Which way lines run on the page as it is shown."""

    LEVEL = 0
    DOWN = 1
    OVER = 2
    UP = 3
    SLANTED = 4  # along no edge of the page: a watermark, a stamp

    @classmethod
    def of(cls, across: float, down: float) -> Turn:
        """Of a base line that runs `across` to the right and `down` to the foot of the page."""
        quarters = math.atan2(down, across) / (math.pi / 2)
        nearest = round(quarters)
        if abs(quarters - nearest) * (math.pi / 2) > _SLACK:
            return cls.SLANTED
        return cls(nearest % 4)

    def point(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """A point of the page, `width` × `height`, in the frame."""
        return {
            Turn.DOWN: (y, width - x),
            Turn.OVER: (width - x, height - y),
            Turn.UP: (height - y, x),
        }.get(self, (x, y))

    def size(self, width: float, height: float) -> tuple[float, float]:
        """Width and height of the frame of a page of `width` × `height`."""
        return (height, width) if self in {Turn.DOWN, Turn.UP} else (width, height)

    def on_page(self, box: Box) -> Box:
        """A box of the frame as one of the page, both in shares."""
        left, top, right, bottom = box
        turned = {
            Turn.DOWN: (1 - bottom, left, 1 - top, right),
            Turn.OVER: (1 - right, 1 - bottom, 1 - left, 1 - top),
            Turn.UP: (top, 1 - right, bottom, 1 - left),
        }.get(self, box)
        return (round(turned[0], 4), round(turned[1], 4), round(turned[2], 4), round(turned[3], 4))

    def in_frame(self, box: Box, width: float, height: float) -> Box:
        """A box of the page in the frame, both in points."""
        ends = (
            self.point(box[0], box[1], width, height),
            self.point(box[2], box[3], width, height),
        )
        (x0, y0), (x1, y1) = ends
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
