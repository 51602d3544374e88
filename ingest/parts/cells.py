"""A cell's number as a spreadsheet shows it: days, times, percentages, decimals, leading zeros."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CHINESE_FORMATS = {
    27: "yyyy年m月",
    28: "m月d日",
    29: "m月d日",
    31: "yyyy年m月d日",
    32: "h:mm",
    33: "h:mm:ss",
    36: "yyyy年m月",
    50: "yyyy年m月",
    51: "m月d日",
    52: "yyyy年m月",
    53: "m月d日",
    54: "m月d日",
    57: "yyyy年m月",
    58: "m月d日",
}
"""Built-in formats that only Chinese programs have; files name them by number alone."""
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]')
_NUMBER = re.compile(r"[#0?][#0?,. ]*(?:E[+-]0+)?", re.IGNORECASE)
_TEMPORAL = re.compile(r"[ymdhs]", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_LATEST = 2_958_466  # 9999-12-31
_DIGITS = 15  # as many as a spreadsheet shows


def shown_number(value: float, code: str, *, from_1904: bool = False) -> str:
    """A number in its format: `0.5` as `50%`, `45231` as `2023-11-01`, `7` as `007`.

    Args:
        value: as stored.
        code: the cell's format, as `0.00%` or `yyyy-mm-dd`.
        from_1904: days are counted from 1904-01-01.
    """
    sections = code.split(";")
    at = 1 if value < 0 and len(sections) > 1 else 2 if not value and len(sections) > 2 else 0
    section = sections[at]
    bare = _LITERAL.sub("", section)
    if _TEMPORAL.search(bare) or _ELAPSED.search(section):
        return _moment(value, section, from_1904=from_1904) or general(value)
    prefix, core, suffix = _parts(section)
    if not core or "?" in core or "/" in bare:
        return general(value)
    if at == 1:
        value = abs(value)
    number = Decimal(repr(value)) * (100 if "%" in section else 1)
    return f"{prefix}{_decimal(number, core)}{suffix}"


def general(value: float) -> str:
    """A number without a format."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.{_DIGITS}g}"
    if "e" not in text:
        return text
    return f"{Decimal(text):f}" if abs(value) >= 1e-9 else text


def _parts(section: str) -> tuple[str, str, str]:
    """What stands before the digits, how they are written, what stands after them."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group(1) or match.group(2) or match.group(3) or "")
        return chr(0xE000 + len(kept) - 1)  # a private character stands for it

    masked = _LITERAL.sub(keep, section)
    found = _NUMBER.search(masked)
    if found is None:
        return "", "", ""

    def plain(text: str) -> str:
        inside = (ord(c) - 0xE000 for c in text)
        return "".join(
            kept[n] if 0 <= n < len(kept) else c for c, n in zip(text, inside, strict=True)
        )

    after = masked[found.end() :]
    return plain(masked[: found.start()]).strip(), found.group().strip(), plain(after).strip()


def _decimal(number: Decimal, core: str) -> str:
    digits, _, power = core.upper().partition("E")
    whole, _, part = digits.partition(".")
    places = sum(character in "0#" for character in part)
    scale = len(whole) - len(whole.rstrip(","))
    number /= 1000**scale
    if power:
        return f"{number:.{places}E}"
    try:
        rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return str(number)
    text = f"{rounded:,f}" if "," in whole.rstrip(",") else f"{rounded:f}"
    optional = part.count("#")
    if optional and "." in text:
        least = len(text.partition(".")[2]) - optional
        head, _, tail = text.partition(".")
        tail = tail[:least] + tail[least:].rstrip("0")
        text = f"{head}.{tail}" if tail else head
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    least_digits = whole.count("0")
    head, point, tail = text.partition(".")
    return f"{sign}{head.rjust(least_digits, '0')}{point}{tail}"


def _moment(value: float, section: str, *, from_1904: bool) -> str | None:
    if elapsed := _ELAPSED.search(section):
        minutes = round(value * 24 * 60)
        if elapsed.group(1)[0] in "hH":
            return f"{minutes // 60}:{minutes % 60:02d}"
        return str(minutes)
    if not 0 <= value < _LATEST:
        return None
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    if not from_1904 and value < 60:
        start += timedelta(days=1)  # a 29th of February 1900 is counted that never was
    moment = start + timedelta(seconds=round(value * 86400))
    plain = section.replace('"', "")
    has_day, has_time = _has(plain, "yd年日") or "m月" in plain, _has(plain, "hs时")
    day = _day(moment, plain) if has_day or not has_time else ""
    seconds = "s" in plain.lower() and moment.second
    time = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    return " ".join(filter(None, (day, time if has_time else "")))


def _day(moment: datetime, section: str) -> str:
    has_year, has_day = _has(section, "y年"), _has(section, "d日")
    if "月" in section:
        parts = [f"{moment.year}年" if has_year else "", f"{moment.month}月"]
        return "".join([*parts, f"{moment.day}日" if has_day else ""])
    if has_year:
        return f"{moment:%Y-%m-%d}" if has_day else f"{moment:%Y-%m}"
    return f"{moment:%m-%d}"


def _has(section: str, characters: str) -> bool:
    return any(character in section.lower() for character in characters)
