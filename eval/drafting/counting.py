"""Clauses that say how many, asked back in the order in which one asks.

`小区新增停车位186个` is asked `小区新增多少个停车位？`: the question word stands where the number
would in speech, not where a report puts it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.quantities import UNIT
from rag.language.text import tagged

_HAN = "\u4e00-\u9fff"
_COUNTED = re.compile(
    rf"^([{_HAN}A-Za-z“”]{{5,24}}?)(?:大约|超过|多达|约|近|逾)?"
    rf"(\d[\d,.]*[千万亿]*(?:多|余)?({UNIT}))(?:以上|左右|以内|上下)?$"
)
_CALENDAR = {"年", "月", "日", "天", "期", "度", "岁", "周岁", "个月", "小时", "分钟"}
_SHARES = {"%", "‰", "成", "倍"}
_EVENTS = {"起", "件", "例", "宗"}
_PEOPLE = {"人", "户"}
"""Units that are things themselves: `多少员工`, not `多少人员工`."""
_MEASURES = re.compile("(?:[元分吨米克亩升瓦]|公里|公斤|公顷|千瓦时|立方|平方)$")
"""Units of what is measured, not counted: a thing *is* so much of them."""
_HAS = re.compile("(?:[只仅共]|现)?有$")
_LINK = re.compile("(?:已经|已)?(?:达到|高达|达|为|是|超过)$")
_PARTS = re.compile("[占分]$|占比$|不满$|不足$|不到$|至少$|最多$|突破$|[高近]$")
"""So much of something else, which stands elsewhere; or a bound, not an amount."""
_LOOSE = re.compile("^(?:各类|各种|各级|各)")
_WHOLES = ("实现", "完成")
"""What is done to a sum as a whole: `实现生产总值`."""
_AMOUNTS = re.compile(
    "[额价值费入金款资积度长程量率比重幅速距高宽租产收]$|面积|体积|容积|成本|利润|距离|比例"
)
"""What has a size of its own: other things are not so many metres or yuan."""
_SUMS = ("累计", "共计", "总计", "合计", "共有", "拥有", "下设")
_NOUN = ("n", "l", "j", "eng", "vn", "an", "b", "s", "zg")

Words = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Counted:
    """A clause asked back.

    Attributes:
        subject, rest: the two parts of the question.
        amount: the answer.
        happened: whether it tells of something done, not of how things are.
    """

    subject: str
    rest: str
    amount: str
    happened: bool = False


def counted(clause: str) -> Counted | None:
    """The question of a clause that ends in an amount; None where its words make none."""
    match = _COUNTED.match(clause)
    if not match or match[3] in _CALENDAR or _PARTS.search(match[1]):
        return None
    said, amount, unit = match.groups()
    if _HAS.search(said):
        subject = _thing(_HAS.sub("", said))
        return Counted(subject, f"有{how_many(unit)}？", amount) if subject else None
    if _LINK.search(said):
        return _standing(_LINK.sub("", said), unit, amount)
    return _by_words(said, unit, amount)


def how_many(unit: str) -> str:
    """The question word for a unit."""
    return "多少" if unit in _SHARES else f"多少{unit}"


def _standing(said: str, unit: str, amount: str) -> Counted | None:
    """A thing that is so much, or of which there are so many."""
    subject = _thing(said)
    if not subject or unit.endswith("次"):
        return None
    if _stands(unit) == "是" and not _AMOUNTS.search(subject):
        return None
    if subject.startswith("距") or any(whole in subject for whole in _WHOLES):
        return None
    if "有" in subject or any(tag == "p" for _, tag in _tagged(subject)):
        return None  # where or with whom something happens, not a thing
    return Counted(subject, f"{_stands(unit)}{how_many(unit)}？", amount, happened=unit in _EVENTS)


def _stands(unit: str) -> str:
    return "是" if unit in _SHARES or _MEASURES.search(unit) else "有"


def _tagged(said: str) -> Words:
    return [(word, tag) for word, tag in tagged(said) if word != "了"]


def _thing(said: str) -> str:
    """Words without the adverbs at their end; empty where they do not end in a noun."""
    words = _tagged(said)
    while words and words[-1][1] == "d":
        words.pop()
    thing = "".join(word for word, _ in words)
    ends_well = bool(words) and (words[-1][1].startswith(_NOUN) or _AMOUNTS.search(thing))
    return thing if ends_well else ""


def _by_words(said: str, unit: str, amount: str) -> Counted | None:
    """By the words before the amount: a thing done to, a change, or a thing alone."""
    words = _tagged(said)
    tags = [tag for _, tag in words]
    if "v" not in tags or ("uj" in tags[tags.index("v") :] and tags[-1].startswith(_NOUN)):
        return _standing(said, unit, amount)
    place = tags.index("v")
    before, verb = "".join(word for word, _ in words[:place]), words[place][0]
    after = words[place + 1 :]
    if not before or verb in _SUMS:
        return None
    if not after:
        changed = Counted(before, f"{verb}{how_many(unit)}？", amount, happened=True)
        return changed if unit in _SHARES else None
    return _done_to(before, verb, after, unit, amount)


def _done_to(before: str, verb: str, after: Words, unit: str, amount: str) -> Counted | None:
    tags = [tag for _, tag in after]
    nouns = all(tag.startswith((*_NOUN, "v")) for tag in tags)
    thing = _LOOSE.sub("", "".join(word for word, _ in after))
    if len(thing) < 2 or len(verb) < 2 or not nouns:
        return None
    if "v" in (tags[0], tags[-1]) or unit.endswith("次"):
        return None
    is_sum, counts = bool(_AMOUNTS.search(thing)), _stands(unit) == "有"
    if verb in _WHOLES and is_sum and not counts:
        return Counted(before, f"{thing}是{how_many(unit)}？", amount, happened=True)
    wanted = "多少" if unit in _PEOPLE else how_many(unit)
    asked = Counted(before, f"{verb}{wanted}{thing}？", amount, happened=True)
    return asked if counts and verb not in _WHOLES else None
