"""Where and when something is held: a gathering that name, number or year sets apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.drafting.subjects import HAN, Draft, is_subject
from eval.drafting.times import is_planned
from rag.language.text import tagged

_HELD = "举行|举办|召开|开幕|启动|揭牌|开馆|上演|落幕|闭幕|开赛"
_DAY = r"(?:(?:\d{4}年)?\d{1,2}月)?\d{1,2}日(?:[上下]午|[早晚]间?|起)?"
_WHERE = re.compile(
    rf"^([{HAN}A-Za-z0-9“”·]{{6,40}}?)(?:于)?({_DAY})?(?:正式|隆重|顺利|成功)?在([{HAN}]{{2,20}}?)"
    rf"(?:正式|隆重|顺利|成功|圆满)?({_HELD})$"
)
_APART = re.compile(
    r"第[一二三四五六七八九十百\d]+[届次]|[一二三四五六七八九十\d]届|首届|\d{4}年?|“[^”]+”"
)
_GATHERING = re.compile("(?:会|会议|展|展览|赛|节|论坛|式|典礼|活动|周|课)$")
_HAS_A_HOST = re.compile("(?:大会|博览会|展|赛|节|论坛|活动)$")
_CLAUSES = re.compile(r"[，。；：！？（）()\s]")
_NAMES = ("ns", "nt")
_ENDS = ("n", "s", "zg", "j", "vn")
_BROUGHT = re.compile(r"^.*(?:主办|承办|协办|组织|举办|为主题|指导)[^的]{0,4}的")
_VAGUE = re.compile("^[该本此这某由]|[该此这某]")


def where_held(sentence: str) -> Iterator[Draft]:
    """Where each gathering of the sentence is held, and when, where a month is told."""
    for clause in _CLAUSES.split(sentence):
        match = _WHERE.match(clause)
        if match is None or is_planned(clause) or "将" in clause:
            continue
        said, day, place, held = match.groups()
        event = _BROUGHT.sub("", said)
        if place not in event and _is_apart(event) and _begins_well(event) and _is_place(place):
            yield Draft(
                f"{event}在哪里{held}？",
                "where",
                ((place,),),
                (sentence,),
                untold=f"{event}由谁主办？" if _HAS_A_HOST.search(event) else "",
                untold_kind="who",
                unless=(event, "办"),
            )
            if day and "月" in day:
                yield Draft(f"{event}什么时候{held}？", "when", ((day,),), (sentence,))


def _is_apart(event: str) -> bool:
    """Whether words name one gathering and no other."""
    named = _APART.search(event) and _GATHERING.search(event)
    return bool(named) and not _VAGUE.search(event)


def _begins_well(event: str) -> bool:
    return event.count("“") == event.count("”") and (
        event.startswith(("“", "第", "首届")) or event[0].isdigit() or is_subject(event)
    )


def _is_place(place: str) -> bool:
    """Whether words are a place with a name: they begin with one, and no verb comes after it."""
    tags = [tag for _, tag in tagged(place)]
    if tags[0] not in _NAMES or not tags[-1].startswith(_ENDS):
        return False
    return not any(tag in {"v", "c", "p", "uj", "d"} for tag in tags)
