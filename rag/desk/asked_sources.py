"""The newspaper, day, page and title that a message names, where it asks for articles by these.

`rag.question.source_filters` reads them beside a question. Here a day without its year is one too,
and today is the newest day of the library, since no article is of the day on which it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rag.language.numerals import NUMERAL, YEAR_NUMERAL, number_of
from rag.language.text import fold

_MARKED = re.compile("《(?P<name>[^》]{1,60})》")
_PAPER = re.compile(
    r"^(?:请问|帮我|看看|查一?下|想看|在|从)?(?P<name>[\u4e00-\u9fff]{1,5}?(?:日报|晚报|晨报|早报|时报|周报|商报|青年报|周刊))"
)
_PAPER_END = re.compile("(?:报|周刊|杂志)$")
_PART = 3
"""Characters by which a newspaper is named in short: 晚报 may be any, 商务报 is hardly another."""
_END_ALONE = re.compile(
    "(?:^|[,，在看从查这那期张份的]|请问|今天|昨天)(?P<part>[日晚晨早周时商快]报|青年报|都市报|周刊)"
)
_BEFORE = "(?:^|[,，在看从查这那期张份的年月日号 ]|请问|今天|昨天)"
_START_ALONE = re.compile(
    "(?:^|[,，在看从查]|请问|今天|昨天)(?P<part>[\u4e00-\u9fff]{2,4}?)(?:那|这|的){0,4}[张份]?"
    "(?:报纸|报)(?![道告名社刊酬价销考答到送])"
)
_DAY = re.compile(
    rf"(?:(?P<year>{YEAR_NUMERAL})年)?(?P<month>{NUMERAL})月(?:份)?(?:(?P<day>{NUMERAL})[日号])?"
    rf"|(?P<only>{YEAR_NUMERAL})年(?:度|份)?|(?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}})"
)
_RELATIVE = re.compile(
    "(?P<today>今天|今日|当天|今早|\\btoday\\b)|(?P<yesterday>昨天|昨日|\\byesterday\\b)|(?P<before>前天)"
)
_AGO = {"today": 0, "yesterday": 1, "before": 2}
_PAGE = re.compile(
    rf"(?<![这本那该])第?(?P<page>[a-z]?{NUMERAL}|[a-z]\d{{1,3}})版(?!权|本|块)|(?P<front>头版)"
)


@dataclass(frozen=True, slots=True)
class AskedSource:
    """What a message limits itself to.

    Attributes:
        newspaper, page: as the library may have them; `page` is a number or `A03`.
        date_from, date_to: ISO dates, both included.
        month_day: `05` or `05-20` of whatever year.
        days_ago: counted back from the library's newest day.
        this_page: the page that was talked about.
        title: between `《》`, as it was typed.
    """

    newspaper: str | None = None
    page: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    month_day: str | None = None
    days_ago: int | None = None
    this_page: bool = False
    title: str | None = None

    @property
    def restricts(self) -> bool:
        """Whether anything but a title is named."""
        named = (self.newspaper, self.page, self.date_from, self.month_day)
        return any(named) or self.days_ago is not None or self.this_page


def source_in(
    bare: str, typed: str, newspapers: Callable[[], Iterable[str]]
) -> tuple[AskedSource, str]:
    """What a folded message names, and the rest of it, a space in the place of each name."""
    paper, title, rest = _names(bare, typed, newspapers)
    first, last, month_day, rest = _days(rest)
    days_ago = None
    if first is None and month_day is None and (match := _RELATIVE.search(rest)):
        days_ago = _AGO[str(match.lastgroup)]
        rest = _without(rest, match)
    page = None
    if match := _PAGE.search(rest):
        page = "1" if match["front"] else _page_name(match["page"])
        rest = _without(rest, match) if page else rest
    this_page = False
    if page is None and (match := re.search("[这本那该]一?个?版面?(?!权|本|块|设计)", rest)):
        this_page, rest = True, _without(rest, match)
    source = AskedSource(paper, page, first, last, month_day, days_ago, this_page, title)
    return source, rest


def _names(
    bare: str, typed: str, newspapers: Callable[[], Iterable[str]]
) -> tuple[str | None, str | None, str]:
    """Newspaper and title, and the rest."""
    if "报" not in bare and "刊" not in bare and "《" not in bare:
        return None, None, bare
    known = {fold(name): name for name in newspapers()}
    paper = title = None
    if match := _MARKED.search(bare):
        if match["name"] in known or _PAPER_END.search(match["name"]):
            paper = known.get(match["name"], match["name"])
        else:
            title = _as_typed(match["name"], typed)
        bare = _without(bare, match)
    if paper is None:
        named = [name for name in known if len(name) > 1 and name in bare]
        if named:
            longest = max(named, key=len)
            paper, bare = known[longest], bare.replace(longest, " ", 1)
        elif part := _in_part(bare, known):
            paper, bare = known[part[0]], _without(bare, part[1])
        elif match := _PAPER.search(bare):
            paper, bare = match["name"], _without(bare, match)
    return paper, title, bare


def _in_part(bare: str, known: Iterable[str]) -> tuple[str, re.Match[str]] | None:
    """The one newspaper that is named by its end or its beginning: `晚报`, `沅江的报纸`."""
    ends = {name: name[-_PART:] for name in known if len(name) > _PART}
    held = [
        (name, match)
        for name, end in ends.items()
        if end in bare and _PAPER_END.search(end) and (match := _alone(end, bare))
    ]
    if len(held) == 1:
        return held[0]
    for pattern, has in ((_END_ALONE, str.endswith), (_START_ALONE, str.startswith)):
        match = pattern.search(bare)
        meant = [name for name in known if has(name, match["part"])] if match else []
        if match and len(meant) == 1:
            return meant[0], match
    return None


def _alone(part: str, bare: str) -> re.Match[str] | None:
    """Where a newspaper's end stands as a name, not in another's or in 经济报告."""
    pattern = rf"{_BEFORE}(?P<part>{re.escape(part)})(?![道告表社名销刊酬价考送])"
    match = re.search(pattern, bare)
    return match and re.compile(re.escape(part)).match(bare, match.start("part"))


def _as_typed(folded: str, typed: str) -> str:
    for match in _MARKED.finditer(typed):
        if fold(match["name"]) == folded:
            return match["name"]
    return folded


def _days(rest: str) -> tuple[str | None, str | None, str | None, str]:
    """First and last day, or month and day of any year; and the rest."""
    match = _DAY.search(rest)
    if match is None:
        return None, None, None, rest
    left = _without(rest, match)
    named = match["iso"].split("-") if match["iso"] else _parts(match)
    year, month, day = (number_of(text) if text else None for text in named)
    if not (1 <= (month or 1) <= 12 and 1 <= (day or 1) <= 31):
        return None, None, None, rest
    if year is None:
        if month is None:
            return None, None, None, rest
        return None, None, f"{month:02}" + (f"-{day:02}" if day else ""), left
    first = f"{year}-{month or 1:02}-{day or 1:02}"
    return first, f"{year}-{month or 12:02}-{day or 31:02}", None, left


def _parts(match: re.Match[str]) -> tuple[str | None, str | None, str | None]:
    return match["year"] or match["only"], match["month"], match["day"]


def _page_name(named: str) -> str | None:
    if named[0].isascii() and named[0].isalpha():
        return named.upper()
    number = number_of(named)
    return None if number is None else str(number)


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


NOWHERE = AskedSource()
"""No source in particular."""
