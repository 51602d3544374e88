"""Where an answer is to come from, as a question's own words say: `据《某报》2024年5月20日报道`.

A newspaper, a day, a title, an author or a heading restricts only where the library knows it and
the words around it say that it is the source: `《某报》是哪年创刊的` asks about the newspaper.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rag.data_model.answers import Filters
from rag.language.text import fold
from rag.library.records import StoredHead
from rag.question.understanding import ParsedQuestion, content_words

_BEFORE = r"(?P<before>(?:根据|依据|按照|依照|据|按|照|在|从)?[,，]?)"
_TOLD = (
    r"(?P<told>(?:的|上|里|中|里面|当天|当日|那天|这[篇则条]|那[篇则条]|一文|第[^几]{1,3}版|报道|消息|新闻|文章|报告"
    r"|写道|指出|提到|写到|讲到|介绍|显示|披露|认为|[说称讲写])*(?:了|过)?的?[,，]?)"
)
_CUE = re.compile("《|报|[这那]篇|文章|文中|评论|节|部分|章|小标题|栏")
"""Without any of these, no source is named, and the library's lists are not looked at."""
_DAY = r"(?:(?P<year>\d{4})年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号])?)?(?:的)?)?"
_DAY_AFTER = _DAY.replace("P<", "P<after_")
_UNDER = r"(?:下面|里面|[里中下]|[说讲写提谈]到?)的?[，,]?|[，,]"
_SECTION = re.compile(
    rf"(?:在|从|据|按)?(?:[“\"「](?P<marked>[^”\"」]{{2,40}})[”\"」]的?(?:这|那)?一?(?:小?节|部分|章|小标题|栏目?)(?:{_UNDER})?"
    rf"|(?P<bare>[^，,。“”\"《》]{{2,20}}?)(?:的?[这那]?一小?节|的?[这那]一?(?:部分|章)|部分|小标题|栏目)(?:{_UNDER}))"
)
"""A heading in quotation marks, or without them if more says that it is one: 电影节 is no 节."""
_NUMBERING = re.compile(
    r"^(?:第[一二三四五六七八九十\d]{1,3}[章节部分]{1,2}|[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．])\s*"
)
_PIECE = "(?:[这那]篇(?:文章|报道|评论)?|文章|报道|评论|文中)"
_LEAST = 6
"""Characters of a title by which it may be named in part."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What the answer must come from: `words` of the question, and the filters they mean."""

    words: str
    filters: Filters


def restricted(
    question: ParsedQuestion,
    filters: Filters,
    list_heads: Callable[[], Sequence[StoredHead]],
    list_sections: Callable[[], Sequence[str]] = tuple,
) -> tuple[ParsedQuestion, Restriction | None]:
    """The question without the words that name its source, and what they restrict it to.

    Args:
        question: as understood.
        filters: set by the asker; what they set is not set again.
        list_heads: gives the heads of all articles.
        list_sections: gives the headings inside them.
    """
    if not _CUE.search(question.searched):
        return question, None
    heads = list_heads()
    for found in (
        _newspaper(question, heads),
        _title(question, heads),
        _author(question, heads),
        _section(question, list_sections),
    ):
        if found is None:
            continue
        match, named = found
        rest = f"{question.searched[: match.start()]}{question.searched[match.end() :]}".strip()
        terms = content_words(rest)
        if not terms:
            continue
        wanted = {name: value for name, value in named.items() if not getattr(filters, name)}
        words = match.group().strip(",，的了 ")
        without = replace(question, searched=rest, terms=terms)
        return without, Restriction(words, filters.model_copy(update=wanted))
    return question, None


def _newspaper(
    question: ParsedQuestion, heads: Iterable[StoredHead]
) -> tuple[re.Match[str], dict[str, object]] | None:
    names = {head.article.newspaper for head in heads if head.article.newspaper}
    for name in sorted(names, key=len, reverse=True):
        folded = fold(name)
        if folded not in question.searched:
            continue  # before a pattern is compiled for it
        match = _source(f"{_DAY}《?{re.escape(folded)}》?{_DAY_AFTER}", question.searched)
        if match:
            return match, {"newspaper": name, **_days(match, ""), **_days(match, "after_")}
    return None


def _title(
    question: ParsedQuestion, heads: Sequence[StoredHead]
) -> tuple[re.Match[str], dict[str, object]] | None:
    for named in re.finditer("《(?P<title>[^》]{2,60})》", question.searched):
        title = named["title"]
        articles = tuple(
            head.article.article_id
            for head in heads
            if title == (known := fold(head.article.title))
            or (len(title) >= _LEAST and title in known)
        )
        match = _source(re.escape(named.group()), question.searched) if articles else None
        if match:
            return match, {"articles": articles}
    return None


def _author(
    question: ParsedQuestion, heads: Iterable[StoredHead]
) -> tuple[re.Match[str], dict[str, object]] | None:
    names = {author for head in heads for author in head.article.authors}
    for name in sorted(names):
        if fold(name) not in question.searched:
            continue
        written = rf"{re.escape(fold(name))}(?:在|写的?|的)*{_PIECE}"
        match = _source(written, question.searched)
        if match:
            return match, {"author": name}
    return None


def _section(
    question: ParsedQuestion, list_sections: Callable[[], Sequence[str]]
) -> tuple[re.Match[str], dict[str, object]] | None:
    """`在“建设进展”一节里`: a heading, with or without its number."""
    match = _SECTION.match(question.searched)
    if match is None:
        return None
    name = match["marked"] or match["bare"]
    known = [raw for raw in list_sections() if name in _names_of(raw)]
    return (match, {"section": known[0]}) if len(known) == 1 else None


def _names_of(section: str) -> tuple[str, str]:
    """A heading, folded, with and without its number."""
    folded = fold(section)
    return folded, _NUMBERING.sub("", folded)


def _source(named: str, question: str) -> re.Match[str] | None:
    """Where a question names a source in this way; the words around it must say that it is one."""
    for match in re.finditer(f"{_BEFORE}{named}{_TOLD}", question):
        told = match["before"] or match["told"].strip("的,，")
        if told or match.groupdict().get("after_year"):
            return match
    return None


def _days(match: re.Match[str], which: str) -> dict[str, str]:
    """The first and last day of the year, month or day that is named."""
    year, month, day = (match[f"{which}{part}"] for part in ("year", "month", "day"))
    if year is None:
        return {}
    first_month, last_month = (int(month), int(month)) if month else (1, 12)
    if not 1 <= first_month <= last_month:
        return {}
    last_day = monthrange(int(year), min(last_month, 12))[1]
    days = (int(day), int(day)) if day else (1, last_day)
    return {
        "date_from": f"{year}-{first_month:02}-{days[0]:02}",
        "date_to": f"{year}-{last_month:02}-{days[1]:02}",
    }
