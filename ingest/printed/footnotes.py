"""Footnotes: small lines at the foot of a page that begin with a mark, below a rule or referred to.

They stand apart from the sentence that a page's end cuts in two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.printed.frames import Frame
from ingest.printed.text_runs import Band, Piece, body_size, bottom, extent, rows, top

_SMALL = 0.93  # of the body's size
_RAISED = 0.8  # of the body's size: a digit that small refers to a note
_MOST_OF_PAGE = 0.45  # of its height
_RULE = (0.08, 0.7)  # of the text's width
_THIN = 0.3  # em
_NEAR = 2.5  # em from the rule to the first note
_MARK = re.compile(
    r"\s*(?P<mark>[①-⑳⑴-⒇❶-❿㊀-㊉]|[\[［〔【(（]\s?\d{1,3}\s?[\]］〕】)）]|[¹²³⁰⁴-⁹]{1,3}"
    r"|[*＊※†‡§]{1,3}|注\s?[\d①-⑳]{0,2}\s?[:：]|\d{1,3}(?=[\s.．、\u4e00-\u9fff《“]))"
)
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def mark_of(text: str) -> str:
    """The mark that a footnote begins with, empty where there is none."""
    match = _MARK.match(text)
    return match["mark"].strip() if match else ""


def footnotes(
    pieces: Sequence[Piece], drawn: Sequence[Frame], size: tuple[float, float], em: float
) -> list[list[Band]]:
    """The notes at the foot of a page, each as its lines from top to bottom.

    Args:
        pieces: of the page.
        drawn: what is drawn on it: a short rule may part the notes from the text.
        size: width and height of the page.
        em: size of the document's body type.
    """
    lines = rows(pieces)
    small = 0
    while small < len(lines) and body_size(lines[-1 - small]) <= _SMALL * em:
        small += 1
    zone, text = lines[len(lines) - small :], lines[: len(lines) - small]
    rule = _rule_above(zone, drawn, pieces, em)
    if rule is not None:
        text += [line for line in zone if bottom(line) <= rule]
        zone = [line for line in zone if bottom(line) > rule]
    while zone and not _begins(zone[0]):
        text.append(zone.pop(0))
    if not zone or not text or bottom(zone[-1]) - top(zone[0]) > _MOST_OF_PAGE * size[1]:
        return []
    notes: list[list[Band]] = []
    for line in zone:
        if _begins(line):
            notes.append([])
        notes[-1].append(line)
    referred = all(_is_referred_to(mark_of(_text(note[0])), text, em) for note in notes)
    return notes if rule is not None or referred else []


def _begins(line: Band) -> bool:
    return bool(mark_of(_text(line)))


def _text(line: Band) -> str:
    return "".join(piece.text for piece in line)


def _rule_above(
    zone: Sequence[Band], drawn: Sequence[Frame], pieces: Sequence[Piece], em: float
) -> float | None:
    """The height of a short level rule right above one of the small lines."""
    if not zone:
        return None
    left, right = extent(pieces)
    for line in zone:
        for frame in drawn:
            share = (frame.right - frame.left) / max(right - left, em)
            short = frame.bottom - frame.top <= _THIN * em and _RULE[0] <= share <= _RULE[1]
            if short and -0.3 * em <= top(line) - frame.bottom <= _NEAR * em:
                starts = abs(frame.left - min(piece.left for piece in line)) <= _NEAR * em
                if starts and _begins(line):
                    return frame.bottom
    return None


def _is_referred_to(mark: str, text: Sequence[Band], em: float) -> bool:
    """Whether the text has the mark: digits alone only as raised ones."""
    digits = mark.translate(_RAISED_DIGITS)
    for line in text:
        for piece in line:
            raised = piece.size <= _RAISED * em and digits == piece.text.strip()
            if raised or (not digits.isdecimal() and mark in piece.text):
                return True
    return False
