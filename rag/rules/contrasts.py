"""Which thing the answer in a sentence belongs to, where others of its kind are told of.

`望川机场已于3月开工，临浦机场正在选址` tells when work began on one of them; asked for the other,
it is quoted whole, and no short answer is named. Nor is one that is told of another member of a
series, or that is no difference where a difference is asked. What a newspaper reports of another
place is no answer for its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.data_model.documents import Span
from rag.evidence.scorer import Assessment, Evidence
from rag.language.names import PLACE_UNITS
from rag.language.series import Qualifier
from rag.language.text import clause_at, fold, name_spans, names_in
from rag.language.year_names import NOW
from rag.question.comparisons import states_no_difference
from rag.question.directions import is_of_other_direction
from rag.question.limits import limits_of
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without
from rag.rules.owners import is_anothers_value, own_value
from rag.rules.qualifiers import of_another

_NOW = re.compile(f"{NOW}|已经")
_PLANNED = re.compile("计划|预计|目标|规划|拟|力争|争取|将(?=[要会再增达扩建新])|预期")


def without_others_answers(question: ParsedQuestion, assessment: Assessment) -> Assessment:
    """The same evidence, without short answers that belong to another thing than is asked."""
    names, limits = names_in(question.searched), limits_of(question)
    evidence = tuple(
        _with_own_value(question, e, e.answer)
        if e.short and e.answer and _is_anothers(question, names, limits, e, e.answer)
        else e
        for e in assessment.evidence
    )
    unchanged = all(a is b for a, b in zip(evidence, assessment.evidence, strict=True))
    return assessment if unchanged else replace(assessment, evidence=evidence)


def _with_own_value(question: ParsedQuestion, evidence: Evidence, answer: Span) -> Evidence:
    """With the value that is told of what is asked about, where the sentence has one beside."""
    shift = evidence.sentence.start
    start, end = answer.start - shift, answer.end - shift
    own = own_value(question, evidence.text, start, end)
    if own is None:
        return replace(evidence, short=None)
    short = evidence.text[own.start : own.end]
    return replace(evidence, short=short, answer=Span(own.start + shift, own.end + shift))


def _is_anothers(
    question: ParsedQuestion,
    names: list[str],
    limits: Sequence[Qualifier],
    evidence: Evidence,
    answer: Span,
) -> bool:
    """Whether it is of another thing, member or payer, no difference, or a fall for a rise."""
    start, end = answer.start - evidence.sentence.start, answer.end - evidence.sentence.start
    return (
        _of_another(names, evidence, answer)
        or of_another(limits, evidence, start)
        or states_no_difference(question, evidence.text, start, end)
        or is_of_other_direction(question.searched, evidence.text, start)
        or is_anothers_value(question, evidence.text, start, end)
        or _is_yet_to_come(question, evidence.text, start)
    )


def _is_yet_to_come(question: ParsedQuestion, text: str, start: int) -> bool:
    """Whether a value is a plan's, where it is asked how things are now."""
    if not _NOW.search(question.own):
        return False
    clause = clause_at(text, start)
    return clause is not None and _PLANNED.search(text[clause.start : start]) is not None


def without_other_places(
    question: ParsedQuestion, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence without what tells of another place than the newspaper's, which is asked about.

    Gives also the near miss that seemed likeliest, if it was the best of all.
    """
    names = names_in(question.searched)
    if not names:
        return assessment, None
    return without(assessment, [_elsewhere(names, evidence) for evidence in assessment.evidence])


def _elsewhere(names: list[str], evidence: Evidence) -> NearMiss | None:
    article = evidence.candidate.hit.stored.article
    if evidence.answer is None or not article.newspaper:
        return None
    newspaper = fold(article.newspaper)
    local = [name for name in names if name in newspaper]
    told = fold(f"{article.title}\n{article.text}") if local else ""
    asked = next((name for name in local if name not in told), None)
    if asked is None:
        return None
    before = fold(evidence.text[: evidence.answer.start - evidence.sentence.start])
    other = next((n for n in names_in(before, places=True) if n not in names), None)
    return NearMiss(evidence, asked, other) if other else None


def _of_another(names: list[str], evidence: Evidence, answer: Span) -> bool:
    """Whether another name of the kind comes before the answer, in a clause without those asked."""
    text, at = evidence.text, answer.start - evidence.sentence.start
    clause = clause_at(text, at)
    if clause is None:
        return False
    around, before = fold(text[clause.start : clause.end]), fold(text[clause.start : at])
    rest = fold(text[: clause.start] + text[clause.end :])
    asked = [name for name in names if name in rest and name not in around]
    others = [span for span in name_spans(before) if before[span.start : span.end] not in names]
    return any(
        _alike(name, rest.partition(name)[2], before[o.start : o.end], before[o.end :])
        for name in asked
        for o in others
    )


def _alike(name: str, after: str, other: str, after_other: str) -> bool:
    """Whether two names are of one kind: their last character or the two that follow tell it."""
    if name[-1] == other[-1] or all(map(_is_place, (name, other), (after, after_other))):
        return True
    return len(after) > 1 and after[:2] == after_other[:2]


def _is_place(name: str, after: str) -> bool:
    """Whether a name with what follows it is a district's, county's or town's."""
    return name[-1] in PLACE_UNITS or (after[:1] or " ") in PLACE_UNITS
