"""`X比Y多多少`, `X和Y相差多少`: only a sentence that states that very difference names it.

A figure of one of the two, or how much one of them grew by, is near and yet no difference.
"""

from __future__ import annotations

import re

from rag.naming import qualifiers_in
from rag.question import Understood, content_words
from rag.text import clause_spans, fold
from rag.year_names import DECADE, YEAR
from rag.year_parts import DAYS

_MORE = (
    "多|少|高|低|长|短|大|小|重|轻|快|慢|早|晚|贵|便宜|厚|薄|宽|窄|深|浅|远|近"
    "|增加|增长|添|减少|上[升涨]|下[降跌滑]|提[高升]|降低|领先|落后|超[出过]?"
)
_HOW_FAR = rf"(?:要|还|更)?(?:{_MORE})[出了]*(?:多少|多[大久长远高]|几|百分之几)"
_THING = "[^,，。;；?]"
_THAN = re.compile(
    rf"(?P<one>{_THING}+?)(?<![占对])[比较](?![例重赛率较])(?P<other>{_THING}{{1,24}}?)(?:的{_THING}{{1,8}}?)?{_HOW_FAR}"
)
_APART = re.compile(
    rf"(?P<one>{_THING}+?)[和与跟同、](?P<other>{_THING}{{1,24}}?)(?:之间|两者|二者|的{_THING}{{1,8}}?)?"
    r"(?:相?差|差[距额值])[了是有为达]*(?:多少|多[大久远]|几|百分之几)"
)
_STATED = re.compile(
    rf"(?:(?:{_MORE}|相?差|差[距额值])|(?:超[出过]?|[高低多少大小]于|高出|领先|落后)[^,，。;；\d]{{0,8}})"
    r"(?:[出到了是为达有]|约|近|将近|大约|整整|至少)*$"
)
_TIMES = {YEAR, DAYS, DECADE}
"""A time is compared with under other names: 同比, 比上年."""


def states_no_difference(question: Understood, text: str, start: int, end: int) -> bool:
    """Whether a question asks how far two things are apart, and a short answer does not tell that.

    Args:
        question: as understood.
        text: of the sentence.
        start: where the short answer begins in it.
        end: where it ends.
    """
    match = _THAN.search(question.searched) or _APART.search(question.searched)
    if match is None:
        return False
    stated = _STATED.search(fold(text[:start])) or re.match(_MORE, fold(text[start:end]))
    clause_end = next((c.end for c in clause_spans(text) if c.start <= start < c.end), len(text))
    told = fold(text[:clause_end])
    return stated is None or not (_names(match["one"], told) and _names(match["other"], told))


def _names(thing: str, told: str) -> bool:
    """Whether a folded text names one of the two, by its place in a series or by its words."""
    members = qualifiers_in(thing)
    if not members:
        return any(word in told for word in content_words(thing))
    named = qualifiers_in(told)
    return all(
        member.kind in _TIMES
        or any(n.kind == member.kind and n.values & member.values for n in named)
        for member in members
    )
