"""Which thing the answer in a sentence belongs to, where others of its kind are told of.

`望川机场已于3月开工，临浦机场正在选址` tells when work began on one of them; asked for the other,
it is quoted whole, and no short answer is named. What a newspaper reports of another place is no
answer for its own.
"""

from __future__ import annotations

from dataclasses import replace

from rag.documents import Span
from rag.evidence import Assessment, Evidence
from rag.qualifiers import NearMiss, without
from rag.question import Understood
from rag.text import clause_spans, fold, name_spans


def without_others_answers(question: Understood, assessment: Assessment) -> Assessment:
    """The same evidence, without short answers that belong to another thing than is asked."""
    names = _names(question.searched)
    if not names:
        return assessment
    evidence = tuple(
        replace(e, short=None) if e.short and _of_another(names, e) else e
        for e in assessment.evidence
    )
    return replace(assessment, evidence=evidence)


def without_other_places(
    question: Understood, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence without what tells of another place than the newspaper's, which is asked about.

    Gives also the near miss that seemed likeliest, if it was the best of all.
    """
    names = _names(question.searched)
    if not names:
        return assessment, None
    return without(assessment, [_elsewhere(names, evidence) for evidence in assessment.evidence])


def _elsewhere(names: list[str], evidence: Evidence) -> NearMiss | None:
    article = evidence.candidate.hit.stored.article
    if evidence.answer is None or not article.newspaper:
        return None
    newspaper, told = fold(article.newspaper), fold(f"{article.title}\n{article.text}")
    asked = next((name for name in names if name in newspaper and name not in told), None)
    if asked is None:
        return None
    before = fold(evidence.text[: evidence.answer.start - evidence.sentence.start])
    places = (before[span.start : span.end] for span in name_spans(before, places=True))
    other = next((place for place in places if place not in names), None)
    return NearMiss(evidence, asked, other) if other else None


def _of_another(names: list[str], evidence: Evidence) -> bool:
    """Whether another name of the kind comes before the answer, in a clause without those asked."""
    start = evidence.sentence.start
    clause = next((c for c in clause_spans(evidence.text) if _holds(c, evidence, start)), None)
    if clause is None or evidence.answer is None:
        return False
    text = evidence.text
    around, before = (
        fold(text[clause.start : end]) for end in (clause.end, evidence.answer.start - start)
    )
    rest = fold(text[: clause.start] + text[clause.end :])
    asked = [name for name in names if name in rest and name not in around]
    others = [span for span in name_spans(before) if before[span.start : span.end] not in names]
    return any(
        _alike(name, rest.partition(name)[2], before[o.start : o.end], before[o.end :])
        for name in asked
        for o in others
    )


def _holds(clause: Span, evidence: Evidence, start: int) -> bool:
    answer = evidence.answer
    return answer is not None and clause.start <= answer.start - start < clause.end


def _names(folded: str) -> list[str]:
    return [folded[span.start : span.end] for span in name_spans(folded)]


def _alike(name: str, after: str, other: str, after_other: str) -> bool:
    """Whether two names are of one kind: their last character or the two that follow tell it."""
    return name[-1] == other[-1] or (len(after) > 1 and after[:2] == after_other[:2])
