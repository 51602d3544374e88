"""What a question is about: drafts, and whether words can stand as a subject that is known.

A subject that only its own article knows (`小区`, `两项指标`) makes no question for a stranger.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.text import tagged

HAN = "\u4e00-\u9fff"
# What leans on words before it, or asks, is no subject.
LEANING = re.compile(
    r"^本|主要$|[正还就也都仍总常]$|[某这那此其它他她我你您咱谁哪何]|什么|怎|多少|^(?:第|也|都|就|还|不|只|又|最|可|但|正|更|而|并|且|将|已|从|在|对|把|被|由|为|与|和|及|以|至|共|约"
    r"|年|月|日|后|前|如|若|因|当|目前|如今|同时|今年|去年|明年|今后|随后|截至|至今|其中|期间|总)|[的了着过和与及或不占]$"
)
NOUNS = ("n", "l", "j", "eng", "vn", "a", "s", "zg")
"""Parts of speech, as rjieba names them, with which a subject begins."""
_SOME = re.compile(r"[一二两三四五六七八九十\d]+[项个家种名条类]")
_PLACED = re.compile(rf"^[{HAN}]{{2,6}}?[省市县区州镇乡村岛湖山河江湾桥港馆]")
_NAMES = ("ns", "nt")
_UNNAMED = ("自治区", "自治州", "自治县", "特区", "新区", "开发区")
"""Places that only their article names; taggers call some of them names."""
_WHOLE_PLACES = ("全国", "全球", "全世界", "我国")


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that an article answers, or one that nothing answers.

    Attributes:
        kind: as question sets name types.
        answers: groups of aliases.
        evidence: sentences of the article, verbatim.
        subject, rest: the two parts of the question, where another subject may take the place.
        time: with which the question begins; empty where it names none.
        untold: a question that nearly the same words would answer; empty where there is none.
        untold_kind: of that question, where it is another kind.
        unless: words of which an article that holds them all may tell that, too.
    """

    question: str
    kind: str
    answers: tuple[tuple[str, ...], ...]
    evidence: tuple[str, ...]
    subject: str = ""
    rest: str = ""
    time: str = ""
    untold: str = ""
    untold_kind: str = ""
    unless: tuple[str, ...] = ()

    @property
    def asked(self) -> str:
        """What is asked, whatever the time."""
        return self.question.removeprefix(self.time).removeprefix("，")


def is_known(subject: str) -> bool:
    """Whether a subject tells by itself which one is meant: it has a name, or is all of a place.

    `全市` is another one in every article.
    """
    if _SOME.search(subject) or "境内" in subject or subject.startswith(_UNNAMED):
        return False
    words = tagged(subject)
    # Further on the tagger takes 深基坑 and 上市公司 for names.
    named = len(words) > 1 and words[0][1] in _NAMES
    if named or subject.startswith(_WHOLE_PLACES):
        return True
    return _is_placed(subject, [word for word, _ in words])


def _is_placed(subject: str, words: Sequence[str]) -> bool:
    """Whether words begin with a name and what kind of place it is: `云顶村`, not `沿海地区`."""
    match = _PLACED.match(subject)
    if match is None:
        return False
    end = 0
    for word in words:
        end += len(word)
        if end == match.end():
            return len(word) == 1  # a name before its unit: `地区`, `图书馆` are words
    return False


def begins_with_deed(subject: str) -> bool:
    """Whether words begin with what somebody does: `建设乡村`."""
    return tagged(subject)[0][1] in {"v", "vn"}


def has_verb(subject: str) -> bool:
    """Whether words are more than a thing: somebody does something to it."""
    tags = [tag for _, tag in tagged(subject)]
    return "uj" not in tags and any(tag in {"v", "d", "c", "r", "p"} for tag in tags)


def is_subject(text: str) -> bool:
    """Whether words can begin a question: a noun comes first, and nothing leans on other words."""
    if LEANING.search(text):
        return False
    first, *others = [tag for _, tag in tagged(text)]
    return first.startswith(NOUNS) and others[:1] != ["f"]  # 仪式上, 会中
