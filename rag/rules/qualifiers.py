"""What a question limits itself to: a year, the second phase, pier three.

Words alike are not enough: asked about 2024, a sentence about 2023 is near and yet no answer.
Each qualifier of a question is compared with what a sentence says of the same kind, or, where
it says nothing, with what stands nearest before it: its paragraph, its heading, the title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rag.data_model.documents import Article, day_of
from rag.evidence.scorer import Assessment, Evidence
from rag.language.naming import qualifiers_in
from rag.language.series import Qualifier
from rag.language.text import clause_at, clause_spans, fold, parts, sentence_spans, spelt_as
from rag.language.year_names import FIRST_YEAR, YEAR
from rag.language.year_parts import DAYS, FIRST_DAY, months
from rag.question.limits import limits_of
from rag.question.numbered_parts import (
    AskedParts,
    asked_parts,
    is_told_apart,
    other_part_around,
    reports,
)
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without

_MONTH = 31
"""Days; more of them are a sum of months, where a sum is asked for."""
_WORD = 4
"""Characters at most by which what is numbered goes on."""
_SILENT = 0.5
"""What is left of a probability where the article names nothing of the series, and others do."""
_OWN_TIME = re.compile(
    "[今昨明前当][天日晚晨早]|目前|现在|眼下|近[日期来]|最近|日前|此[前后]|[本当][季周月]|同期|截[至止]"
)


def without_near_misses(
    question: ParsedQuestion, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence that tells of what is asked, and the near miss that seemed likelier, if any."""
    parts = asked_parts(question)
    if parts and any(is_told_apart(parts.parts[0], _article(e)) for e in assessment.evidence):
        return without(assessment, [_other_part(parts, e) for e in assessment.evidence])
    limits = limits_of(question)
    if not limits:
        return assessment, None
    misses = [_missed(question, limits, e) for e in assessment.evidence]
    if misses and misses[0] is not None:
        assessment, misses = _beside_a_miss(misses[0], limits, assessment, misses)
    return without(assessment, misses)


def _beside_a_miss(
    likeliest: NearMiss,
    limits: Sequence[Qualifier],
    assessment: Assessment,
    misses: Sequence[NearMiss | None],
) -> tuple[Assessment, list[NearMiss | None]]:
    """The evidence and its near misses, where the likeliest of it tells of another one.

    Then the rest must come from an article that tells of this one; one that names nothing of the
    series may, but hardly.
    """
    articles = {e.candidate.hit.stored.key: _article(e) for e in assessment.evidence}
    meant = {key for key, article in articles.items() if _names_all(limits, article)}
    silent = {key for key in meant if not _names_any(likeliest.kind, articles[key])}
    first, *rest = (
        (
            replace(e, probability=_SILENT * e.probability) if key in silent and not miss else e,
            miss or (None if key in meant else likeliest),
        )
        for e, miss in zip(assessment.evidence, misses, strict=True)
        for key in [e.candidate.hit.stored.key]
    )
    judged = [first, *sorted(rest, key=lambda pair: -pair[0].probability)]
    evidence = tuple(e for e, _ in judged)
    return replace(assessment, evidence=evidence), [miss for _, miss in judged]


def _other_part(asked: AskedParts, evidence: Evidence) -> NearMiss | None:
    """Evidence of another part of a document than is asked for; a part itself is quoted whole."""
    if any(reports(part, fold(evidence.text)) for part in asked.parts):
        return None
    article, part = _article(evidence), asked.parts[0]
    told = other_part_around(part, article, evidence.sentence.paragraph)
    return NearMiss(evidence, part.text, told or f"《{article.title}》")


def _article(evidence: Evidence) -> Article:
    return evidence.candidate.hit.stored.article


def _missed(
    question: ParsedQuestion, limits: Sequence[Qualifier], evidence: Evidence
) -> NearMiss | None:
    """How a sentence tells of something else than is asked; None if it does not."""
    article = _article(evidence)
    texts = _around(article, evidence.sentence.paragraph, evidence.sentence.start)
    if own := _before_others(limits, evidence):
        texts = (own, *texts[1:])
    another = another_told(limits, texts, article)
    if another is None:
        return None
    asked, told = another
    return NearMiss(
        evidence,
        spelt_as(_as_a_word(asked.text, question.searched), *question.written),
        spelt_as(
            _as_a_word(told.text, next((text for text in texts if told.text in text), "")),
            evidence.text,
            article.text,
            article.title,
        ),
        asked.kind,
    )


def _before_others(limits: Sequence[Qualifier], evidence: Evidence) -> str:
    """A sentence as far as its answer, where it names times only in later clauses; empty if not.

    `收购价9.6元，去年是7.8元` tells 9.6 of the time that stands before it.
    """
    if evidence.answer is None or all(limit.kind != YEAR for limit in limits):
        return ""
    text, at = evidence.text, evidence.answer.start - evidence.sentence.start
    clause = clause_at(text, at)
    end = clause.end if clause else len(text)
    own, rest = fold(text[:end]), fold(text[end:])
    return own if rest and not _names_kind(YEAR, own) and _names_kind(YEAR, rest) else ""


def _as_a_word(member: str, text: str) -> str:
    """`第二水` as the text has it in whole: 第二水厂."""
    at = text.find(member)
    if at < 0 or not member.startswith("第"):
        return member
    rest = parts(text[at + len(member) - 1 : at + len(member) + _WORD])
    return member[:-1] + rest[0] if rest else member


def _names_all(limits: Sequence[Qualifier], article: Article) -> bool:
    """Whether an article names, of each kind, what a question limits itself to, or nothing else."""
    texts = (fold(f"{article.title}\n{article.text}"),)
    return another_told(limits, texts, article) is None


def _names_any(kind: str, article: Article) -> bool:
    """Whether an article names anything of a kind, or its date does."""
    if kind in {YEAR, DAYS} and article.year is not None:
        return True
    named = qualifiers_in(fold(f"{article.title}\n{article.text}"))
    return any(each.kind == kind for each in named)


def another_told(
    limits: Sequence[Qualifier], texts: Sequence[str], article: Article
) -> tuple[Qualifier, Qualifier] | None:
    """A limit and what a text of the article tells of in its place; None if nothing is amiss.

    Args:
        limits: of the question.
        texts: folded, of which the first that names anything of a limit's kind decides.
        article: its date says what 去年 means.
    """
    for kind in dict.fromkeys(limit.kind for limit in limits):
        asked = [_dated(limit, article) for limit in limits if limit.kind == kind]
        told, own = _told(kind, asked, texts, article)
        if not told or any(not _clear(t, asked) for t in told):
            continue
        if not any(_fits(a, t, own=own) for a in asked for t in told):
            return asked[0], told[0]
    return None


def _told(
    kind: str, asked: Sequence[Qualifier], texts: Sequence[str], article: Article
) -> tuple[list[Qualifier], bool]:
    """What the first text that names anything of a kind names, and whether it is the very first."""
    for at, text in enumerate(texts):
        found = [
            _dated(named, article)
            for named in qualifiers_in(text)
            if named.kind == kind and not named.compared and _comparable(named, asked)
            if not at or _as_long(named, asked)
        ]
        if not at and _tells_by_itself(kind, text, named=bool(found)):
            return [], False
        if found:  # marks alone say nothing, and nothing before them counts
            return [named for named in found if not named.beside], not at
    year = article.year if kind == YEAR else None
    if year is None:
        return [], False
    # without a year, news tells of the year of its date or of the one before
    return [Qualifier(YEAR, frozenset((year - 1, year)), f"{year}年")], False


def _tells_by_itself(kind: str, text: str, *, named: bool) -> bool:
    """Whether a sentence says otherwise than by name which it means: `今天`, `本线`.

    Then neither what stands before it counts, nor what else of the kind it names.
    """
    if kind == "时段":
        return not named
    if kind == DAYS:
        return not named and _OWN_TIME.search(text) is not None
    return any(f"{this}{kind}" in text for this in "本该此")


def _comparable(told: Qualifier, asked: Sequence[Qualifier]) -> bool:
    """Whether two can be of one series: measure words of the same thing, days of days.

    A day on which something happened says nothing against a month's or a half-year's figure.
    """
    if told.kind == DAYS and len(told.values) == 1 and min(told.values) >= FIRST_DAY:
        return any(len(a.values) == 1 or a.values & told.values for a in asked)
    return any(not told.of or not a.of or told.of == a.of for a in asked)


def _as_long(told: Qualifier, asked: Sequence[Qualifier]) -> bool:
    """Whether a part of the year that stands before a sentence is such a part as is asked for.

    A month in the title says nothing against a figure of the half-year.
    """
    return told.kind != DAYS or any(len(told.values) == len(a.values) for a in asked)


def _clear(told: Qualifier, asked: Sequence[Qualifier]) -> bool:
    """Whether values can be told apart: `今年` of an article without a date may be any year."""
    if told.kind not in {YEAR, DAYS}:
        return True
    first = FIRST_YEAR if told.kind == YEAR else FIRST_DAY
    return {v < first for v in told.values} <= {v < first for a in asked for v in a.values}


def _fits(asked: Qualifier, told: Qualifier, *, own: bool) -> bool:
    """Whether what is told can be of what is asked.

    A range holds its members, and a part may be told of a whole; but a sum that a sentence names
    itself, 全年 or 前三季度, is no figure of a part, nor a part's sum that of the whole.
    """
    if not asked.values & told.values:
        return False
    is_sum = told.whole or (asked.whole and len(told.values) > _MONTH)
    if not is_sum or not own or asked.values == told.values:
        return True
    return told.values < asked.values and not asked.whole


def _dated(named: Qualifier, article: Article) -> Qualifier:
    """With 去年 and 上月 as the article's date has them, where that is known."""
    day = day_of(article.date or "")
    if named.kind == YEAR and article.year is not None:
        year = article.year
        values = frozenset(year + v if v < FIRST_YEAR else v for v in named.values)
        return replace(named, values=values)
    if named.kind == DAYS and day is not None and min(named.values) < FIRST_DAY:
        month = (day[1] + min(named.values) - 1) % 12 + 1
        return replace(named, values=months(month, month))
    return named


@lru_cache(maxsize=4096)
def _around(article: Article, n: int, start: int) -> tuple[str, ...]:
    """Folded: the sentence at `start`, those before it in its paragraph, heading, title."""
    paragraph = article.paragraphs[n - 1]
    offset = article.paragraph_starts[n - 1]
    spans = [s for s in sentence_spans(paragraph.text) if offset + s.start <= start]
    before = [fold(paragraph.text[s.start : s.end]) for s in reversed(spans)]
    return (*before, fold(paragraph.section or ""), fold(article.title))


def of_another(limits: Sequence[Qualifier], evidence: Evidence, at: int) -> bool:
    """Whether what stands at an offset of a sentence belongs to another member of a series.

    The clause that holds it decides, or the nearest before that names a member:
    `三车间有四十人，四车间有机床十台`.
    """
    text = evidence.text
    before = [fold(text[c.start : c.end]) for c in clause_spans(text) if c.start <= at]
    kept = [limit for limit in limits if limit.kind != YEAR or _names_kind(YEAR, text)]
    article = _article(evidence)
    return another_told(kept, before[::-1], article) is not None


def _names_kind(kind: str, text: str) -> bool:
    return any(named.kind == kind for named in qualifiers_in(fold(text)))
