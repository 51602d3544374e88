"""What a question limits itself to: the years, parts of the year and members of series in it.

Without those that it asks for (第几期), compares with (比去年), counts from (7月以后) or only
describes something by (2019年成立的协会).
"""

from __future__ import annotations

import re

from rag.language.naming import qualifiers_in
from rag.language.series import Qualifier
from rag.language.text import tagged
from rag.language.year_names import DECADE, YEAR
from rag.language.year_parts import DAYS
from rag.question.question_types import QuestionType
from rag.question.understanding import ParsedQuestion

_TIMES = frozenset((YEAR, DAYS, "星期", "时段", DECADE))
_ASKED_KINDS = {
    YEAR: ("年",),
    DAYS: ("月", "个季", "季", "号", "日", "天", "时候", "时间"),
    "星期": ("周几", "星期几", "礼拜几"),
    "时段": ("时候", "时间", "时段"),
}
"""How a question asks for a time of some kind, after 哪, 第几 or 几."""
_ASKS_HOUR = re.compile("(?<![好哪了有出])几点|几时|什么时[段刻]")
_MARKED = re.compile("[底末初份]?(?:[之以]?[前后](?!半|期|续|排|段)|以来|起|至今|以外|之外)")
_CLAUSE_OF = re.compile(r" ?(?:[底初末间]|份|中旬)?(?P<rest>[^,，。?]{2,12}?的)")
_THAT_ONE = re.compile("[^,，。?]{0,6}?那一?[场次起个回批轮届件桩家]")
_ASKS_OF_THE_THING = re.compile(
    r"(?:吗|呢)?[?？]?$|[是为有共都]|[^的]{1,4}?(?:是(?:哪|谁)|有(?:哪|(?:几|多少)[个家座所处项条]?[?？]?$))"
)
"""After `2023年投产的`: the question is which thing it is, or how many, so the year limits it."""


_MOST = 12
"""So many limits at most; what names more is a list, and every sentence is compared with each."""


def limits_of(question: ParsedQuestion) -> tuple[Qualifier, ...]:
    """What a question limits itself to, without what it asks for and what only describes."""
    every = qualifiers_in(question.searched)
    told = {n.kind for n in every if not n.compared}
    times = sum(n.kind == "时段" for n in every)
    named = tuple(dict.fromkeys(every))[:_MOST]
    return tuple(
        n
        for n in named
        if not _asked_for(n.kind, question)
        if not (n.compared and n.kind not in told)
        if not _is_a_mark(n, question.searched)
        if n.kind != "时段" or times == 1
        if n.kind not in {YEAR, DAYS} or not _describes(question.searched, n.text)
    )


def _is_a_mark(named: Qualifier, question: str) -> bool:
    """Whether a question names it only to say before, since, or besides what: `除三车间外`."""
    at = question.find(named.text)
    before, after = question[:at], question[at + len(named.text) :]
    return at >= 0 and (before.endswith(("除", "除了")) or _MARKED.match(after) is not None)


def _asked_for(kind: str, question: ParsedQuestion) -> bool:
    """Whether a question asks which of a series it is: 第几期, 哪一年, 几月."""
    if kind in _TIMES and question.type is QuestionType.WHEN:
        return kind == "时段" or _ASKS_HOUR.search(question.searched) is None
    heads = _ASKED_KINDS.get(kind, (kind.partition("/")[0],))
    after = "|".join(map(re.escape, heads))
    return re.search(f"(?:几|哪[一几]?个?|什么)(?:{after})", question.searched) is not None


def _describes(question: str, time: str) -> bool:
    """Whether a time only describes a thing: `2019年成立的协会有多少会员`, `7月那场雨`."""
    at = question.find(time)
    if at >= 0 and _THAT_ONE.match(question, at + len(time)):
        return True
    clause = _CLAUSE_OF.match(question, at + len(time)) if at >= 0 else None
    if clause is None or question.endswith("是", 0, at):
        return False
    if _ASKS_OF_THE_THING.match(question, clause.end()):
        return False
    return tagged(clause["rest"])[0][1].startswith("v")
