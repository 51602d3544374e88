"""What stands higher or lower than its line: exponents, indices, and the marks of notes.

`10` and a raised `8` are `10⁸`, never `108`; a raised number behind a word is a note's mark, `[8]`.
"""

from __future__ import annotations

import re

_SUPERSCRIPT = str.maketrans("0123456789+-−–=()（）", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾⁽⁾")
_SUBSCRIPT = str.maketrans("0123456789+-−–=()（）", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎₍₎")
_PLAIN = re.compile(r"[\d+\-−–=()（）]+", re.ASCII)
_MARK = re.compile(
    r"[\[［〔(（【]?\s*(\d{1,3}(?:\s*[,，、\-–—]\s*\d{1,3})*)\s*[\]］〕)）】]?", re.ASCII
)
_BRACKETED = re.compile(r"[\[［〔【].*[\]］〕】]")
_LETTERS = re.compile(r"[A-Za-z][A-Za-z+\-]*|[A-Za-z]?[+\-−–]?\d*")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|e|o|a|TM|SM|®|™|℠)", re.IGNORECASE)
# What may be raised to a power: a number, a unit or variable, a bracket, a unit in Han.
_BASE = re.compile(
    r"(?:[\d.)）\]|!′'αβγδεζηθλμνξπρστφχψωΑ-Ωℓ℃°%％⁰-⁹²³¹]|(?<![A-Za-z])(?:[A-Za-zµμΩ]{1,2}|[a-z]{3})"
    r"|[A-Z][a-z]?\d*[₀-₉]+|[A-Za-z][₀-₉₊₋]+)$"
)
_HAN_UNIT = re.compile(r"[米里尺寸丈]$")
_AREA_OR_VOLUME = re.compile("[23]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d$")
_PERCENT = re.compile(r"[%％‰]$")


def raised(text: str, before: str, *, links: bool = False) -> str:
    """Raised characters as plain text shows them.

    Args:
        text: what is raised.
        before: what stands before it on its line.
        links: it leads to a note.

    Returns:
        `⁸` for an exponent, `^n` or `^(n+1)` where there are no such characters, `[8]` for the
        mark of a note; what is neither, such as the `th` of `5th` or a raised word, unchanged.
    """
    mark = text.strip()
    if not mark or _ORDINAL.fullmatch(mark) or _BRACKETED.fullmatch(mark):
        return text
    if _MARK.fullmatch(mark) and (links or not _is_base(before, mark)):
        return f"[{_MARK.fullmatch(mark)[1]}]"  # type: ignore[index]
    if links or not _is_base(before, mark):
        return text
    if _PLAIN.fullmatch(mark):
        return mark.translate(_SUPERSCRIPT)
    if len(mark) == 1 and mark.isalpha() and mark.isascii():
        return f"^{mark}"
    return f"^({mark})" if _LETTERS.fullmatch(mark) or _is_formula(mark) else text


def lowered(text: str) -> str:
    """Lowered digits and signs in their own characters: `H₂O`; anything else unchanged."""
    return text.translate(_SUBSCRIPT) if _PLAIN.fullmatch(text.strip()) else text


def _is_base(before: str, mark: str) -> bool:
    """Whether what stands before can have this exponent."""
    before = before[-12:]
    if _HAN_UNIT.search(before):
        return _AREA_OR_VOLUME.fullmatch(mark) is not None
    if _YEAR.search(before) or _PERCENT.search(before):
        return False
    return _BASE.search(before) is not None


def _is_formula(mark: str) -> bool:
    return mark.isascii() and " " not in mark and len(mark) <= 20
