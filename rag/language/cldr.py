"""Names in English and in Chinese, from Unicode's CLDR by way of Babel.

Countries, languages, currencies, months, days of the week, and the cities that time zones are
named after. All begin with a capital letter in English.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

_SHORTEST = 3
"""Letters of a name; shorter ones are codes."""
_MOST_WORDS = 4


@cache
def chinese_names() -> dict[str, str]:
    """Each English name, in lower case, with the Chinese one."""
    found: dict[str, str] = {}
    for english, chinese in _pairs():
        if len(english) >= _SHORTEST and len(english.split()) <= _MOST_WORDS:
            found.setdefault(english.lower(), chinese)
    return found


@cache
def months() -> dict[str, int]:
    """Names of the months in lower case, in full and short, with their numbers."""
    from babel import Locale

    widths = Locale("en").months["format"]
    names = {
        widths[width][number].lower(): number
        for width in ("wide", "abbreviated")
        for number in range(1, 13)
    }
    return names | {"sept": 9}


def _pairs() -> Iterator[tuple[str, str]]:
    from babel import Locale

    english, chinese = Locale("en"), Locale("zh")
    for ours, theirs in (
        (english.territories, chinese.territories),
        (english.languages, chinese.languages),
        (english.currencies, chinese.currencies),
    ):
        yield from ((ours[code], theirs[code]) for code in ours if code in theirs)
    days, theirs = english.days["format"]["wide"], chinese.days["format"]["wide"]
    yield from ((days[n], theirs[n]) for n in days)
    for zone, names in chinese.time_zones.items():
        place = zone.split("/")
        if len(place) == 2 and "city" in names:  # of three parts, the last is a mere quarter
            yield place[1].replace("_", " "), names["city"]
