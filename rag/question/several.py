"""Several questions in one message, apart: `A多少，B是谁？`, `甲和乙的面积分别是多少`.

A message is cut where two of its clauses ask; where it asks the same of each of some things or
years, it is asked once for each; `甲和乙哪个更长` asks how long each of them is. What a later part
leaves out is taken from the first one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.text import fold, name_spans
from rag.question.question_types import question_type
from rag.question.understanding import content_words, without_end_marks

MOST = 5
"""Parts of one message."""
_ASKS = re.compile(
    "谁|什么|啥|哪(?!怕)|(?<![好近前这那数过])几(?!乎|何|年[来前间]|[天个][月多]?[来前后]|十年来)|多少(?!年来)"
    "|多久|多[大长高远重快宽深厚早](?=[了的呢?才能会可]|时间|距离|$)|怎么?|如何|为何|是否|是不是|有没有|能不能|会不会|可不可以|[吗么]$"
)
_ANY = re.compile("无论|不管|不论|任何|[谁么哪儿里][都也]")
_MARKS = re.compile(r"[?？;；\n]+|[,，。!！](?![^“《（(]*[”》）)])")
_AND = re.compile("以及|还有|并且|同时|另外|[和及与跟]")
_OPENS = re.compile(
    "^(?:那么?|还有|另外|以及|并且|同时|然后|再有|请问|又|而且?|和|及|与|它|他|她|其)+"
)
_POLITE = re.compile("^(?:请问|你好|您好|想问一?下|问一?下|麻烦问一?下)+[,，]?")
_LEADS = frozenset("为到由在从向给归去被让按凭")
_NOMINAL = ("n", "vn", "j", "b", "m", "q", "t", "s", "f", "eng", "u", "r", "a", "zg", "x")
"""Tags of what may stand in a subject."""
_SHORTEST = 3
"""Characters of a part, at least."""
_EACH = re.compile("分别|各自|各(?=[是有为占达需要]|多少|几|在|由)")
_ITEMS = re.compile("、|(?<=[\u4e00-\u9fff\\w])[和与及跟](?=[\u4e00-\u9fff\\w])|以及")
_YEARS = re.compile(
    r"(?P<all>\d{4}年?(?:[、,，]\d{4}年?)*[、和与及]\d{4}年)(?!.{0,12}(?:相?比|更|差|哪一?年|变|增[加长]|之间))"
)
_FROM_TO = re.compile(
    r"(?:从|自)?(?P<first>\d{4})年?(?:到|至|-|—)+(?P<last>\d{4})年?(?:间|期间|之间)?"
    r"(?P<rest>.*?)(?:是|有|都)?(?:怎么|怎样|如何|有什么|有何|什么)?(?:变化?|变动|走势)的?(?:情况)?$"
)
_WHICH = re.compile(
    "^(?P<items>.+?)(?:相比|比起来|比较|之间|中|里)?[,，]?(?:哪一?[个家座条所项种位支届年月天县市省区镇]|谁)"
    "(?:的)?(?P<of>.{0,10}?)(?:要|会)?(?:更|比较|最|相对)(?P<how>[多少高低长短大小早晚快慢重轻远近贵])(?:一些|一点|些)?$"
)
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
    "[省市县区州镇乡村]|公司|集团|大学|医院|学校|小学|中学|大桥|机场|车站|法院|银行|年|月|日"
)


def several(question: str) -> tuple[str, ...]:
    """The questions that a message asks, each complete as far as the message tells; or none.

    Args:
        question: as it was typed.

    Returns:
        Two to five questions, folded; empty where the message asks only one.
    """
    bare = _POLITE.sub("", without_end_marks(fold(question)))
    for split in (_clauses, _each, _compared, _over_years):
        parts = tuple(dict.fromkeys(part.replace(",", "，") for part in split(bare) if part))
        if 1 < len(parts) <= MOST:
            return parts
    return ()


def _clauses(text: str) -> list[str]:
    """Clauses that ask; what asks nothing belongs to the next that does."""
    asking: list[str] = []
    before = ""
    for clause in filter(None, map(str.strip, _MARKS.split(text))):
        before = f"{before},{clause}" if before else clause
        if _asks(clause):
            asking.extend(_joined_by_and(before))
            before = ""
    if before and asking:
        asking[-1] += f",{before}"
    if len(asking) < 2 or any(len(part) < _SHORTEST for part in asking):
        return []
    return [asking[0], *(_complete(part, asking[0]) for part in asking[1:])]


def _joined_by_and(clause: str) -> list[str]:
    """`总投资多少以及什么时候通车` apart; 谁和谁 is one."""
    listed = clause.split("、")
    if len(listed) > 1 and all(map(_asks, listed)):
        return listed
    for match in _AND.finditer(clause):
        left, right = clause[: match.start()], clause[match.end() :]
        strong = len(match.group()) > 1
        least = _SHORTEST if strong else 2 * _SHORTEST
        if len(left) < least or len(right) < _SHORTEST or not (_asks(left) and _asks(right)):
            continue
        if strong or question_type(left) is not question_type(right):
            return [left, *_joined_by_and(right)]
    return [clause]


def _asks(clause: str) -> bool:
    return _ASKS.search(clause) is not None and not _ANY.search(clause)


def _complete(part: str, first: str) -> str:
    """A later part with the topic of the first, if it names nothing itself."""
    own = _OPENS.sub("", part) or part
    if name_spans(own):
        return own
    if _begins_asking(own):
        return f"{_subject(first)}{own}"
    if _is_property(own):
        thing = _subject(first)
        return own if not thing or thing in own else f"{thing}的{own}"
    topic = _last_noun(first) if _begins_asking(first) else _first_nouns(first)
    return own if not topic or topic in own else f"{topic},{own}"


def _begins_asking(part: str) -> bool:
    """Whether a part asks from its first words on: `到哪里领`, `由谁承建`."""
    return _ASKS.match(part, 1 if part[:1] in _LEADS else 0) is not None


def _is_property(part: str) -> bool:
    """Whether a part begins with a noun: `总投资是多少`."""
    import rjieba

    tagged = rjieba.tag(part)
    return bool(tagged) and tagged[0][1].startswith(("n", "vn"))


def _subject(first: str) -> str:
    """What the first question is about: up to its 的, or to the end of its first name."""
    if _begins_asking(first):
        return _last_noun(first)
    topic = _first_nouns(first)
    if spans := name_spans(topic):
        end = spans[0].end
        while more := next((span for span in spans if span.start == end), None):
            end = more.end
        kind = _KIND.match(topic, end)
        return topic[: kind.end() if kind else end]
    return topic


def _first_nouns(text: str) -> str:
    """What stands before a question's verb and what it asks: 大桥的主跨 of 大桥的主跨多长."""
    import rjieba

    nouns = ""
    for word, tag in rjieba.tag(text):
        if _ASKS.search(word) or not tag.startswith(_NOMINAL):
            break
        nouns += word
    return nouns.rstrip("的")


def _last_noun(text: str) -> str:
    """The nouns that a question ends with: 高龄津贴 of `哪些人能领高龄津贴`."""
    import rjieba

    nouns = ""
    for word, tag in reversed(rjieba.tag(text)):
        if not (tag.startswith("n") or tag in {"vn", "j", "b", "eng"}):
            break
        nouns = word + nouns
    return nouns


def _each(text: str) -> Iterator[str]:
    """`甲和乙的面积分别是多少`: once for each."""
    if match := _EACH.search(text):
        rest = text[match.end() :]
        if _ASKS.search(rest):
            for item in _things(text[: match.start()]):
                yield f"{item}{rest}"
    elif (years := _YEARS.search(text)) and _ASKS.search(text):
        for year in re.findall(r"\d{4}", years["all"]):
            yield f"{text[: years.start()]}{year}年{text[years.end() :]}"


def _things(text: str) -> list[str]:
    """`甲、乙和丙的面积` as 甲的面积, 乙的面积, 丙的面积; `甲的长和宽` as 甲的长, 甲的宽."""
    text = text.rstrip("都又")
    marks = list(_ITEMS.finditer(text))
    if not marks:
        return []
    start, end = _edges(text, marks[0].start(), marks[-1].end())
    pieces, at = [], start
    for mark in marks:
        pieces.append(text[at : mark.start()])
        at = mark.end()
    pieces.append(text[at:end])
    return [f"{text[:start]}{piece}{text[end:]}" for piece in pieces if piece]


def _edges(text: str, first: int, last: int) -> tuple[int, int]:
    """Where the first thing of an enumeration begins, and where the last ends."""
    before = max(text.rfind("的", 0, first), text.rfind(",", 0, first)) + 1
    after = text.find("的", last)
    if after >= 0:
        return (0 if text.rfind(",", 0, first) < 0 else before), after
    if before:
        return before, len(text)
    left = text[:first]
    kind = next(
        (m.group() for m in reversed(list(_KIND.finditer(left))) if left.endswith(m.group())), None
    )
    if kind and (at := text.find(kind, last)) >= 0:
        return 0, at + len(kind)
    names = [span for span in name_spans(text[last:]) if span.start == 0]
    return 0, last + names[0].end if names else len(text)


def _compared(text: str) -> Iterator[str]:
    """`甲和乙哪个更长` as `甲是多长` and `乙是多长`."""
    match = _WHICH.match(text)
    if match is None:
        return
    asks = _HOW_MUCH[match["how"]]
    for item in _things(match["items"]):
        yield f"{item}{'的' if match['of'] and not item.endswith('的') else ''}{match['of']}{asks}"


def _over_years(text: str) -> Iterator[str]:
    """`从2017年到2019年面积怎么变` as the area of each year."""
    match = _FROM_TO.search(text)
    if match is None:
        return
    first, last = int(match["first"]), int(match["last"])
    about = f"{text[: match.start()]}{match['rest']}"
    if content_words(about) and 0 < last - first < MOST:
        for year in range(first, last + 1):
            yield f"{year}年{about}是多少"


def is_compared(question: str) -> bool:
    """Whether a message asks which of two things has more of something."""
    return _WHICH.match(without_end_marks(fold(question))) is not None
