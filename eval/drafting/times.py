"""Of which time a sentence speaks, so that a question asked back says it too.

A report's figure holds for its quarter; who asks for it without that asks for nothing certain.
"""

from __future__ import annotations

import re

_HAN = "[\u4e00-\u9fff]"
_YEAR = r"(?:(?:19|20)\d{2}年|今年|去年|前年)"
_PART = (
    r"(?:(?:[底初末]|第?[一二三四]季度末?|[上下]半年|全年|年底|年初|年末|前[\d一二三四五六七八九十两]+个?月|[1-9][—\-至]\d{1,2}月"
    r"|\d{1,2}月(?:份|底|初|中旬|上旬|下旬|\d{1,2}[日号])?|[春夏秋冬][天季]|暑期|暑假|寒假|汛期|汛前|春节|国庆)(?:期间)?)"
)
_TIME = re.compile(rf"(?:截至|截止|到)?(?:{_YEAR}{_PART}?|(?<![\d—\-]){_PART})")
_AROUND = re.compile(
    "(?:年|月|日|号|底|初|末|季度|半年)(?:以|之)?[前后来内间起]|[自从](?:19|20)|以来|[上本这]个?[月周]|[昨前]天|昨日|到目前|迄今|至今(?!年)|[收开]盘|盘中|截至(?:当地|当日|\\d+时)"
)
"""A stretch that only begins or ends at a time, or a time that hangs on the day of telling."""
_DATELINE = re.compile(
    r"^[^，。；！？：]{0,24}\d{1,2}月\d{1,2}日(?:电|讯|消息)\s*(?:[（(][^）)]{0,40}[）)])?\s*"
)
_LEADING = re.compile(rf"^(?:{_TIME.pattern})+[，,]?(?={_HAN}{{4}})")
_MONTHS_OVER = re.compile(
    r"^(?:第?([一二三])季度|前([一二三])季度|(上)半年|(?:1[—\-至])?(\d{1,2})月份?)$"
)
"""A part of the year, of which it can be told whether it was over on a day."""
_RELATIVE = {"今年": 0, "去年": -1, "前年": -2}
_COMPARED = re.compile(rf"(?:比|较|与|同){_YEAR}|{_YEAR}同期|(?:{_YEAR})?目标")
_PLANNED = re.compile("提出|力争|目标|计划|预计|规划|争取|确保|有望|预期|如果|若|假如|拟|可能|或将")
_FLOWS = re.compile(
    "增长|下降|减少|增加|提高|降低|上涨|[涨跌增减]幅|[涨跌]|超标|收入|营收|利润|产值|产量|销|出口|进口|总额|价格|积水|人数|增速|得分|(?<!容)量|率|比重"
)


def without_dateline(sentence: str) -> str:
    """A sentence without where and when it was sent from, which is no time of what it tells."""
    return _DATELINE.sub("", sentence)


def without_time(clause: str) -> str:
    """A clause without the time that it begins with."""
    return _LEADING.sub("", clause)


def is_planned(text: str) -> bool:
    """Whether what is told is only meant to be."""
    return bool(_PLANNED.search(text))


def time_of(told: str, clause: str, date: str | None, *, happened: bool = False) -> str | None:
    """The time that a question must name, in full; empty where it needs none.

    Args:
        told: the sentence, as far as the clause's end.
        clause: what is asked back.
        date: of the article, as ISO writes it.
        happened: whether something is said to have been done, which always has its time.

    Returns:
        None where the time is needed and cannot be told for certain.
    """
    told = told.replace(" ", "")
    if _AROUND.search(told):
        return None
    found = _times(told)
    if not found:
        return None if happened or _FLOWS.search(clause) else ""
    if len(found) != 1 or found[0] in clause or found[0].startswith("到"):
        return None
    return _in_full(found[0], date or "")


def _times(text: str) -> list[str]:
    """Times that are told of, each once; what is only compared with is none."""
    return list(dict.fromkeys(_TIME.findall(_COMPARED.sub("", text))))


def _in_full(time: str, date: str) -> str | None:
    """With the year of the calendar for `今年`; None where that is not known."""
    year = int(date[:4]) if date[:4].isdecimal() else None
    for word, shift in _RELATIVE.items():
        if word in time:
            return time.replace(word, f"{year + shift}年") if year else None
    if re.search(r"\d{4}年", time):
        return time
    return f"{year}年{time}" if year and _is_over(time, date) else None


def _is_over(part: str, date: str) -> bool:
    """Whether a part of the year had passed on a day of it: then that year's is meant."""
    match = _MONTHS_OVER.match(part)
    if match is None or not date[5:7].isdecimal():
        return False
    one, first, half, month = match.groups()
    quarters = one or first
    last = 6 if half else 3 * ("一二三".index(quarters) + 1) if quarters else int(month)
    return last < int(date[5:7])
