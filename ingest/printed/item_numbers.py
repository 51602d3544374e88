"""A clause's number and the words beside it as one piece, so that no gutter is seen between them.

Where only the first line of each clause is set in, the white behind its number (`第三条`) would be
cut as a gutter, and the line torn from the rest of the clause.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.printed.text_runs import Piece, bands

_NUMBER = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,5}[条章节款项]|[一二三四五六七八九十]{1,3}[、.．]"
    r"|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．]"
)
_NEAR = 2.2  # em behind the number
_LEAST = 4  # characters of a clause's first line
_ALIKE = 0.15  # em: type of one size
_SPACE = "\u3000"


def with_numbers(pieces: Sequence[Piece]) -> list[Piece]:
    """`pieces`, each number that begins a clause in one piece with what stands beside it."""
    joined: list[Piece] = []
    for band in bands(pieces):
        rest = sorted(band, key=lambda piece: piece.left)
        while rest:
            piece = rest.pop(0)
            beside = next((other for other in rest if _goes_on(piece, other)), None)
            if beside:
                rest.remove(beside)
                piece = replace(
                    piece,
                    text=piece.text.rstrip() + _SPACE + beside.text.lstrip(),
                    top=min(piece.top, beside.top),
                    right=beside.right,
                    bottom=max(piece.bottom, beside.bottom),
                )
            joined.append(piece)
    return joined


def _goes_on(number: Piece, words: Piece) -> bool:
    if number.row or words.row or not _NUMBER.fullmatch(number.text.strip()):
        return False
    level = number.top < words.middle < number.bottom
    near = 0.0 <= words.left - number.right <= _NEAR * number.size
    alike = abs(number.size - words.size) <= _ALIKE * number.size
    return level and near and alike and len(words.text.strip()) >= _LEAST
