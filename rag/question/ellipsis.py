"""`X呢` asks the question before again, of something else: X takes the place of its counterpart.

Which words X replaces is told by what X is: a time, a person, a place, another thing of the same
kind (体育馆 for 图书馆), or another property of the same thing (支出 for 收入).
"""

from __future__ import annotations

import re
from itertools import accumulate

from rag.language.names import PLACE_UNITS, possible_names
from rag.language.quantities import UNIT
from rag.language.text import name_spans, tagged
from rag.question.keywords import left_unsaid
from rag.question.question_types import QuestionType, question_type
from rag.question.topics import TOPIC_END, VIEW, topic_of, view_in
from rag.question.understanding import content_words

_AFTER_NAME = re.compile(
    rf"(?:最|更|还|也|又|对|在|的|是|担任|和|与|作为|为什么|有什么|有哪些|多大|{VIEW.pattern})"
)
_OPEN_ENDED = {
    QuestionType.OPINION,
    QuestionType.LIST,
    QuestionType.WHY,
    QuestionType.HOW,
    QuestionType.YES_NO,
}
_TIME = re.compile(r"\d{4}年|\d{1,2}月(?:\d{1,2}日)?|[今去前明后]年|[一二三四]季度|[上下]半年")
_SPAN = re.compile(
    rf"(?:{_TIME.pattern}|\d{{4}})(?:到|至|[-—~])+(?:{_TIME.pattern})|{_TIME.pattern}"
)
_SCOPE_END = re.compile("[中里内上后前时]|[之以][后前]|之中|以来|期间|当中|方面|过程中")
"""Words that end what a topic is limited to: 海洋牧场建设`中`种苗."""
_ASPECT = re.compile(
    r"(?:主要|最大)?的?(?:优势|劣势|长处|短板|不足|缺点|优点|问题|难[点处题]|困难|障碍|挑战|风险|机遇|前景|未来"
    r"|影响|作用|意义|好处|坏处|原因|目标|任务|措施|现状|成本|效果|成效|经验|教训|特点|重点|做法)"
)
"""Words for a side of something: alone they mean a side of what was talked about."""
_PLACE_NAME = 5
"""The longest name of a place with its unit."""
_NAME = 4
"""The longest name of a thing that takes a topic's place."""
_OF = re.compile(
    r"^(?P<thing>[^的]{2,}?)的(?P<property>[^的]{2,}?)(?P<asks>(?:是|有|为|达到?|多|怎|如何|什么|在哪).*)$"
)
"""A question for a property of a thing: `林场的面积有多大`."""
_COUNTED = re.compile(
    rf"^(?P<thing>.{{2,}}?)有(?:多少|几)(?P<measure>{UNIT})?[\u4e00-\u9fff]{{2,}}$"
)
_COUNTS_ITSELF = re.compile(rf"(?:{UNIT}|数)$")
"""床位, 车辆, 人数: nothing is counted in them by another measure word."""
_SCHOOL = re.compile("幼儿园|小学|初中|高中|中职|大学")
"""Levels of school, which end in no common word."""
_VALUE = re.compile("(?:是|有)(?:多少|什么|谁|哪些)")
_OF_IT = re.compile("^(?:它们?|其|这个?|那个?)的?")
_PLACE = re.compile(f"[{PLACE_UNITS}]$")
_POINTS = re.compile("[他她它这那此该其](?![他余])")
_PROPERTY = re.compile("(?:能力|水平|投资|造价|主跨|资金|标准|名称|用途|功能|结构)$")
"""Ends of properties whose value keywords do not tell (`left_unsaid`)."""
_MUCH = ("多少", "多大", "多长", "多高", "多宽")
_VALUED = {QuestionType.WHEN, QuestionType.WHO, QuestionType.WHERE}
"""Types whose words ask for one kind of value, which no property of another kind has."""
_RELATION = re.compile("(?P<relation>[对在给向从由为按])(?P<rest>.+)")


def replaced(before: str, new: str) -> str | None:
    """`before` with its counterpart of `new` replaced by it; both folded, without end marks.

    None where it has no counterpart, or where `new` only points: 他家, 那座桥.
    """
    if _points(_without_it(new)):
        return None
    wholes = (rule(before, new) for rule in _RULES)
    return next((whole for whole in wholes if whole not in {None, new}), None)


def other_reading(before: str, new: str) -> str | None:
    """`X呢` the other way: a property of what was asked about for something in its place.

    None where there is no doubt: `new` has no counterpart, or is none of either.
    """
    if _is_person(new):
        return None
    whole = replaced(before, new)
    topic, rest = _subject(before)
    thing = "" if _PROPERTY.search(new) or left_unsaid(new) else thing_in(topic)
    if thing and whole and whole.startswith(f"{thing}的{new}"):
        return new + topic[len(thing) :] + rest  # 会堂总投资多少 after 大桥总投资多少
    if whole is None or not topic or whole != _scope(topic) + new + rest or new[-1] == topic[-1]:
        return None
    return _asked_of(topic, new)


def begins_pointing(text: str) -> bool:
    """Whether a text begins with 那里 or 那座, rather than with 那 that only joins."""
    words = tagged(text)[:2]
    if not words or words[0][0] == "那么":
        return False
    counts = len(words) > 1 and words[0][0] == "那" and words[1][1] == "q"
    word, tag = words[0]
    return counts or (len(word) > 1 and tag in "rq" and word[0] in "那这")


def points_with_of(text: str) -> bool:
    """Whether a text begins with 那里的, 这儿的, and says what of it is meant."""
    words = tagged(text)[:2]
    return len(words) > 1 and words[1][0] == "的" and begins_pointing(text)


def subject_of(before: str) -> str:
    """Who or what a question opens with, without its verb; empty where that is unclear."""
    return _subject(before)[0]


def _points(text: str) -> bool:
    """Whether a text holds a word that points, or begins with what such a word counts."""
    words = tagged(text)
    begins_counting = len(words) > 1 and words[0][1] == "q"
    return begins_counting or any(tag == "r" and _POINTS.match(word) for word, tag in words)


def _without_it(new: str) -> str:
    """Without the 它的 or 那个 that it begins with, if that is a word of its own: 那里 stays."""
    match = _OF_IT.match(new)
    return new[match.end() :] if match and match.end() in _edges(new) else new


def _its_own(before: str, new: str) -> str | None:
    """`它的座位`: something of what was talked about."""
    own = _without_it(new)
    return _of_thing(topic_of(before), own, before) if own and own != new else None


def _another_time(before: str, new: str) -> str | None:
    """`2022年` in place of the time before, or added."""
    if not _TIME.search(new):
        return None
    if time := _SPAN.search(before):
        return before[: time.start()] + new + before[time.end() :]
    return new + before if _TIME.fullmatch(new) else None


def _another_place(before: str, new: str) -> str | None:
    """`西桥区` for the one place that `before` names, however what follows it is cut."""
    if not _PLACE.search(new) or len(new) > _PLACE_NAME:
        return None
    topic = topic_of(before)
    if _PLACE.search(topic) and len(topic) <= _PLACE_NAME:
        return new + before[len(topic) :]
    places = {
        before[s.start : s.end + (not _PLACE.search(before[s.start : s.end]))]
        for s in name_spans(before)
    }
    named = [place for place in places if _PLACE.search(place)]
    return before.replace(named[0], new, 1) if len(named) == 1 else None


def _another_side(before: str, new: str) -> str | None:
    """`难处` of what was talked about: in place of the side that `before` names, or added."""
    if not _ASPECT.fullmatch(new):
        return None
    if old := _ASPECT.search(before):
        return before[: old.start()] + new + before[old.end() :]
    view = view_in(before)
    if opening_name(before) and view:
        about = before[view.end() :]
        return f"{before}的{new}" if about and not TOPIC_END.search(about) else None
    topic = topic_of(before)
    return f"{topic}的{new}是什么" if topic else None


def _another_person_or_matter(before: str, new: str) -> str | None:
    """Somebody else's view of it, or the same person's of something else."""
    name = opening_name(before)
    if name is None:
        return None
    if _is_person(new):
        return before.replace(name, new, 1)
    return f"{name}怎么看{new}" if question_type(before) in _OPEN_ENDED else None


def _another_of_its_kind(before: str, new: str) -> str | None:
    """What is defined, or what ends as `new` does: 农村居民 for 城镇居民."""
    defined = question_type(before) is QuestionType.DEFINITION and topic_of(before)
    counterpart = defined or _school(before, new) or _counterpart(before, new)
    return before.replace(counterpart, new, 1) if counterpart else None


def _another_relation(before: str, new: str) -> str | None:
    """`对单位` for `对个人`: what stands after the same preposition."""
    relation = _RELATION.fullmatch(new)
    old = _RELATION.search(before, before.find(relation["relation"])) if relation else None
    if relation is None or old is None or old["relation"] != relation["relation"]:
        return None
    return before[: old.start()] + new + old["rest"].removeprefix(_words(old["rest"])[0])


def _another_property(before: str, new: str) -> str | None:
    """`青石区的收入是多少` of 支出: the thing stays, another of its properties is asked."""
    if of := _OF.match(before):
        if VIEW.fullmatch(of["property"]) or _is_like(new, of["thing"], of["property"]):
            return new + before[of.end("thing") :]
        return _of_thing(of["thing"], new, of["asks"])
    if counted := _COUNTED.match(before):
        thing = counted["thing"]
        if _PLACE.search(new) or _is_a_name(new):
            return new + before[len(thing) :]
        measure = "" if _COUNTS_ITSELF.search(new) else counted["measure"] or ""
        return f"{thing}有多少{measure}{new}"
    topic = topic_of(before)
    words = _words(topic)
    asks_value = before.startswith("是", len(topic)) and len(words) > 1
    if asks_value and not _is_like(new, words[0], words[-1]):
        return topic.removesuffix(words[-1]) + new + before[len(topic) :]
    return None


def _another_topic(before: str, new: str) -> str | None:
    """`隧道什么时候通车` for `大桥什么时候通车`."""
    topic, rest = _subject(before)
    if not (topic and 2 <= len(new) <= _NAME and content_words(new)):
        return None
    if tagged(new)[0][1] == "v":  # 加装电梯: it brings its own verb
        topic = topic_of(before)
        rest = before[len(topic) :]
    thing = thing_in(topic) if rest.startswith(_MUCH) else ""
    if thing and _is_a_name(new):
        return new + topic[len(thing) :] + rest
    if thing:
        return _of_thing(thing, new, rest)
    is_other = _PROPERTY.search(new) or left_unsaid(new)
    if (
        is_other
        and question_type(before) in _VALUED
        and not rest.startswith(left_unsaid(new) or "?")
    ):
        return _asked_of(topic, new)
    return _scope(topic) + new + rest


_RULES = (
    _its_own,
    _another_time,
    _another_place,
    _another_side,
    _another_person_or_matter,
    _another_of_its_kind,
    _another_relation,
    _another_property,
    _another_topic,
)


def _of_thing(thing: str, new: str, asks: str) -> str:
    """A property of a thing, asked for as `asks` does where that asks for a value."""
    named = f"{thing}的{new}"
    value = _VALUE.match(asks)
    if value is None and question_type(asks) is QuestionType.HOW_MANY:
        return named + (left_unsaid(named) or "是多少")
    return named + (value.group() if value else left_unsaid(named))


def _asked_of(topic: str, new: str) -> str:
    """A property of what was asked about, asked by its own words."""
    named = f"{topic}的{new}"
    return named + (left_unsaid(named) or ("是多少" if _PROPERTY.search(new) else ""))


def _subject(before: str) -> tuple[str, str]:
    """What a question opens with, and the rest from its verb on: 财政|占多少; empty for none."""
    topic = topic_of(before)
    if not before.startswith(topic) or len(topic) not in _edges(before):
        return "", before
    words = tagged(topic)
    while len(words) > 1 and words[-1][1] in {"v", "ul", "d", "p"}:
        words = words[:-1]
    end = len("".join(word for word, _ in words))
    return topic[:end], before[end:]


def thing_in(topic: str) -> str:
    """The thing of which a topic is a property: 大桥 of 大桥总投资; empty where it is none."""
    thing, of, _ = topic.rpartition("的")
    if of:
        return thing
    words = tagged(topic)
    if len(words) < 2 or words[-1][1] not in {"n", "vn"}:
        return ""
    words = words[:-1]
    while words and words[-1][1] in {"b", "a"}:
        words = words[:-1]
    return "".join(word for word, _ in words) if words and words[-1][1][0] == "n" else ""


def _edges(text: str) -> set[int]:
    """Where the segmenter's words begin and end."""
    return {0, *accumulate(map(len, _words(text)))}


def _is_like(new: str, thing: str, of_it: str) -> bool:
    """Whether `new` is such a thing, rather than such a property of one."""
    if _PLACE.search(new) or new[-1] == thing[-1] != of_it[-1]:
        return True
    return bool(set(new) & set(thing)) and not set(new) & set(of_it)


def _words(text: str) -> list[str]:
    import rjieba

    return list(rjieba.cut(text))


def _scope(topic: str) -> str:
    """What a topic is limited to, if more follows: 海洋牧场建设中 of 海洋牧场建设中种苗."""
    words = _words(topic)
    ends = [n for n, word in enumerate(words[:-1]) if n and _SCOPE_END.fullmatch(word)]
    return "".join(words[: ends[-1] + 1]) if ends else ""


def _is_person(text: str) -> bool:
    """Whether a text reads as a person's name."""
    return text in set(possible_names(text))


def _is_a_name(text: str) -> bool:
    """Whether a text is the name of one thing, which is not counted: 白鹭湖."""
    words = tagged(text)
    named = words[-1][1].startswith(("ns", "nt", "nz"))
    return (
        named
        or text.startswith("第")
        or any((s.start, s.end) == (0, len(text)) for s in name_spans(text))
    )


def _school(before: str, new: str) -> str | None:
    """The one level of school in `before` of which `new` is another."""
    levels = set(_SCHOOL.findall(before))
    return levels.pop() if _SCHOOL.fullmatch(new) and len(levels) == 1 else None


def _counterpart(before: str, new: str) -> str | None:
    """The word of `before` that ends as `new` does: 城镇居民 for 农村居民."""
    for length in range(min(4, len(new)), 0, -1):
        tail = new[-length:]
        at = before.find(tail)
        if at >= 0 and length >= min(2, len(new) - 1):
            start = max(0, at - (len(new) - length))
            if {start, at + length} <= _edges(before):
                return before[start : at + length]
    return None


def opening_name(text: str) -> str | None:
    """The name that a question opens with, as far as its own words tell."""
    asked = re.match(r"^(?:请问)?(?:谁是|介绍一下|什么是)?", text)
    at = asked.end() if asked else 0
    for name in possible_names(text[at : at + 4]):
        rest = text[at + len(name) :]
        if _PLACE.search(name) or not text.startswith(name, at):
            continue
        if not rest or _AFTER_NAME.match(rest):
            return name
    return None
