"""`第五条`, `第三章`, `附件2`, `表3`: the part of a document that a question names by its number.

It is the paragraph, heading or line that begins with the number, not one that cites it:
`违反第五条规定的` begins another article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from rag.data_model.documents import Article, remembered
from rag.language.numerals import NUMERAL, number_of
from rag.language.text import fold
from rag.question.understanding import ParsedQuestion

_OF_LAW = frozenset("条章") | {"附件", "附表", "附录"}
"""Units that hardly ever count anything else: where no document has the part, nothing answers."""
_WITHIN = ("条", "款", "项")
"""Units of which each lies in the one before."""
_ASKED = re.compile(
    rf"第\(?(?P<number>{NUMERAL})\)?(?P<unit>[条款项章节编篇])(?P<sub>之[一二三四五六七八九])?"
    r"(?=$|第|[的是中里内之,，、。?？:：对讲说写如怎有与和及以到至跟]|规定|内容|具体|所|要求|明确|关于|叫什么|包括|分别|各|都)"
    r"|(?<![代发仪手钟水列外填报意地蓝企年月日])(?P<mark>附件|附表|附录|表|图)"
    rf" ?(?P<marked>{NUMERAL})"
    r"(?=$|[的是中里内,，、?？:：显列说讲有与和])"
)
_CITED = re.compile("(?:违反|触犯|违背|不符合|不遵守|不执行|未按照?|抵触)[^,，。;；]{0,20}$")
_CITING = 24
"""Characters before a number in which it can be told that it is only cited."""
_MOST = 30
"""Parts that a question may name; further ones would not be quoted anyway."""
"""`违反第五条的怎么处罚` asks for what follows from it, which another article tells."""
_OPENS = re.compile(
    rf"\s*(?:#+\s*)?(?:第(?P<number>{NUMERAL})(?P<unit>[条章节编篇])(?P<sub>之[一二三四五六七八九])?"
    r"(?=$|[\s:：(【《〔]|(?!规定|所|第|的|至|到|和|及|与|、|中|有关|之|款|项|[,，]|线|街|河|路|路|道)[\u4e00-\u9fff])"
    rf"|(?P<mark>附件|附表|附录|表|图) ?(?P<marked>{NUMERAL})(?![\d个名人.]))"
)
_ITEM = re.compile(rf"[(]({NUMERAL})[)]")
_SAYS = (
    "(?:第[^,，。;；]{1,4}[款项])?(?:明确|也|已|中)?(?:规定|指出|要求|载明|写明|提出|写道)[,，:：]"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part as a question names it.

    Attributes:
        unit: 条, 款, 项, 章, 节; 附件, 表, 图.
        number: and `sub`, for 第五条之一.
        text: as written.
        within: the part of which it is one: 第五条 for the 第二款 of 第五条第二款.
    """

    unit: str
    number: int
    text: str
    sub: str = ""
    within: Part | None = None

    @property
    def whole(self) -> Part:
        """The outermost part."""
        return self.within.whole if self.within else self


@dataclass(frozen=True, slots=True)
class AskedParts:
    """The parts that a question names, and the words before them, which may name the document."""

    parts: tuple[Part, ...]
    before: str


def asked_parts(question: ParsedQuestion) -> AskedParts | None:
    """The numbered parts that a question asks for; None where it names none, or only cites one."""
    searched = question.searched
    matches = list(islice(_ASKED.finditer(searched), _MOST))
    if not matches or _is_cited(searched, matches[0].start()):
        return None
    parts: list[Part] = []
    end = -1
    for match in matches:
        part = _part(match)
        if part is None:
            return None
        outer = parts[-1] if parts and match.start() <= end + 1 else None
        if outer and part.unit in _WITHIN[1:] and outer.unit in _WITHIN:
            parts[-1] = Part(part.unit, part.number, outer.text + part.text, within=outer)
        elif parts and re.fullmatch("[-—~至到]", searched[end : match.start()]):
            parts.extend(_up_to(parts[-1], part))
        else:
            parts.append(part)
        end = match.end()
    return AskedParts(tuple(parts[:_MOST]), searched[: matches[0].start()])


def _is_cited(text: str, at: int) -> bool:
    return _CITED.search(text[max(0, at - _CITING) : at]) is not None


def _part(match: re.Match[str]) -> Part | None:
    number = number_of(match["number"] or match["marked"])
    unit = match["unit"] or match["mark"]
    return None if number is None else Part(unit, number, match.group(), match["sub"] or "")


def _up_to(first: Part, last: Part) -> Iterator[Part]:
    """The parts after `first` as far as `last`, of 第三条至第五条."""
    for number in range(first.number + 1, min(last.number, first.number + _MOST) + 1):
        yield Part(last.unit, number, f"第{number}{last.unit}")


def opening(text: str) -> Part | None:
    """The part that a line or paragraph begins, by the number at its very beginning."""
    match = _OPENS.match(fold(text[:40]))
    return _part(match) if match else None


def is_same(a: Part, b: Part) -> bool:
    """Whether two parts are one, in whatever numerals."""
    return (a.unit, a.number, a.sub) == (b.unit, b.number, b.sub)


@remembered
def openings(article: Article) -> tuple[Part | None, ...]:
    """For each paragraph, the part that it begins."""
    return tuple(opening(paragraph.text) for paragraph in article.paragraphs)


def is_told_apart(part: Part, article: Article) -> bool:
    """Whether the number can only mean a part of a document, or this document has such parts."""
    whole = part.whole
    return whole.unit in _OF_LAW or any(p is not None for p in _around(article, whole.unit))


def items_of(text: str) -> list[tuple[int, int]]:
    """Number and offset of each `（一）` of a paragraph, in order."""
    found = []
    for match in re.finditer(r"[（(][^）()（]{1,4}[）)]", text):
        marked = _ITEM.fullmatch(fold(match.group()))
        number = number_of(marked[1]) if marked else None
        if number is not None:
            found.append((number, match.start()))
    return found


def other_part_around(asked: Part, article: Article, n: int) -> str | None:
    """The part of the asked one's unit that paragraph `n` lies in, as its first line names it."""
    part = _around(article, asked.whole.unit)[n - 1]
    return part.text.strip() if part and not is_same(part, asked.whole) else None


@remembered
def _around(article: Article, unit: str) -> tuple[Part | None, ...]:
    """For each paragraph, the part of a unit that it lies in, as its line or heading tells."""
    parts: list[Part | None] = []
    for paragraph, begun in zip(article.paragraphs, openings(article), strict=True):
        headed = opening(paragraph.section or "")
        own = next((p for p in (begun, headed) if p and p.unit == unit), None)
        parts.append(own or (parts[-1] if parts else None))
    return tuple(parts)


def reports(part: Part, sentence: str) -> bool:
    """Whether a folded sentence says what a part lays down: `该法第九十一条规定：…`.

    The part's own first sentence does not: it begins with the number.
    """
    for match in re.finditer(rf"第({NUMERAL}){part.whole.unit}(?:{_SAYS}|[ 【\[:：])", sentence):
        is_cited = not match.start() or _is_cited(sentence, match.start())
        if number_of(match[1]) == part.whole.number and not is_cited:
            return True
    return False
