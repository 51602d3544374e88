"""Pages of a journal's paper: one article, in whatever columns it is set.

Between a headline above all columns and the numbered headings below it nothing starts anew, and
its sentences go on from column to column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.printed.frames import Frame
from ingest.printed.text_runs import Piece

_ABSTRACT = re.compile(r"[【\[]?\s*摘\s*要\s*[】\]]?\s*[:：]?")
_ABOUT = re.compile(
    r"关\s*键\s*词|中图分类号|文献标[识志]码|文章编号|收稿日期|基金项目|作者简介|通[信讯]作者"
)
_SMALL = 0.93  # of the body's size
_THIN = 0.3  # em
_LEAST_RULE = 0.2  # of the text's width
_LINES = 8  # that a foot has at most, in its own type
_HEADING = re.compile(
    r"\d{1,2}(?:\.\d{1,2}){1,3}[\s.、]*[\u4e00-\u9fff][^，。；：]{1,24}"
    r"|\d{1,2}\s*[\u4e00-\u9fff][^，。；：\d]{1,12}"
)
_DOTTED = re.compile(r"\d{1,2}\.\d")


def is_paper(pieces: Sequence[Piece]) -> bool:
    """Whether a line begins with 摘要, and two more tell what a journal prints of its papers."""
    if not any(_ABSTRACT.match(piece.text) for piece in pieces):
        return False
    return len({match[0] for piece in pieces for match in _ABOUT.finditer(piece.text)}) > 1


def heading_level(line: str) -> int:
    """Of a line that stands by itself: 2 for `3 讨论`, 3 for `2.1 有机碳含量`, 0 for text."""
    if not _HEADING.fullmatch(line):
        return 0
    return 3 if _DOTTED.match(line) else 2


def foot_of_paper(pieces: Sequence[Piece], drawn: Sequence[Frame], em: float) -> list[Piece]:
    """What stands in small type below a rule, under all columns: when it was received, by whom."""
    if not pieces:
        return []
    left, right = min(p.left for p in pieces), max(p.right for p in pieces)
    for frame in sorted(drawn, key=lambda frame: -frame.top):
        thin = frame.bottom - frame.top <= _THIN * em
        if not thin or frame.right - frame.left < _LEAST_RULE * (right - left):
            continue
        below = [piece for piece in pieces if piece.middle > frame.bottom]
        small = all(piece.size <= _SMALL * em and not piece.row for piece in below)
        near = max((piece.bottom for piece in below), default=0.0) - frame.bottom
        if below and small and near <= _LINES * 2 * em:
            return sorted(below, key=lambda piece: (piece.top, piece.left))
    return []
