"""The number of a list's item as Word or a browser shows it: `三`, `iv`, `b`, `⑤`, `甲`."""

from __future__ import annotations

from collections.abc import Callable

from rag.language.numerals import DIGITS, FORMAL, ONES, in_han

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_DIGITS = f"〇{ONES}"
_PLAIN = f"{DIGITS}十百千"
_FORMAL = str.maketrans(_PLAIN, f"零{FORMAL}")
_FORMAL_TRADITIONAL = str.maketrans(_PLAIN, "零壹貳參肆伍陸柒捌玖拾佰仟")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_MOST_ROMAN = 4000
_MOST_LETTERS = 26 * 30
_MOST_HAN = 1000  # what `in_han` writes


def shown_number(number: int, style: str) -> str:
    """`number` in a style of Word's (`w:numFmt`) or of CSS (`list-style-type`).

    A style that is not known, or does not reach so far, gives digits; `none` and bullets nothing.
    """
    if style in _SILENT:
        return ""
    write = _STYLES.get(style)
    return (write(number) if write else "") or str(number)


def _roman(number: int) -> str:
    if not 0 < number < _MOST_ROMAN:
        return ""
    text = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        text += sign * count
    return text


def _letters(number: int) -> str:
    """Word's way after `z`: `aa`, `bb`; a browser's lists are hardly ever that long."""
    if not 0 < number <= _MOST_LETTERS:
        return ""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _han(number: int) -> str:
    return in_han(number) if 0 <= number < _MOST_HAN else _digital(number)


def _digital(number: int) -> str:
    return "".join(_DIGITS[int(digit)] if digit.isdecimal() else digit for digit in str(number))


def _one_of(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else ""


def _run(first: str, count: int) -> str:
    return "".join(chr(ord(first) + n) for n in range(count))


_CIRCLED = _run("①", 20) + _run("㉑", 15) + _run("㊱", 15)
_SILENT = frozenset({"none", "bullet", "disc", "circle", "square", "disclosure-open"})
_STYLES: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(("upperRoman", "upper-roman", "I"), _roman),
    **dict.fromkeys(("lowerRoman", "lower-roman", "i"), lambda n: _roman(n).lower()),
    **dict.fromkeys(
        ("upperLetter", "upper-alpha", "upper-latin", "A"), lambda n: _letters(n).upper()
    ),
    **dict.fromkeys(("lowerLetter", "lower-alpha", "lower-latin", "a"), _letters),
    **dict.fromkeys(("decimalZero", "decimal-leading-zero"), lambda n: f"{n:02d}"),
    **dict.fromkeys(
        ("decimalFullWidth", "decimalFullWidth2"), lambda n: str(n).translate(_FULL_WIDTH)
    ),
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"),
        _han,
    ),
    **dict.fromkeys(("taiwaneseCountingThousand", "koreanDigital2", "cjk-ideographic"), _han),
    **dict.fromkeys(("simp-chinese-informal", "trad-chinese-informal"), _han),
    **dict.fromkeys(
        ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand", "cjk-decimal"),
        _digital,
    ),
    **dict.fromkeys(
        ("chineseLegalSimplified", "simp-chinese-formal"), lambda n: _han(n).translate(_FORMAL)
    ),
    **dict.fromkeys(
        ("ideographLegalTraditional", "japaneseLegal", "trad-chinese-formal"),
        lambda n: _han(n).translate(_FORMAL_TRADITIONAL),
    ),
    **dict.fromkeys(("ideographTraditional", "cjk-heavenly-stem"), _one_of(_STEMS)),
    **dict.fromkeys(("ideographZodiac", "cjk-earthly-branch"), _one_of(_BRANCHES)),
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _one_of(_CIRCLED)),
    "ideographEnclosedCircle": _one_of(_run("㊀", 10)),
    "decimalEnclosedParen": _one_of(_run("⑴", 20)),
    "decimalEnclosedFullstop": _one_of(_run("⒈", 20)),
    "numberInDash": lambda n: f"- {n} -",
    "ordinal": lambda n: f"{n}{_ordinal(n)}",
}


def _ordinal(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
