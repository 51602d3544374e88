"""The day of a web page: where the page says it, never a day that it merely mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.language.numerals import chinese_number, number_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_META_NAMES = (
    "article:published_time og:published_time og:release_date og:pubdate article:published "
    "datepublished pubdate publishdate publish_date publishtime publish_time published "
    "published_time _pubtime apub:time pubtime publication_date date dc.date dc.date.issued "
    "dcterms.date dcterms.created dcterms.issued dc.date.created sailthru.date parsely-pub-date "
    "weibo:article:create_at bytedance:published_time createdate contentdate release_date "
    "citation_publication_date citation_date originalpublicationdate rnews:datepublished "
    "firstpublishedtime weibo:webpage:create_at"
)
_META = frozenset(_META_NAMES.split())
_JSON_KEYS = ("datePublished", "pubDate", "uploadDate", "dateCreated")
_DIGITS = (
    r"(?P<year>(?:19|20)\d\d)\s?[-./年]\s?(?P<month>\d{1,2})\s?[-./月]\s?"
    r"(?P<day>\d{1,2})(?!\d)\s?日?"
)
_HAN = (
    r"(?P<han_year>[一二](?:\s?[〇○零Ｏ一二三四五六七八九]){3})年"
    r"(?P<han_month>[一二三四五六七八九十]{1,2})月(?P<han_day>[一二三四五六七八九十]{1,3})日"
)
_DAY = re.compile(rf"(?<![\d.\-/]){_DIGITS}|{_HAN}")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?:\d{6})?(?!\d)")
_ISSUED = re.compile(r"(?:成文|签发|印发)(?:日期|时间)\s*[:：]?\s*")
_PUBLISHED = re.compile(
    r"(?:发布|发表|发稿|刊发|上传|公布|发文|录入|创建|更新|播发|出版|刊登|见报|公开|信息发布|稿件)(?:日期|时间)\s*[:：]?\s*"
    r"|发布于\s*[:：]?\s*|(?<![\u4e00-\u9fff])日\s?期\s*[:：]\s*"
)
_CLOCK = re.compile(r"\d{1,2}\s?[:：时点]\s?\d{2}")
_CREDIT = re.compile(
    r"来源|稿源|作者|编辑|浏览|点击|阅读|字号|字体|供稿|文章来源|信息来源|发布机构|访问量"
)
_TODAY = re.compile(
    r"今天|今日|星期|周[一二三四五六日]|农历|截止|截至|有效期|报名|开标|版权|©|Copyright",
    re.IGNORECASE,
)
_EDITION = re.compile(r"第\s?[A-Z]?\d{1,3}\s?版|[A-Z]?\d{2}\s?版[:：]")
_SOURCE_LINE = re.compile(
    r"(?:文章|信息|稿件|新闻|内容)?(?:来源|稿源|作者|编辑|责任编辑|字号|字体|浏览次数|点击数?|阅读数?|浏览量?|访问量)\s*[:：]"
)
_ALONE = re.compile(r"[\s:：|｜\-—/,，·（）()\[\]【】时分秒\d]*")
_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)[-/_]?(\d{1,2})[-/_]?(\d{1,2})(?=[/_.\-]|$)"
    r"|/(?:19|20)\d{4}/t((?:19|20)\d\d)(\d\d)(\d\d)_|[/_t]((?:19|20)\d\d)(\d\d)(\d\d)(?=[_./\-]|$)"
)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)
_LONGEST_LINE = 120
_LONGEST_REST = 60
_APART = frozenset({"a", "nav", "aside", "footer", "li", "ul", "ol"})


def says_source(line: str) -> bool:
    """Whether a line tells of the page's source or day: its links are no other articles."""
    return _CREDIT.search(line) is not None or _PUBLISHED.search(line) is not None


def is_about_page(line: str) -> bool:
    """Whether a line above the text tells of the page's source and day, and of nothing else."""
    if len(line) > _LONGEST_LINE or _ISSUED.search(line) or re.search("[。！？；]", line):
        return False
    if _SOURCE_LINE.match(line) or _PUBLISHED.match(line):
        return True
    return _credited([line]) is not None


def page_date(
    tree: HtmlElement, page: str, head: Sequence[str], lines: Sequence[str], said: Sequence[Any]
) -> str | None:
    """The day on which the page was published, ISO.

    The day that an official document was signed goes before all others. Then what the page says
    to machines, what it says in a line of its own, what `<time>` says, and its address.

    Args:
        tree: the page, scripts and hidden parts included.
        page: its characters, for the comment that names where it was saved from.
        head: the lines above the article's text, links left out.
        lines: all lines, likewise.
        said: its JSON-LD.
    """
    candidates = (
        _labelled(lines, _ISSUED),
        _first(_meta_values(tree), compact=True),
        _first(_json_values(said), compact=True),
        _labelled(head, _PUBLISHED) or _labelled(lines, _PUBLISHED),
        _first(_times(tree), compact=True),
        _credited(head),
        _of_address(_addresses(tree, page)),
    )
    return next((day for day in candidates if day), None)


def day_of(text: str, *, compact: bool = False) -> str | None:
    """The first day that a text names, ISO; `compact`: also `20240520`."""
    for match in _DAY.finditer(text):
        if match["year"]:
            day = _iso(match["year"], match["month"], match["day"])
        else:
            day = _iso_of_han(match["han_year"], match["han_month"], match["han_day"])
        if day:
            return day
    short = _COMPACT.search(text) if compact else None
    return _iso(*short.groups()[:3]) if short else None


def _first(texts: Iterator[str], *, compact: bool = False) -> str | None:
    return next((day for text in texts if (day := day_of(text, compact=compact))), None)


def _meta_values(tree: HtmlElement) -> Iterator[str]:
    for meta in tree.iter("meta"):
        names = (meta.get("name"), meta.get("property"), meta.get("itemprop"))
        if any((name or "").lower().replace(" ", "") in _META for name in names):
            yield meta.get("content") or ""


def _json_values(said: Sequence[Any]) -> Iterator[str]:
    for item in said:
        for key in _JSON_KEYS:
            if isinstance(item.get(key), str):
                yield item[key]


def _times(tree: HtmlElement) -> Iterator[str]:
    """`<time>` outside lists and side boxes, those that say that they are the publication first."""
    times = [
        time
        for time in tree.iter("time")
        if not any(parent.tag in _APART for parent in time.iterancestors())
    ]
    marked = [t for t in times if "pubdate" in t.attrib or t.get("itemprop") == "datePublished"]
    for time in [*marked, *times]:
        yield time.get("datetime") or time.text_content()


def _labelled(lines: Sequence[str], label: re.Pattern[str]) -> str | None:
    """A day right behind a label, or alone on the line below it."""
    for n, line in enumerate(lines):
        if len(line) > _LONGEST_LINE:
            continue
        for match in label.finditer(line):
            rest = line[match.end() :]
            if not rest.strip(" :：　") and n + 1 < len(lines):
                rest = lines[n + 1]
            found = _DAY.match(rest.lstrip(" :：　"))
            if found and (day := day_of(found[0])):
                return day
    return None


def _credited(head: Sequence[str]) -> str | None:
    """`2024-05-20 09:30 来源：某网`: a day beside a clock, credit or page, and no sentence."""
    for line in head:
        edition = _EDITION.search(line)
        if len(line) > _LONGEST_LINE or (_TODAY.search(line) and not edition):
            continue
        match = _DAY.search(line)
        if match is None:
            continue
        rest = f"{line[: match.start()]} {line[match.end() :]}"
        clock = _CLOCK.search(line[match.end() : match.end() + 8]) and len(rest) <= _LONGEST_REST
        plain = _ALONE.fullmatch(rest) or not re.search("[，。；！？]", rest)
        if (_ALONE.fullmatch(rest) or clock or edition or _CREDIT.search(rest)) and plain:
            return day_of(line)
    return None


def _addresses(tree: HtmlElement, page: str) -> Iterator[str]:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower():
            yield link.get("href") or ""
    for meta in tree.iter("meta"):
        if meta.get("property") == "og:url" or meta.get("name") == "og:url":
            yield meta.get("content") or ""
    if saved := _SAVED_FROM.search(page[:2000]):
        yield saved[1]


def _of_address(addresses: Iterator[str]) -> str | None:
    for address in addresses:
        path = address.partition("?")[0]
        for match in _IN_ADDRESS.finditer(path):
            year, month, day = [group for group in match.groups() if group]
            if found := _iso(year, month, day):
                return found
    return None


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _iso_of_han(year: str, month: str, day: str) -> str | None:
    number = number_of(year.replace(" ", "").replace("Ｏ", "〇"))
    if number is None:
        return None
    return _iso(str(number), str(int(chinese_number(month))), str(int(chinese_number(day))))
