"""`X比Y多多少`, `X和Y相差多少`: only a sentence that states that very difference names it.

A figure of one of the two, or how much one of them grew by, is near and yet no difference.
"""

from __future__ import annotations

import re

from rag.language.naming import qualifiers_in
from rag.language.text import clause_at, fold
from rag.language.year_names import DECADE, YEAR
from rag.language.year_parts import DAYS
from rag.question.understanding import ParsedQuestion, content_words

_ADJECTIVE = "多|少|高|低|长|短|大|小|重|轻|快|慢|早|晚|贵|便宜|厚|薄|宽|窄|深|浅|远|近"
_VERB = (
    "增加|增长|添|减少|上[升涨]|下[降跌滑]|提[高升]|降低|领先|落后|超[出过]?"
    "|(?:[高低多少长短大小重轻快慢早晚贵厚薄宽窄深浅远近]|便宜)出|相?差|差[距额值]"
)
_HOW_FAR = re.compile(
    rf"(?:要|还|更)?(?:{_ADJECTIVE}|{_VERB})[出了]{{0,3}}(?:多少|多[大久长远高]|几|百分之几)"
)
_HOW_DIFFERENT = re.compile("(?:相?差|差[距额值])[了是有为达]{0,3}(?:多少|多[大久远]|几|百分之几)")
_THAN = re.compile("(?<![占对])[比较](?![例重赛率较])")
_AND = re.compile("[和与跟同、]")
_OTHER = re.compile("(?P<other>.{1,24}?)(?:之间|两者|二者|的.{1,8}?)?")
_LONGEST = 80
"""Characters before 多多少 in which the two things are named."""
_MARKS = re.compile("[,，。;；:：!?]")
_LEADS = r"(?:[出到了是为达有]|约|近|将近|大约|整整|至少){0,6}$"
"""What may stand between a difference's word and its figure."""
_STATED = re.compile(
    rf"(?:{_VERB}|(?:超[出过]?|[高低多少大小]于|高出|领先|落后)[^,，。;；\d]{{0,8}}){_LEADS}"
)
_DESCRIBED = re.compile(rf"(?:{_ADJECTIVE}){_LEADS}")
"""`高十五米` tells how high something is; only beside `比` it tells how much higher."""
_BESIDE = re.compile("相比|比起|相较|对比|比较")
_NEAR = 32
"""Characters before a figure that can state of what it is the difference."""
_TIMES = {YEAR, DAYS, DECADE}
"""A time is compared with under other names: 同比, 比上年."""


def states_no_difference(question: ParsedQuestion, text: str, start: int, end: int) -> bool:
    """Whether a question asks how far two things are apart, and a short answer does not tell that.

    Args:
        question: as understood.
        text: of the sentence.
        start: where the short answer begins in it.
        end: where it ends.
    """
    things = _things(question.searched)
    if things is None:
        return False
    clause = clause_at(text, start)
    clause_end = clause.end if clause else len(text)
    told = fold(text[:clause_end])
    stated = _is_stated(fold(text[:start]), fold(text[start:end]))
    return not (stated and all(_names(thing, told) for thing in things))


def _things(question: str) -> tuple[str, str] | None:
    """The two things of which a folded question asks how far they are apart, if it does."""
    for asks, between in ((_HOW_FAR, _THAN), (_HOW_DIFFERENT, _AND)):
        for asked in asks.finditer(question):
            near = question[max(0, asked.start() - _LONGEST) : asked.start()]
            clause = _MARKS.split(near)[-1]
            for word in between.finditer(clause, 1):
                if other := _OTHER.fullmatch(clause, word.end()):
                    return clause[: word.start()], other["other"]
    return None


def _is_stated(before: str, answer: str) -> bool:
    """Whether words before a folded short answer, or its own first, make it a difference."""
    near = before[-_NEAR:]
    if _STATED.search(near) or re.match(_VERB, answer):
        return True
    if not (_DESCRIBED.search(near) or re.match(_ADJECTIVE, answer)):
        return False
    *_, previous, own = ["", *_MARKS.split(before)]
    return _THAN.search(own) is not None or _BESIDE.search(previous) is not None


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
