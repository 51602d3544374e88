"""What is asked of a person answers only with what is said of that person: age, post, phone, pay.

`许闻笛今年多大` is not told by `八十岁以上半价`: the sentence must hold words that tell an age, and
the name, or nobody else may be named between the name and a sentence that goes on about the person.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

from rag.data_model.documents import Article
from rag.evidence.scorer import Assessment, Evidence
from rag.language.names import SAYING, named, possible_names, shown_in, stands_alone
from rag.language.text import fold
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without

_DATA = Path(__file__).parents[1] / "data" / "attributes.toml"
_ENDS = "$|[?？是有为在叫怎多几哪了啦呀啊呢吗达涨]|什么|目前|现在|大概|一共"
_NOW = "(?:现在|目前|本人|自己|先生|女士|老师|同志|同学|师傅|教授|医生)"
_GOES_ON = re.compile("[他她其]|本人|自己")
_NO_PERSON = re.compile("[省市县区镇乡村路街桥河山湖江海厂校院部局处所社站店馆楼园场港岛湾]$")
_KIN = "父亲|母亲|爸爸?|妈妈?|爷爷|奶奶|妻子|丈夫|爱人|儿子|女儿|孩子|哥哥|弟弟|姐姐|妹妹|祖父|祖母"
_LONGEST = 4
_NAMING = 40
"""Characters before what is asked in which it is told of whom."""
_MOST = 4
"""A question asks for an attribute so often at most."""
_BEFORE = 2000
"""Characters before a sentence in which it is told of whom it goes on."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something asked of a person: how a question asks, a sentence tells, and mere limits look."""

    asks: re.Pattern[str]
    told: re.Pattern[str] | None
    limits: re.Pattern[str] | None


def without_other_people(
    question: ParsedQuestion, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence that tells of the person of whom something is asked.

    Gives also the near miss that seemed likeliest, if it was the best of all and tells of somebody
    else. Where nothing tells of the person, what came near stays to be shown, and answers nothing.
    """
    articles = {
        e.candidate.hit.stored.key: e.candidate.hit.stored.article for e in assessment.evidence
    }
    asked = _asked(question, tuple(articles.values()))
    if asked is None:
        return assessment, None
    name, attribute = asked
    judged = [(e, *_told_of(question.searched, name, attribute, e)) for e in assessment.evidence]
    if all(is_told for _, is_told, _ in judged):
        return assessment, None
    kept = [evidence for evidence, is_told, _ in judged if is_told]
    _, is_told, other = judged[0]
    if not is_told and other:
        misses = [None if told else NearMiss(e, name, other) for e, told, _ in judged]
        return without(assessment, misses)
    return (assessment.among(kept) if kept else replace(assessment, answerable=0.0)), None


def _asked(question: ParsedQuestion, articles: Sequence[Article]) -> tuple[str, Attribute] | None:
    """The person and what is asked of them, if a question asks for an attribute of somebody."""
    for attribute in _attributes():
        for match in islice(attribute.asks.finditer(question.searched), _MOST):
            near = question.searched[max(0, match.start() - _NAMING) : match.start()]
            before = re.sub(rf"(?:{_NOW})*[的在是于]?$", "", near)
            if name := _name_at_end(before, articles):
                return name, attribute
    return None


def _name_at_end(text: str, articles: Sequence[Article]) -> str | None:
    """The person's name that a folded text ends with; the articles know it, or its form tells."""
    known = next((n for n in named(text, articles) if text.endswith(n)), None)
    if known:
        return known
    for length in range(_LONGEST, 1, -1):
        name = text[-length:]
        is_name = name in set(possible_names(name)) and not _NO_PERSON.search(name)
        if is_name and stands_alone(text, len(text) - len(name)):
            return name
    return None


def _told_of(
    asked: str, name: str, attribute: Attribute, evidence: Evidence
) -> tuple[bool, str | None]:
    """Whether a sentence tells of the person; if not, of whom it does, as far as that is known."""
    text = fold(evidence.text)
    if not _tells(attribute, text):
        return False, None
    article = evidence.candidate.hit.stored.article
    paragraph = article.paragraphs[evidence.sentence.paragraph - 1]
    if name in text or fold(paragraph.speaker or "") == name:
        said = re.search(rf"{re.escape(name)}(?:先生|女士)?(?:{SAYING})", text)
        if said and not _tells(attribute, text[: said.start()]):
            return False, None
        kin = re.search(rf"{re.escape(name)}的?(?:{_KIN})", text)
        alone = kin is None or kin.group() in asked or re.search(rf"{name}(?!的?(?:{_KIN}))", text)
        return (True, None) if alone else (False, kin.group() if kin else None)
    own = next((person for _, person in shown_in(text)), None)
    if own:
        return False, own
    start = article.paragraph_starts[paragraph.n - 1]
    before = article.text[start : evidence.sentence.start]
    near = _nearest(name, fold(before[-_BEFORE:]))
    if near is None and _GOES_ON.search(text):
        earlier = article.text[max(0, start - _BEFORE) : start]
        near = _nearest(name, fold(f"{article.title}\n{earlier}"))
    if near is None and name in fold(article.title):
        near = name
    return near == name, None if near == name else near


def _nearest(name: str, text: str) -> str | None:
    """Who is named last in a folded text: the one who is asked about, or another who is shown."""
    others = [(at, person) for at, person in shown_in(text) if person not in name]
    at = text.rfind(name)
    last = max(others, default=(-1, None))
    return name if at > last[0] else last[1]


def _tells(attribute: Attribute, text: str) -> bool:
    """Whether a folded text has words that tell the attribute, other than a limit of it."""
    if attribute.told is None:
        return True
    limits = (
        {match.start() for match in attribute.limits.finditer(text)} if attribute.limits else ()
    )
    return any(match.start() not in limits for match in attribute.told.finditer(text))


@cache
def _attributes() -> tuple[Attribute, ...]:
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return tuple(
        Attribute(
            re.compile(rf"(?:{entry['asks']})(?={_ENDS})"),
            re.compile(entry["told"]) if "told" in entry else None,
            re.compile(entry["limits"]) if "limits" in entry else None,
        )
        for entry in data["attribute"]
    )
