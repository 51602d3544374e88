"""Several questions in one message, apart: `A多少，B是谁？`, `甲和乙的面积分别是多少`.

A message is cut where two of its clauses ask; where it asks the same of each of some things or
years, it is asked once for each; `甲和乙哪个更长` asks how long each of them is. A later clause
that names nothing is about what the first one is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.language.names import PLACE_UNITS, possible_names
from rag.language.numerals import ONES
from rag.language.text import fold, name_spans, tagged, visible_length
from rag.question.ellipsis import replaced, thing_in
from rag.question.question_types import question_type
from rag.question.understanding import content_words, without_end_marks

MOST = 8
"""Parts of one message that are answered; further ones are left out."""
_LONGEST = 200
"""Characters of a message that is taken apart; what is longer tells a story, or is no question."""
_ASKS = re.compile(
    "谁|什么|啥|哪(?!怕)|(?<![好近这那数过])(?<!(?<!提)前)几(?!乎|何|年[来前间]|[天个][月多]?[来前后]|十年来)"
    "|何[时地人处年月]|几时|多少(?!年来)|多久|多[大长高远重快宽深厚早](?![人量数型家])|怎么?|如何|为何|(.)不\\1|是否|有没有|可不可以"
)
_ENDS_ASKING = re.compile("[吗么]$|没有?$|[是为叫]$")
_AGAIN = re.compile("^(?:那么?)?(?P<new>[^,，]{2,20}?)呢$")
_ANY = re.compile("无论|不管|不论|任何|[谁么哪儿里][都也]|[没不]怎么|明知|知道|不知")
"""With these, a clause asks nothing: `谁都知道`, `没怎么下雨`, `有没有人知道`."""
_QUOTED = re.compile("[“《「『][^“”《》「」『』]*[”》」』]")
_MARKS = re.compile(r"[?？;；\n,，。!！]+(?![^“《「『（(]*[”》」』）)])")
_AND = re.compile("以及|还有|并且|同时|另外|[和及与跟]")
_OPENS = re.compile("^(?:那么?|还有|另外|以及|并且|同时|然后|再有|请问|又|而且?|和|及|与)+")
_POLITE = re.compile("^(?:请问|你好|您好|想问一?下|问一?下|麻烦问一?下)+[,，]?")
_LEADS = frozenset("为到由在从向给归去被让按凭")
_NOMINAL = ("n", "vn", "j", "b", "m", "q", "t", "s", "f", "eng", "u", "r", "a", "zg", "x")
"""Tags of what may stand in a subject."""
_OWN = re.compile("(?:谁|什么|哪.{1,3}?)是.{6}|[^的]{2,12}的")
"""With these a later question tells by itself what it is about: `渡口站的电话是多少`."""
_BODIES = re.compile(
    "住房和城乡建设|发展和改革|人力资源和社会保障|工业和信息化|文化和旅游|规划和自然资源|自然资源和规划|卫生和|民族和宗教|科学和技术"
)
"""Bodies with an 和 of their own."""
_SHORTEST = 3
"""Characters of a part, at least."""
_MOST_ANDS = 20
"""Places at which a clause is tried to be cut; what has more is a list."""
_EACH = re.compile("分别|各自|各(?![种个地界类级项方部省市县区家位国大])|都(?=[是有收给叫])")
_TITLED = re.compile(r"^(?P<title>[^:：]{4,}?)[:：](?P<items>.+)$")
_EITHER = re.compile(
    r"^(?P<head>[^,，\n]*[,，])?(?P<left>.+?)(?P<how>[多少高低长短大小早晚快慢重轻远近贵])[,，]?还是(?P<right>[^,，]{2,}?)(?P=how)$"
)
_ITEMS = re.compile("、|(?<=[\u4e00-\u9fff\\w])[和与及跟](?=[\u4e00-\u9fff\\w])|以及")
_YEARS = re.compile(
    r"(?P<all>\d{4}年?(?:[、,，]\d{4}年?)*[、和与及]\d{4}年)(?!.{0,12}(?:相?比|更|差|哪一?年|变|增[加长]|之间))"
)
_FROM_TO = re.compile(
    r"(?:从|自)?(?P<first>\d{4})年?(?:到|至|-|—)+(?P<last>\d{4})年?(?:间|期间|之间)?"
    r"(?P<rest>.*?)(?:是|有|都)?(?:怎么|怎样|如何|有什么|有何|什么)?(?:变化?|变动|走势)的?(?:情况)?$"
)
_WHICH = re.compile(
    "^(?P<items>.+?)(?:相比|比起来|比较|之间|中|里)?[,，]?比?"
    "(?:哪一?[个家座条所项种位支届类年月天县市省区镇乡]|谁)的?(?P<of>.{0,10}?)(?:要|会)?(?:更|比较|最|相对)?"
    "(?P<how>[多少高低长短大小早晚快慢重轻远近贵])(?:一些|一点|些)?$"
)
_YEAR_AT_END = re.compile(r"\d{4}年$")
_PLACE = 5
"""Characters of a place's name with its unit."""
_NAME = 8
"""Characters of a name within which it ends as the one beside it does."""
_HOW_MUCH = {
    **dict.fromkeys("多少贵", "是多少"),
    **dict.fromkeys("高低", "是多高"),
    **dict.fromkeys("长短", "是多长"),
    **dict.fromkeys("大小", "是多大"),
    **dict.fromkeys("早晚", "是什么时候"),
    **dict.fromkeys("快慢", "是多快"),
    **dict.fromkeys("重轻", "是多重"),
    **dict.fromkeys("远近", "是多远"),
}
_KIND = re.compile(
    f"[{PLACE_UNITS}]|公司|集团|大学|医院|学校|小学|中学|大桥|机场|车站|法院|银行|年|月|日"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One of several questions, folded.

    Attributes:
        text: as the message has it.
        whole: with what it is about, where only the first one tells that.
    """

    text: str
    whole: str


def several(question: str) -> tuple[Part, ...]:
    """The questions that a message asks, two to eight of them; empty where it asks only one.

    Args:
        question: as it was typed.
    """
    bare = _POLITE.sub("", without_end_marks(fold(question)))
    if len(bare) > _LONGEST:
        return ()
    for split in (_titled, _clauses, _each, _compared, _over_years):
        parts = tuple(dict.fromkeys(part for part in split(bare) if visible_length(part.text)))
        if len(parts) > 1:
            return parts[:MOST]
    return ()


def _titled(text: str) -> Iterator[Part]:
    """`接待人次：2019年、2023年`: the title with each of what is listed after it."""
    match = _TITLED.match(text)
    if match is None:
        return
    title, listed = match["title"], match["items"]
    each = _EACH.search(listed)
    asked = listed[each.end() :] if each else ""
    items = re.split(
        "[、,，;；]|[和与及](?=[^、,，;；]+$)", listed[: each.start()] if each else listed
    )
    if len(items) > 1 and all(len(item) > 1 for item in items):
        for item in items:
            yield Part(f"{item}{asked}", f"{title}{item}{asked}")


def _clauses(text: str) -> list[Part]:
    """Clauses that ask; what asks nothing belongs to the next that does."""
    asking: list[str] = []
    before = ""
    for clause in filter(None, map(str.strip, _MARKS.split(text))):
        before = f"{before}，{clause}" if before else clause
        if _asks(clause) or _ENDS_ASKING.search(clause) or (asking and _is_another(clause)):
            asking.extend(_joined_by_and(before))
            before = ""
    if before and asking:
        asking[-1] += f"，{before}"
    if len(asking) < 2 or any(len(part) < _SHORTEST for part in asking):
        return []
    first, *others = _without_numbers(asking)
    return [Part(first, first), *(Part(own, _whole(own, first)) for own in map(_own, others))]


def _is_another(clause: str) -> bool:
    """Whether a clause is an `X呢` of a thing: `不是修隧道呢` is none."""
    match = _AGAIN.match(clause)
    if match is None or _asks(clause):
        return False
    return all(tag.startswith(_NOMINAL) for _, tag in tagged(match["new"]))


def _again(clause: str, asking: Sequence[str]) -> str | None:
    """`隧道呢` after `大桥多长`: the same, asked of the tunnel."""
    match = _AGAIN.match(clause)
    return replaced(asking[0], match["new"]) if match and asking and not _asks(clause) else None


def _without_numbers(asking: list[str]) -> list[str]:
    """The questions without the numbers that they are listed by: `1. 大桥多长？ 2. 谁设计的？`."""
    numbered = [
        re.match(rf"(?:{n}|{han}是|第?{han})(?![\d年月日路号条届个名位])[.、)）:：,，]*", part)
        for n, (han, part) in enumerate(zip(ONES, asking, strict=False), start=1)
    ]
    if len(numbered) < len(asking) or not all(numbered):
        return asking
    return [
        part[match.end() :].strip() for part, match in zip(asking, numbered, strict=True) if match
    ]


def _own(part: str) -> str:
    """A later part without the words that only join it to the first."""
    return _OPENS.sub("", part) or part


def _whole(part: str, first: str) -> str:
    """A later part with what the first is about, if it names nothing itself."""
    if not content_words(part):
        return f"{first}，{part}"
    if _is_another(part):
        return _again(part, [first]) or f"{first} {part}"
    if name_spans(part) or _OWN.match(part):
        return part
    if _begins_asking(part):
        return f"{_subject(first)}{part}"
    if _is_property(part):
        thing = _subject(first)
        return part if not thing or thing in part else f"{thing}的{part}"
    topic = _last_nouns(first) if _begins_asking(first) else _first_nouns(first)
    topic = thing_in(topic) or topic
    return part if not topic or topic in part else f"{topic}，{part}"


def _begins_asking(part: str) -> bool:
    """Whether a part asks from its first words on: `到哪里领`, `由谁承建`."""
    return _ASKS.match(part, 1 if part[:1] in _LEADS else 0) is not None


def _is_property(part: str) -> bool:
    """Whether a part begins with a noun: `总投资是多少`."""
    return tagged(part)[0][1].startswith(("n", "vn"))


def _subject(first: str) -> str:
    """The thing that the first question is about: as far as its first name with its kind."""
    if _begins_asking(first):
        return _last_nouns(first)
    topic = _first_nouns(first)
    topic = thing_in(topic) or topic
    spans = [] if _QUOTED.search(topic) else name_spans(topic)
    if not spans:
        return topic
    end = spans[0].end
    while more := next((span for span in spans if span.start == end), None):
        end = more.end
    kind = _KIND.match(topic, end)
    return topic[: kind.end() if kind else end]


def _first_nouns(text: str) -> str:
    """What stands before a question's verb and what it asks: 大桥的主跨 of 大桥的主跨多长."""
    nouns = ""
    for word, tag in tagged(text):
        if _ASKS.search(word) or not tag.startswith(_NOMINAL):
            break
        nouns += word
    return nouns.rstrip("的")


def _last_nouns(text: str) -> str:
    """The nouns that a question ends with: 高龄津贴 of `哪些人能领高龄津贴`."""
    nouns = ""
    for word, tag in reversed(tagged(text)):
        if not tag.startswith(("n", "vn", "j", "b", "eng")):
            break
        nouns = word + nouns
    return nouns


def _joined_by_and(clause: str) -> list[str]:
    """`总投资多少以及什么时候通车` apart; 谁和谁 is one."""
    listed = clause.split("、")
    if len(listed) > 1 and all(map(_asks, listed)):
        return listed
    for match in islice(_AND.finditer(clause), _MOST_ANDS):
        left, right = clause[: match.start()], clause[match.end() :]
        strong = len(match.group()) > 1
        least = _SHORTEST if strong else 2 * _SHORTEST
        if len(left) < least or len(right) < _SHORTEST or not (_asks(left) and _asks(right)):
            continue
        if strong or question_type(left) is not question_type(right):
            return [left, *_joined_by_and(right)]
    return [clause]


def _asks(clause: str) -> bool:
    bare = _QUOTED.sub("", clause)
    return _ASKS.search(bare) is not None and not _ANY.search(bare)


def _alone(text: str) -> Part:
    return Part(text, text)


def _each(text: str) -> Iterator[Part]:
    """`甲和乙的面积分别是多少`: once for each."""
    if match := _EACH.search(text):
        rest = text[match.end() :]
        if _ASKS.search(rest):
            for item in things(text[: match.start()]):
                yield _alone(f"{item}{rest}")
    elif years := _YEARS.search(text):
        for year in re.findall(r"\d{4}", years["all"]):
            yield _alone(f"{text[: years.start()]}{year}年{text[years.end() :]}")


def things(text: str) -> list[str]:
    """`甲、乙和丙的面积` as 甲的面积, 乙的面积, 丙的面积; `甲的长和宽` as 甲的长, 甲的宽."""
    text = text.rstrip("都又")
    marks = [m for m in _ITEMS.finditer(text) if not _in_a_body(text, m.start())]
    if not marks:
        return []
    of = text.find("的", marks[0].end(), marks[-1].start())
    if of > 0:  # each of some things has each of some properties
        return [f"{thing}的{its}" for thing in things(text[:of]) for its in things(text[of + 1 :])]
    start, end = _edges(text, marks[0].start(), marks[-1].end())
    pieces, at = [], start
    for mark in marks:
        pieces.append(text[at : mark.start()])
        at = mark.end()
    pieces.append(text[at:end])
    year = _YEAR_AT_END.search(pieces[0])
    if year and all(_YEAR_AT_END.fullmatch(piece) for piece in pieces[1:]):
        start += year.start()
        pieces[0] = year.group()
    return [f"{text[:start]}{piece}{text[end:]}" for piece in pieces if piece]


def _in_a_body(text: str, at: int) -> bool:
    return any(body.start() <= at < body.end() for body in _BODIES.finditer(text))


def _edges(text: str, first: int, last: int) -> tuple[int, int]:
    """Where the first thing of an enumeration begins, and where the last ends."""
    comma = max(text.rfind(",", 0, first), text.rfind("，", 0, first)) + 1
    ends = [at for mark in ",，" if (at := text.find(mark, last)) >= 0]
    if ends:
        return comma, min(ends)
    after = text.find("的", last)
    if after >= 0:
        return comma, min(after, _end_of_place(text, first, last) or after)
    if before := max(text.rfind("的", 0, first) + 1, comma):
        return before, len(text)
    return 0, _end_of_last(text, first, last)


def _end_of_place(text: str, first: int, last: int) -> int | None:
    """Where the last of some places ends: of 东区和北县每千人的床位 it is the county alone."""
    if text[first - 1] not in PLACE_UNITS:
        return None
    ends = [at for c in PLACE_UNITS if (at := text.find(c, last + 1, last + _PLACE)) >= 0]
    return min(ends) + 1 if ends else None


def _end_of_last(text: str, first: int, last: int) -> int:
    """Where the last of some things ends that begins at `last`; the first one ends at `first`."""
    left = text[:first]
    kind = PLACE_UNITS if left[-1] in PLACE_UNITS else left[-1]
    ends = [at for c in kind if (at := text.find(c, last + 1, last + _NAME)) >= 0]
    if ends:  # 石盘站 and 黄泥站, 江州市 and 望川县
        return min(ends) + 1
    if left in set(possible_names(left)):
        after = possible_names(text[last : last + 4])
        return last + len(
            next((name for name in after if text.startswith(name, last)), text[last:])
        )
    names = [span for span in name_spans(text[last:]) if span.start == 0]
    if not names:
        return len(text)
    end = last + names[0].end
    if end < len(text) and not _is_bare_name(left):  # 柳镇大桥 and 柳镇会堂
        end += len(tagged(text[end:])[0][0])
    return end


def _is_bare_name(left: str) -> bool:
    """Whether a text ends with one name and no kind behind it: 北京 and not 柳镇大桥."""
    spans = name_spans(left)
    return (
        bool(spans) and spans[-1].end == len(left) and spans[-1].start not in {s.end for s in spans}
    )


def _compared(text: str) -> Iterator[Part]:
    """`甲和乙哪个更长` as `甲是多长` and `乙是多长`."""
    if either := _EITHER.match(text):
        asks = _HOW_MUCH[either["how"]]
        for side in (either["left"], either["right"]):
            yield Part(f"{side}{asks}", f"{either['head'] or ''}{side}{asks}")
        return
    match = _WHICH.match(text)
    if match is None:
        return
    asks = _HOW_MUCH[match["how"]]
    for item in things(match["items"]):
        yield _alone(f"{item.removesuffix('比')}{match['of']}{asks}")


def _over_years(text: str) -> Iterator[Part]:
    """`从2017年到2019年面积怎么变` as the area of each year."""
    match = _FROM_TO.search(text)
    if match is None:
        return
    first, last = int(match["first"]), int(match["last"])
    about = f"{text[: match.start()]}{match['rest']}"
    if content_words(about) and 0 < last - first < MOST:
        for year in range(first, last + 1):
            yield _alone(f"{year}年{about}是多少")


def is_compared(question: str) -> bool:
    """Whether a message asks which of two things has more of something."""
    bare = without_end_marks(fold(question))[:_LONGEST]
    return any(pattern.match(bare) for pattern in (_EITHER, _WHICH))


def tells_of_each(parts: Sequence[Part], quotes: Iterable[str]) -> bool:
    """Whether quotes hold something of what each part names and no other does."""
    told = fold("\n".join(quotes))
    words = [set(content_words(part.text)) for part in parts]
    own = [those - set().union(*(w for w in words if w is not those)) for those in words]
    return all(any(word in told for word in those) for those in own)
