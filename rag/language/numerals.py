"""Numerals that name rather than count: `3`, `三`, `叁`, `③`, `十二`, `二〇二三`, `Ⅲ`.

Texts are folded, so ③ is `3` already and Ⅲ is `iii`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

ONES = "一二三四五六七八九"
DIGITS = f"零{ONES}"
FORMAL = "壹贰叁肆伍陆柒捌玖拾佰仟"
"""Numerals as cheques and contracts have them."""
_TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
_VALUES = {character: value for value, character in enumerate(DIGITS)} | {"〇": 0, "两": 2}
_PLAIN = str.maketrans(f"{FORMAL}○〇", f"{ONES}十百千零零")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ZEROS = "〇○零"
_DIGIT = f"{_ZEROS}{ONES}{FORMAL[:9]}"
_HAN = f"{_DIGIT}十百拾佰"
_PLACES = str.maketrans("0123456789", DIGITS)

RANGE = "[-—–~至到]{1,3}"
"""Between the first and the last of several, as a part of a pattern."""
NUMERAL = rf"(?:\d{{1,4}}|[{_HAN}]{{1,6}}|(?<![a-z])[ivx]{{1,4}}(?![a-z]))"
"""A number of one to four digits in any numerals, as a part of a pattern without groups."""
YEAR_NUMERAL = (
    rf"(?:(?:19|20)\d\d|[一壹]九[{_DIGIT}]{{2}}|[二贰][{_ZEROS}][{_DIGIT}]{{2}}"
    rf"|[二两]千[{_ZEROS}][{ONES}十]{{1,3}}|一千九百[{_ZEROS}]?[{ONES}十]{{1,3}})"
)
"""A year from 1900 to 2099. 二千年 without more is a length of time."""
_NUMBER = re.compile(rf"(?<![\d.]){NUMERAL}(?![\d.])")


def number_of(numeral: str) -> int | None:
    """What a folded numeral says; None for what is none after all: `xxii`, `十十`."""
    if numeral.isdecimal():
        return int(numeral)
    if numeral in _ROMAN:
        return _ROMAN.index(numeral) + 1
    plain = numeral.translate(_PLAIN)
    if not re.fullmatch(f"[{DIGITS}两十百千]+", plain) or re.search("[十百]{2}", plain):
        return None
    return int(chinese_number(plain))


def chinese_number(numeral: str) -> float:
    """`三百二十` is 320, `两万一` is 21000, `二〇二四` is 2024."""
    if len(numeral) > 1 and not set(numeral) & (_TENS.keys() | MYRIADS.keys()):
        return float("".join(str(_VALUES[character]) for character in numeral))
    total = section = digit = 0
    last = 1
    for character in numeral:
        if character in _VALUES:
            digit = _VALUES[character]
        elif character in _TENS:
            section += (digit or 1) * _TENS[character]
            digit, last = 0, _TENS[character]
        elif character == "万":
            total += (section + digit) * MYRIADS[character]
            section, digit, last = 0, 0, MYRIADS[character]
        else:
            total = (total + section + digit) * MYRIADS[character]
            section, digit, last = 0, 0, MYRIADS[character]
    if digit and last > 10 and not numeral.endswith(("零", "〇")) and "零" not in numeral:
        digit *= last // 10
    return float(total + section + digit)


def scaled(value: float, scale: str) -> float:
    """A value with the powers that follow its digits: 3 and `千万` are 30,000,000."""
    for power in scale:
        value *= MYRIADS.get(power, 1000)
    return value


def in_han(number: int) -> str:
    """`十二` for 12, `一百零五` for 105; below 1000."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_place(hundreds)}百" if hundreds else ""
    if tens:
        text += f"{'' if tens == 1 and not hundreds else _place(tens)}十"
    elif hundreds and ones:
        text += "零"
    return text + (_place(ones) if ones or not number else "")


def _place(digit: int) -> str:
    return str(digit).translate(_PLACES)


def respelt(text: str) -> tuple[str, ...]:
    """A folded text with its numerals below 1000 as digits, and as Han characters, if it has any.

    Gives only what differs: `3` and `叁` are also 三, `十二` is also 12.
    """
    made = (_replaced(text, str), _replaced(text, in_han))
    return tuple(dict.fromkeys(other for other in made if other != text))


def with_or_without_di(text: str) -> str:
    """`第三车间` for 三车间, and the other way round; what begins with no numeral stays."""
    if text.startswith("第"):
        return text[1:]
    return f"第{text}" if re.match(NUMERAL, text) else text


def years_spelt(year: int) -> tuple[str, ...]:
    """`2023`, and 二〇二三, 二○二三, 二零二三, as the digits of a year are written."""
    han = str(year).translate(_PLACES)
    return tuple(dict.fromkeys((str(year), *(han.replace("零", zero) for zero in _ZEROS))))


def _replaced(text: str, spell: Callable[[int], str]) -> str:
    def one(match: re.Match[str]) -> str:
        number = number_of(match.group())
        return match.group() if number is None or number > 999 else spell(number)

    return _NUMBER.sub(one, text)
