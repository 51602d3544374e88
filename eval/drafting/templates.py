"""Sentences that say something in a form that can be asked back: one function a kind of question.

A sentence gives a draft only where its words make a whole question: rather few than crooked ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.drafting.counting import Counted, counted, how_many
from eval.drafting.events import where_held
from eval.drafting.people import posts_of
from eval.drafting.subjects import (
    HAN,
    LEANING,
    NOUNS,
    Draft,
    begins_with_deed,
    has_verb,
    is_known,
    is_subject,
)
from eval.drafting.times import is_planned, time_of, without_dateline, without_time
from rag.data_model.documents import Article
from rag.language.enumeration import enumerations
from rag.language.names import is_asker, is_surname
from rag.language.quantities import UNIT
from rag.language.text import fold, sentence_spans, tagged

_DEFINED = re.compile(rf"^([{HAN}A-Za-z0-9]{{2,12}}?)，?(?:是指|指的是|即指)([^。；？！]{{8,}})")
_OF_A_KIND = re.compile(
    rf"^([{HAN}A-Za-z0-9]{{2,8}}?)是([^。；？！]*?一[种类款支门座家部][^。；？！]{{5,}}的[{HAN}]{{2,8}})。$"
)
"""`X是一种……的Y`: without `一种` it is praise as often as not."""
_UNFINISHED = re.compile("(?:规定|情况|条件|基础)$|^$")
"""Where a definition of an act goes on after its first clause."""
_PRAISE = re.compile(
    "一[个种]$|之一$|[你我您]|唯一|今年|本[届次期年]|重要|特殊|^在|(?:缩影|前身|参与者|例子|方案|效果|环节|过程|热点|目标|关键|核心|代表|行动|体现|重点|象征)$"
)
"""What says something of a thing, and not what it is."""
_LONGEST_DEFINITION = 40
_BY_MEANS = ("以", "由", "在", "通过", "利用", "用")
_TITLES = ("先生", "女士", "同志", "项目", "工程")
_GENUS = re.compile(rf".{{6,}}的[{HAN}]{{2,8}}$")
"""A clause that ends in what a thing is a kind of."""
_SAID = "介绍|表示|告诉|认为|说|坦言|指出|强调|回忆|解释|透露"
_REPORTS = re.compile(rf"{_SAID}|报道|获悉|宣布|发布|公布|称|消息|宣称")
"""When somebody said so is nothing to ask for."""
_VERBS = (
    "总投资|总面积|占地面积|建筑面积|占地|全长|总长|全程|海拔|总人口|户籍人口|共有|现有|设有|建有|拥有|种植|栽种|存栏"
    "|装机容量|年产量|产量|总产值|产值|票价|月租|租金"
)
_MEASURED = re.compile(
    rf"^([{HAN}A-Za-z]{{3,14}}?)({_VERBS})(?:[约近达为]|超过|达到|大约)?"
    rf"(\d[\d,.]*[千万亿]*(?:多|余)?({UNIT}))(?![{HAN}A-Za-z0-9%])"
)
_DATE = r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]"
_DATED = re.compile(
    rf"^([{HAN}]{{3,14}}?)(?:将|拟)?[于在]?({_DATE})((?:正式|全线|顺利)?[{HAN}]{{2,8}})$"
)
_ANNOUNCED = re.compile(
    rf"^([{HAN}A-Za-z0-9]{{2,20}}?)(?:以下|如下)?[一二两三四五六七八九十\d]{{1,2}}"
    rf"(?:个|项|条|种|类|方面|方面的|大)([{HAN}]{{2,6}})[：:。]?$"
)
_MARK = re.compile(
    r"^(?:[一二三四五六七八九十]+是|第[一二三四五六七八九十]+[，、是]|[（(][一二三四五六七八九十\d]+[）)]"
    r"|[一二三四五六七八九十\d]+[、.．]|首先[，是]?|其次[，是]?|再次[，是]?|最后[，是]?)\s*"
)
_ASKS = re.compile("[谁何哪吗呢几？]|什么|怎|多少")
_RELATIVE = re.compile("[去前上]年|预测|平均值")
"""What is measured against a year that the question's own year moves, or is guessed by several."""
_LONGEST_HEADING = 20


def drafts(article: Article) -> Iterator[Draft]:
    """All that an article's sentences offer, in their order; lists and speakers come last."""
    for paragraph in article.paragraphs:
        for start, end in sentence_spans(paragraph.text):
            sentence = without_dateline(paragraph.text[start:end].strip())
            quantity = _quantity(sentence, article.date)
            for draft in (_definition(sentence), quantity, _date(sentence)):
                if draft:
                    yield draft
            yield from posts_of(sentence)
            yield from where_held(sentence)
    yield from _lists(article)
    yield from _views(article)


def _definition(sentence: str) -> Draft | None:
    match = _DEFINED.match(sentence) or _OF_A_KIND.match(sentence)
    if not match or not is_subject(match[1]) or has_verb(match[1]):
        return None
    name = match[1].lstrip("小老阿")
    if "的" in name or (len(name) <= 3 and is_surname(fold(name[:1]))):
        return None  # a person is asked for otherwise
    said = _genus(match[2])
    if match.re is _DEFINED and _UNFINISHED.search(said):
        said = match[2]
    if not said or match[1].endswith(_TITLES) or not _says_what(said):
        return None
    return Draft(f"{match[1]}是什么？", "definition", ((said,),), (sentence,))


def _says_what(said: str) -> bool:
    """Whether words tell by themselves what a thing is: shortly, with a noun at their end."""
    if len(said) > _LONGEST_DEFINITION or _PRAISE.search(said):
        return False
    return tagged(said)[-1][1].startswith(NOUNS)


def _genus(said: str) -> str:
    """A definition as far as it names what the thing is a kind of; empty where it does not."""
    first, *more = said.split("，")
    if _GENUS.search(first):
        return first
    if (
        more
        and first.startswith(_BY_MEANS)
        and not LEANING.search(more[0][:1])
        and _GENUS.search(more[0])
    ):
        return f"{first}，{more[0]}"
    return ""


def _quantity(sentence: str, date: str | None) -> Draft | None:
    """The first clause that says how much, if it has a subject of its own and a certain time."""
    for whole in re.split("[，。；！]", sentence):
        clause = without_time(whole)
        measured = _measured(clause)
        said = measured or counted(clause)
        if said is None or not is_subject(said.subject) or not is_known(said.subject):
            continue
        if begins_with_deed(said.subject) or _RELATIVE.search(clause):
            continue
        # What is worth so much is worth something else next year.
        happened = said.happened or (measured is None and said.amount.endswith("元"))
        told = sentence[: sentence.index(whole) + len(whole)]
        time = None if is_planned(told) else time_of(told, clause, date, happened=happened)
        if time is None:
            continue
        lead = f"{time}，" if time.startswith(("截至", "截止", "到")) else time
        question = f"{lead}{said.subject}{said.rest}"
        alone = time or said.rest.startswith(("是", "有"))  # which ask nothing of their own
        subject, rest = ("", "") if alone else (said.subject, said.rest)
        answers = ((said.amount,),)
        return Draft(question, "how_many", answers, (sentence,), subject, rest, time)
    return None


def _measured(clause: str) -> Counted | None:
    match = _MEASURED.match(clause)
    if not match or match.end() != len(clause):
        return None
    subject, verb, amount, unit = match.groups()
    if has_verb(subject):
        return None
    return Counted(subject, f"{verb}{how_many(unit)}？", amount)


def _date(sentence: str) -> Draft | None:
    first = re.split("[，。；！]", sentence)[0]
    match = _DATED.match(first)
    if not match or not is_subject(match[1]):
        return None
    subject, date, done = match.groups()
    if not (is_known(subject) and _is_done(subject, done)):
        return None
    rest = f"什么时候{done}？"
    return Draft(subject + rest, "when", ((date,),), (sentence,), subject, rest)


def _is_done(subject: str, done: str) -> bool:
    """Whether something is told of a thing: a noun, and what happens to it."""
    return (
        tagged(subject)[-1][1].startswith("n")
        and tagged(done)[0][1] in {"v", "vn", "ad", "d"}
        and not done.endswith(("以来", "时", "前", "后"))
        and not _REPORTS.search(done)
        and "例行" not in done
    )


def _lists(article: Article) -> Iterator[Draft]:
    text = article.text
    for found in enumerations(article):
        if found.lead is None or len(found.items) < 3:
            continue
        lead = re.split("[，。；！]", text[found.lead.start : found.lead.end].strip(" 。：:"))[-1]
        match = _ANNOUNCED.match(lead)
        if not match or len(match[1]) < 4 or not is_subject(match[1]):
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
            evidence = tuple(paragraph.text[start:end].strip() for start, end in spans)
            if evidence[0].endswith(("？", "?")):
                continue  # whoever asks has no view
            yield Draft(_view(speaker, _MARK.sub("", section)), "opinion", (), evidence)


def _view(speaker: str, heading: str) -> str:
    """What somebody thinks of a heading, or says to one that asks."""
    if _ASKS.search(heading):
        return f"关于“{heading}”，{speaker}是怎么说的？"
    return f"{speaker}怎么看“{heading}”？"
