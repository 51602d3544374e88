"""What a question limits itself to: a year, the second phase, pier three.

Words alike are not enough: asked about 2024, a sentence about 2023 is near and yet no answer.
Each qualifier of a question is compared with what a sentence says of the same kind, or, where
it says nothing, with what stands nearest before it: its paragraph, its heading, the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.documents import Article
from rag.evidence import Assessment, Evidence
from rag.quantities import chinese_number
from rag.question import QuestionType, Understood
from rag.text import fold, sentence_spans

YEAR = "年"
_NUMBER = r"[一二三四五六七八九十百]{1,4}|\d{1,3}"
_SERIES = re.compile(
    rf"第(?P<nth>{_NUMBER})(?P<a>季度|阶段|标段|[\u4e00-\u9fff])"
    rf"|(?<![第月\d几百])(?P<bare>{_NUMBER})(?P<b>期(?!间)|号|季度|标段)"
    r"|(?P<first>首)(?P<c>期|届|批|轮)"
)
"""A place in a series. Without `第`, only what is hardly ever a count: 一批 may be any batch."""
_YEARS = re.compile(
    r"(?<!\d)(?P<since>(?:19|20)\d\d)年?(?:[-—–~至到]|年[至到])(?P<until>(?:19|20)\d\d)(?=年|\D|$)"
    r"|(?<!\d)(?P<year>(?:19|20)\d\d)(?= ?年)|(?P<word>[前去上今本明后])年(?!轻|龄|级|来)"
)
_HONOUR = re.compile(
    r" ?年[^,，。;；]{0,14}?(?:[冠亚]军|(?<![春夏秋冬一二三四])季军(?![民训事])|得主|获得者|获奖者)"
    r"(?=[\u4e00-\u9fff])(?![是为由的归在及和与有就人数达共已将名多几])"
)
"""A year that tells who somebody is, not when something was: `2021年女单冠军某某退赛`."""
_COMPARED = re.compile("[比较同与]$")
_APART = {"前": -2, "去": -1, "上": -1, "今": 0, "本": 0, "明": 1, "后": 2}
_CLAUSE_OF = re.compile(r"年(?:底|初|末)?(?P<rest>[^,，。?]{2,12}?的)")
_FIRST_YEAR = 1900
"""What is less counts years from the article's own."""


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A year or a place in a series, as a text names it.

    Attributes:
        kind: `年`, or the word that is counted in: 期, 届, 号.
        values: more than one for a span of years. Years are counted from the article's own,
            where that is not known: 去年 is -1.
        text: as written.
        compared: whether a sentence names it only to compare: `比去年增加`.
    """

    kind: str
    values: frozenset[int]
    text: str
    compared: bool = False


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Evidence that would answer, if it told of what is asked: of `told` and not of `asked`."""

    evidence: Evidence
    asked: str
    told: str


def without_near_misses(
    question: Understood, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence that tells of what is asked, and the near miss that seemed likelier, if any."""
    limits = _qualifiers(question)
    if not limits:
        return assessment, None
    return without(assessment, [_missed(limits, e) for e in assessment.evidence])


def without(
    assessment: Assessment, misses: Sequence[NearMiss | None]
) -> tuple[Assessment, NearMiss | None]:
    """The evidence that is no near miss, and the likeliest piece's near miss, if it is one."""
    if not any(misses):
        return assessment, None
    judged = zip(assessment.evidence, misses, strict=True)
    return assessment.among([e for e, miss in judged if miss is None]), misses[0]


def _missed(limits: Sequence[Qualifier], evidence: Evidence) -> NearMiss | None:
    """How a sentence tells of something else than is asked; None if it does not."""
    article = evidence.candidate.hit.stored.article
    asked = [(q, _in_article_years(q, article)) for q in limits]
    for kind in dict.fromkeys(qualifier.kind for qualifier, _ in asked):
        wanted = frozenset[int]().union(*(values for q, values in asked if q.kind == kind))
        told = [(t, _in_article_years(t, article)) for t in _told(kind, evidence, article)]
        unclear = any(not _comparable(kind, wanted, values) for _, values in told)
        if told and not unclear and not any(wanted & values for _, values in told):
            words = next(q.text for q, _ in asked if q.kind == kind)
            return NearMiss(evidence, words, told[0][0].text)
    return None


def _comparable(kind: str, asked: frozenset[int], told: frozenset[int]) -> bool:
    """Whether values can be told apart: `今年` of an article without a date may be any year."""
    if kind != YEAR:
        return True
    return {value < _FIRST_YEAR for value in told} <= {value < _FIRST_YEAR for value in asked}


def _told(kind: str, evidence: Evidence, article: Article) -> tuple[Qualifier, ...]:
    """What a sentence names of a kind, or the nearest that stands before it."""
    texts = _around(article, evidence.sentence.paragraph, evidence.sentence.start)
    for text in texts:
        if found := tuple(q for q in qualifiers_in(text) if q.kind == kind and not q.compared):
            return found
    if kind == YEAR:
        return _dated(article)
    return tuple(n for n in _anywhere(article) if n.kind == kind)


@lru_cache(maxsize=256)
def _anywhere(article: Article) -> tuple[Qualifier, ...]:
    return tuple(_series(fold(article.text)))


def _dated(article: Article) -> tuple[Qualifier, ...]:
    """Without a year, news tells of the year of its date or of the one before."""
    year = article.year
    if year is None:
        return ()
    return (Qualifier(YEAR, frozenset((year - 1, year)), f"{year}年"),)


@lru_cache(maxsize=4096)
def _around(article: Article, n: int, start: int) -> tuple[str, ...]:
    """Folded: the sentence at `start`, those before it in its paragraph, heading, title."""
    paragraph = article.paragraphs[n - 1]
    offset = article.paragraph_starts[n - 1]
    spans = [s for s in sentence_spans(paragraph.text) if offset + s.start <= start]
    before = [fold(paragraph.text[s.start : s.end]) for s in reversed(spans)]
    return (*before, fold(paragraph.section or ""), fold(article.title))


def _qualifiers(question: Understood) -> tuple[Qualifier, ...]:
    """What a question limits itself to. One that asks for a time gives its own times no say."""
    named = qualifiers_in(question.searched)
    if question.type is QuestionType.WHEN:
        named = tuple(n for n in named if n.kind != YEAR)
    return tuple(n for n in named if n.kind != YEAR or not _describes(question.searched, n.text))


def _describes(question: str, year: str) -> bool:
    """Whether a year only describes a thing, as in `2019年成立的协会有多少会员`."""
    import rjieba

    at = question.find(year) + len(year) - 1
    clause = _CLAUSE_OF.match(question, at)
    return clause is not None and rjieba.tag(clause.group("rest"))[0][1].startswith("v")


@lru_cache(maxsize=4096)
def qualifiers_in(text: str) -> tuple[Qualifier, ...]:
    """The years and places in a series that a folded text names."""
    return (*_years(text), *_series(text))


def _years(text: str) -> Iterator[Qualifier]:
    for match in _YEARS.finditer(text):
        if _HONOUR.match(text, match.end()):
            continue
        if match["since"]:
            values = frozenset(range(int(match["since"]), int(match["until"]) + 1))
        elif match["year"]:
            values = frozenset((int(match["year"]),))
        else:
            values = frozenset((_APART[match["word"]],))
        compared = _COMPARED.search(text, 0, match.start()) is not None
        yield Qualifier(YEAR, values, match.group().removesuffix(YEAR) + YEAR, compared)


def _series(text: str) -> Iterator[Qualifier]:
    for match in _SERIES.finditer(text):
        kind = match["a"] or match["b"] or match["c"]
        number = match["nth"] or match["bare"] or "1"
        value = int(number) if number.isdecimal() else int(chinese_number(number))
        yield Qualifier(kind, frozenset((value,)), match.group())


def _in_article_years(named: Qualifier, article: Article) -> frozenset[int]:
    """Values with `去年` as the year before the article's date, where that is known."""
    year = article.year
    if named.kind != YEAR or year is None:
        return named.values
    return frozenset(year + v if v < _FIRST_YEAR else v for v in named.values)
