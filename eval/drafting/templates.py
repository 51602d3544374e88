"""Sentences that say something in a form that can be asked back: one function a kind of question.

A sentence gives a draft only where its words make a whole question: rather few than crooked ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.data_model.documents import Article
from rag.language.enumeration import enumerations
from rag.language.names import is_asker, is_surname
from rag.language.quantities import UNIT
from rag.language.text import fold, sentence_spans


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that an article answers, or one that nothing answers.

    Attributes:
        kind: as question sets name types.
        answers: groups of aliases.
        evidence: sentences of the article, verbatim.
        subject, rest: the two parts of the question, where another subject may take the place.
    """

    question: str
    kind: str
    answers: tuple[tuple[str, ...], ...]
    evidence: tuple[str, ...]
    subject: str = ""
    rest: str = ""


# What leans on words before it, or asks, is no subject.
_LEANING = re.compile(
    r"[这那此其它他她我你您咱谁哪何]|什么|怎|多少|^(?:第|也|都|就|还|不|只|又|最|可|但|正|更|而|并|且|将|已|从|在|对|把|被|由|为|与|和|及|以|至|共|约"
    r"|年|月|日|后|前|如|若|因|当|目前|如今|同时|今年|去年|明年|今后|随后|截至|至今|其中|期间|总)|[的了着过和与及或不占]$"
)
_HAN = "\u4e00-\u9fff"
_DEFINED = re.compile(rf"^([{_HAN}A-Za-z0-9]{{2,12}}?)，?(?:是指|指的是|即指)([^。；？！]{{8,}})")
_OF_A_KIND = re.compile(rf"^([{_HAN}A-Za-z0-9]{{2,8}}?)是([^。；？！]{{10,}}的[{_HAN}]{{2,8}})。$")
_GENUS = re.compile(rf".{{6,}}的[{_HAN}]{{2,8}}$")
"""A clause that ends in what a thing is a kind of."""
_SAID = "介绍|表示|告诉|认为|说|坦言|指出|强调|回忆|解释|透露"
_VERBS = (
    "总投资|总面积|占地面积|建筑面积|占地|全长|总长|全程|海拔|总人口|户籍人口|共有|现有|设有|建有|拥有|种植|栽种|存栏"
    "|装机容量|年产量|产量|总产值|产值|票价|月租|租金"
)
_MEASURED = re.compile(
    rf"^([{_HAN}A-Za-z]{{3,14}}?)({_VERBS})(?:[约近达为]|超过|达到|大约)?"
    rf"(\d[\d,.]*[千万亿]*(?:多|余)?({UNIT}))(?![{_HAN}A-Za-z0-9%])"
)
_DATE = r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]"
_DATED = re.compile(
    rf"^([{_HAN}]{{3,14}}?)(?:将|拟)?[于在]?({_DATE})((?:正式|全线|顺利)?[{_HAN}]{{2,8}})$"
)
_COUNTED = re.compile(
    rf"^([{_HAN}A-Za-z“”]{{6,24}}?)(?:大约|超过|约|近|逾)?"
    rf"(\d[\d,.]*[千万亿]*(?:多|余)?({UNIT}))(?:以上|左右|以内|上下)?$"
)
_CALENDAR = {"年", "月", "日", "天", "期", "度"}
_ONLY = re.compile("[只仅]有$")
_POSTS = "局长|主任|县长|市长|镇长|校长|院长|馆长|站长|厂长|经理|董事长|书记|会长|所长|队长|台长"
_HELD = re.compile(rf"^(?:据)?([{_HAN}]{{2,14}}?(?:{_POSTS}))([{_HAN}]{{2,3}})(?={_SAID})")
_ANNOUNCED = re.compile(
    rf"^([{_HAN}A-Za-z0-9]{{2,20}}?)(?:以下|如下)?[一二两三四五六七八九十\d]{{1,2}}"
    rf"(?:个|项|条|种|类|方面|方面的|大)([{_HAN}]{{2,6}})[：:。]?$"
)
_MARK = re.compile(
    r"^(?:[一二三四五六七八九十]+是|第[一二三四五六七八九十]+[，、是]|[（(][一二三四五六七八九十\d]+[）)]"
    r"|[一二三四五六七八九十\d]+[、.．]|首先[，是]?|其次[，是]?|再次[，是]?|最后[，是]?)\s*"
)
_NOUNS = ("n", "l", "j", "eng", "vn", "a", "s", "zg")
"""Parts of speech, as rjieba names them, with which a subject begins."""
_LONGEST_HEADING = 20


def drafts(article: Article) -> Iterator[Draft]:
    """All that an article's sentences offer, in their order; lists and speakers come last."""
    for paragraph in article.paragraphs:
        for start, end in sentence_spans(paragraph.text):
            sentence = paragraph.text[start:end].strip()
            for make in (_definition, _quantity, _date, _holder):
                if draft := make(sentence):
                    yield draft
    yield from _lists(article)
    yield from _views(article)


def _definition(sentence: str) -> Draft | None:
    match = _DEFINED.match(sentence) or _OF_A_KIND.match(sentence)
    if not match or not _is_subject(match[1]):
        return None
    if len(match[1]) <= 3 and is_surname(fold(match[1][0])):
        return None  # a person is asked for otherwise
    clauses = match[2].split("，")
    answer = next((clause for clause in clauses if _GENUS.search(clause)), match[2])
    return Draft(f"{match[1]}是什么？", "definition", ((answer,),), (sentence,))


def _quantity(sentence: str) -> Draft | None:
    """The first clause that says how much, if it has a subject of its own."""
    for clause in re.split("[，。；！]", sentence):
        match = _MEASURED.match(clause)
        if match and match.end() == len(clause) and _is_subject(match[1]):
            subject, verb, amount, unit = match.groups()
            rest = f"{verb}{_how_many(unit)}？"
            return Draft(subject + rest, "how_many", ((amount,),), (sentence,), subject, rest)
        match = _COUNTED.match(clause)
        if match and match[3] not in _CALENDAR and _is_subject(match[1]):
            said, amount, unit = match.groups()
            question = f"{_ONLY.sub('有', said)}{_how_many(unit)}？"
            return Draft(question, "how_many", ((amount,),), (sentence,))
    return None


def _how_many(unit: str) -> str:
    return "多少" if unit in {"%", "‰", "成", "倍"} else f"多少{unit}"


def _is_subject(text: str) -> bool:
    """Whether words can begin a question: a noun comes first, and nothing leans on other words."""
    import rjieba

    return not _LEANING.search(text) and rjieba.tag(text)[0][1].startswith(_NOUNS)


def _date(sentence: str) -> Draft | None:
    first = re.split("[，。；！]", sentence)[0]
    match = _DATED.match(first)
    if not match or not _is_subject(match[1]):
        return None
    subject, date, done = match.groups()
    rest = f"什么时候{done}？"
    return Draft(subject + rest, "when", ((date,),), (sentence,), subject, rest)


def _holder(sentence: str) -> Draft | None:
    match = _HELD.match(sentence)
    if not match or not _is_subject(match[1]):
        return None
    post, name = match.groups()
    if not is_surname(fold(name[0])):
        return None
    return Draft(f"{post}是谁？", "who", ((name,),), (sentence,))


def _lists(article: Article) -> Iterator[Draft]:
    text = article.text
    for found in enumerations(article):
        if found.lead is None or len(found.items) < 3:
            continue
        lead = re.split("[，。；！]", text[found.lead.start : found.lead.end].strip(" 。：:"))[-1]
        match = _ANNOUNCED.match(lead)
        if not match or len(match[1]) < 4 or not _is_subject(match[1]):
            continue
        items = tuple(text[item.start : item.end].strip() for item in found.items)
        answers = tuple((re.split("[，。；：！]", _MARK.sub("", item))[0],) for item in items)
        if all(len(group[0]) >= 2 for group in answers):
            yield Draft(f"{match[1]}哪些{match[2]}？", "list", answers, items)


def _views(article: Article) -> Iterator[Draft]:
    seen: set[tuple[str, str]] = set()
    for paragraph in article.paragraphs:
        speaker, section = paragraph.speaker, paragraph.section
        if not speaker or not section or len(section) > _LONGEST_HEADING:
            continue
        if (speaker, section) not in seen and not is_asker(speaker, article):
            seen.add((speaker, section))
            spans = sentence_spans(paragraph.text)
            evidence = tuple(paragraph.text[start:end].strip() for start, end in spans[:3])
            if evidence[0].endswith(("？", "?")):
                continue  # whoever asks has no view
            yield Draft(f"{speaker}怎么看“{section}”？", "opinion", (), evidence)
