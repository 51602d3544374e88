"""Whether a question means the very measure that a table's column has: its name, and its unit.

`户籍人口` is not 常住人口, though both are 人口; 742.5 of a column in 亿元 is no number of 万元.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Literal, NamedTuple

from rag.language.quantities import UNIT
from rag.language.text import tagged
from rag.question.understanding import function_words

_HAN_END = re.compile(r"[\u4e00-\u9fff]*$")
_HAN = re.compile(r"[\u4e00-\u9fff]*")
_OF = "的"
_NOT_NARROWING = tuple("rtdpcuyoex")
"""Tags of pronouns, times, adverbs and particles: 每天, 目前 and 共 name no other measure."""
_SCALED = rf"[十百千万亿]{{0,3}}(?:{UNIT})"
_IN_NAME = re.compile(rf"[(:]\s*({_SCALED})\s*\)|/\s*({_SCALED})$")
_IN_VALUE = re.compile(rf"\d[\d,. ]{{0,20}}({_SCALED})")
_AROUND = re.compile(rf"单位\s*:\s*({_SCALED})(?![、,/])")
_NUMBER = re.compile(r"[-−]?\d[\d,. ]{0,20}")
_DIGIT = re.compile(r"\d")
_HOW_MANY = re.compile("多少|几")
_UNIT = re.compile(_SCALED)
_SCALES = "十百千万亿"
_ANY_COUNT = "个"
_ONE_UNIT = (
    {"人", "名", "位"}, {"公里", "千米"}, {"公斤", "千克"}, {"吨", "公吨"}, {"日", "天"},
    {"元", "块", "块钱"}, {"岁", "周岁"}, {"平方米", "平米"},
)  # fmt: skip


_REACHED = ("电话", "热线", "传真", "邮箱", "网址")
"""By these one is reached: 联系电话 and 咨询电话 may well be one number."""
_ENDING = re.compile("结束|截止|终止|届满|期满|到期|为止|到(?:什么时候|哪[天年一]|何时|几[点月号])")
_BEGINNING = re.compile("开始|起始|从(?:什么时候|哪[天年一]|何时|几[点月号])")
_BEGUN = re.compile("起|开始|开工|生效")
_ENDED = re.compile("止|结束|到期|届满|终|竣工|失效")


def opposed(searched: str, column: str) -> str:
    """What asks for the end of what a column tells the beginning of, or the reverse; else empty.

    A column that tells of both answers either.
    """
    begun, ended = _BEGUN.search(column), _ENDED.search(column)
    if bool(begun) is bool(ended):
        return ""
    match = (_ENDING if begun else _BEGINNING).search(searched)
    return match[0] if match else ""


class Beside(NamedTuple):
    """What a question says in the place of a column's name.

    Attributes:
        said: with the word that narrows it.
        column: the name.
        kind: the column narrows the word otherwise; or nothing is known of what narrows it; or a
            verb follows, which may ask for a change or for the measure itself: 增长, 达到; what
            reaches somebody is narrowed in as many ways.
    """

    said: str
    column: str
    kind: Literal["otherwise", "unknown", "verb"]


def beside(left: str, word: str, at: int, column: str, lead: str) -> Beside | None:
    """What narrows a word of a question that is a column's name, or a part of it.

    Args:
        left: the folded question, blank where it names cells; the word may be blank too.
        word: as the question has it.
        at: where it begins there.
        column: the folded name without its unit.
        lead: folded, what names the table and its columns; what it says is no other measure.
    """
    before, _, after = column.partition(word)
    last = _narrowing(left, at)
    if last and not set(last) & set(before):
        said = last + word
        if before:
            if word in _REACHED:
                return Beside(said, column, "verb")
            return Beside(said, column, "unknown" if said in lead else "otherwise")
        if len(last) > 1 and last not in lead and not _is_verb(last):
            return Beside(said, column, "unknown")
    following = _following(left, at + len(word))
    if not following or following in lead:
        return None
    if _is_verb(following):
        return Beside(word + following, column, "verb")
    other = after and not set(following) & set(after)
    return Beside(word + following, column, "unknown") if other else None


def _narrowing(left: str, at: int) -> str:
    """The word right before `at`, if it narrows what follows."""
    match = _HAN_END.search(left[:at])
    run = (match[0] if match else "").rpartition(_OF)
    words = tagged(run[2])
    first = at - len(run[2])
    if not words or run[2].endswith(_OF):
        return ""
    word, tag = words[-1]
    of_number = len(words) == 1 and len(word) == 1 and left[first - 1 : first].isdigit()
    return "" if of_number or not _narrows(word, tag) else word


def _following(left: str, at: int) -> str:
    """The word right behind `at`, if it makes another word of what precedes it: 人口 增长."""
    match = _HAN.match(left, at)
    words = tagged(match[0] if match else "")
    if not words or len(words[0][0]) < 2 or words[0][0] in function_words():
        return ""
    return words[0][0] if words[0][1].startswith(("n", "v")) else ""


def _narrows(word: str, tag: str) -> bool:
    return word not in function_words() and not tag.startswith(_NOT_NARROWING)


def _is_verb(word: str) -> bool:
    return all(tag.startswith("v") for _, tag in tagged(word))


def is_of_another_unit(searched: str, column: str, value: str, about: str) -> bool:
    """Whether a question asks for a number of one unit, and a cell is one of another.

    Args:
        searched: the folded question.
        column: the folded name, with its unit if it tells one.
        value: the folded cell.
        about: folded, what stands around the table.
    """
    told = _told_unit(column, value, about)
    asked = _asked_unit(searched, column) if told else ""
    if not asked or asked == _ANY_COUNT:
        return False
    bases = {unit.lstrip(_SCALES) for unit in (asked, told)}
    scales = {unit[: len(unit) - len(unit.lstrip(_SCALES))] for unit in (asked, told)}
    alike = len(bases) == 1 or any(bases <= same for same in _ONE_UNIT)
    return not alike or len(scales) > 1


def _told_unit(column: str, value: str, about: str) -> str:
    """The unit of a cell: its own, the column's, or the table's."""
    if not _DIGIT.search(value):
        return ""
    if match := _IN_VALUE.fullmatch(value) or _IN_NAME.search(column):
        return str(match[match.lastindex or 1])
    around = set(_AROUND.findall(about))
    return around.pop() if len(around) == 1 and _NUMBER.fullmatch(value) else ""


def _asked_unit(searched: str, column: str) -> str:
    """The unit that follows 多少; one that no list has, if the question ends in it."""
    import rjieba

    for many in _HOW_MANY.finditer(searched):
        run = _HAN.match(searched, many.end())
        tail = run[0] if run else ""
        ends = set(accumulate(map(len, rjieba.cut(tail)))) if tail else set()
        match = _UNIT.match(tail)
        if match and match.end() in ends:
            return match[0]
        known = tail in column or tail in function_words()
        if many[0] == "多少" and len(ends) == 1 and len(tail) > 1 and not known:
            return tail
    return ""
