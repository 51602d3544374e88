"""Page numbers in every form: `-1-`, `—1—`, `第3页 共20页`, `3/20`, `Page 3 of 20`, `iv`, bare."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.printed.edge_lines import EdgeLine
from rag.language.numerals import DIGITS, number_of

_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_DASH = r"[-–—―─－~～·•.・*_|｜]"
_HAN = f"[〇{DIGITS}十百]"
_VALUE = rf"(?P<value>\d{{1,4}}|[ivxlc]{{1,7}}|[IVXLC]{{1,7}}|{_HAN}{{1,5}})"
_OF = r"(?P<of>\d{1,4})"
_SURE = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_DASH}+{_VALUE}{_DASH}+",
        rf"第{_VALUE}页(?:[，,/／|()（]?(?:总|全)?共{_OF}页[)）]?)?",
        rf"(?:总|全)?共{_OF}页[，,/／|]?第{_VALUE}页",
        rf"第{_VALUE}页/{_OF}页?",
        rf"(?:page|p\.?|pg\.?){_VALUE}(?:(?:of|/){_OF})?",
        rf"{_VALUE}(?:/|／|of){_OF}页?",
        rf"{_VALUE}\|page",
        rf"页码?[:：]?{_VALUE}(?:[/／]{_OF})?",
    )
)
_BARE = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_VALUE}页?",
        rf"[\[(（【〔<〈《]{_VALUE}[\])）】〕>〉》]",
        rf"{_DASH}{_VALUE}",
        rf"{_VALUE}{_DASH}",
    )
)
_LONGEST = 24


def number_on(text: str) -> tuple[int, bool] | None:
    """The page number that `text` is, and whether its form leaves no doubt; else None.

    `1/20` may be a day or a share: only its place makes it a page number.
    """
    bare = "".join(text.split())
    if not bare or len(bare) > _LONGEST:
        return None
    for forms, sure in ((_SURE, True), (_BARE, False)):
        for form in forms:
            if match := form.fullmatch(bare):
                value, total = _value(match["value"]), match.groupdict().get("of")
                if value is not None and (not total or value <= int(total)):
                    return value, sure
    return None


def counted(lines: Sequence[EdgeLine], pages: int) -> Iterator[EdgeLine]:
    """The lines at the edges that are page numbers, or have one at either end.

    A number counts with the pages, here and on another page at least; one whose form leaves no
    doubt may stand alone, if it stands apart. Of a document of one page, that is a 1.
    """
    found = [(line, *number) for line in lines if line.outermost for number in _numbers(line)]
    pages_of = Counter(
        offset for offset, _ in {(value - line.page, line.page) for line, value, _, _ in found}
    )
    for line, value, sure, whole in found:
        counts = pages_of[value - line.page] >= 2 and (whole or line.apart)
        alone = whole and line.apart and (sure or (pages == 1 and value == 1))
        if counts or alone:
            yield line


def _numbers(line: EdgeLine) -> list[tuple[int, bool, bool]]:
    """Numbers that a line may be or end with: value, whether its form is sure, whether alone."""
    if whole := number_on("".join(piece.text for piece in line.pieces)):
        return [(*whole, True)]
    ends = dict.fromkeys((line.pieces[0], line.pieces[-1])) if len(line.pieces) > 1 else {}
    return [(*number, False) for piece in ends if (number := number_on(piece.text))]


def _value(digits: str) -> int | None:
    if digits.isdecimal():
        return int(digits)
    if digits[0].lower() in _ROMAN:
        return _roman(digits.lower())
    return number_of(digits)


def _roman(digits: str) -> int | None:
    values = [_ROMAN[digit] for digit in digits]
    following = [*values[1:], 0]
    total = sum(-v if v < after else v for v, after in zip(values, following, strict=True))
    return total if 0 < total < 200 else None
