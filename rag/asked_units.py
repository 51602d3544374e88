"""`多少处X` is answered by a sentence that counts in `处`.

Of 391 such questions over encyclopaedia passages (CMRC 2018, training set) 84 % are answered by a
sentence with a quantity of the very unit, and 11 % of the other sentences have one.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.evidence import Assessment, Evidence
from rag.features import Weights
from rag.quantities import UNIT, quantities
from rag.question import QuestionType, Understood
from rag.text import fold

_ASKED = re.compile(rf"(?:多少|(?<![哪第好])几|多[大高长远重久宽深])(?P<unit>{UNIT})")
_SHARE = re.compile(r"多[大少]?(?:的)?比[例重率]|几成|百分之[几多]|占比")
_MONEY = re.compile(r"多少钱")
_TELLING = 0.5
"""Share of the best sentence's question words that another one needs to be about the same."""


def prefer_asked_unit(question: Understood, assessment: Assessment, weights: Weights) -> Assessment:
    """Where the best sentence has no quantity of the unit asked for, one beside it that has."""
    unit = asked_unit(question) if assessment.evidence else None
    if unit is None:
        return assessment
    best = assessment.evidence[0]
    if _counts(best, unit, question):
        return assessment
    enough = _TELLING * weights.pair_cover(fold(best.text))
    counting = [
        evidence
        for evidence in assessment.evidence
        if evidence.candidate.hit.id == best.candidate.hit.id
        and _counts(evidence, unit, question)
        and weights.pair_cover(fold(evidence.text)) >= enough
    ]
    if not counting:
        return assessment
    chosen = max(counting, key=lambda evidence: weights.pair_cover(fold(evidence.text)))
    rest = [evidence for evidence in assessment.evidence if evidence not in (best, chosen)]
    raised = replace(chosen, probability=best.probability)
    return replace(assessment, evidence=(raised, *rest), short_answer=None)


def asked_unit(question: Understood) -> str | None:
    """The unit that the answer's number has, as `quantities` writes it; None if none is named."""
    if question.type is not QuestionType.HOW_MANY:
        return None
    if _SHARE.search(question.searched):
        return "%"
    if _MONEY.search(question.searched):
        return "元"
    asked = _ASKED.search(question.searched)
    counted = quantities(f"3{asked['unit']}") if asked else iter(())
    return next((quantity.unit for quantity in counted), None)


def _counts(evidence: Evidence, unit: str, question: Understood) -> bool:
    """Whether a sentence gives a quantity of this unit that the question does not give itself."""
    known = {(q.value, q.unit) for q in quantities(question.searched)}
    return any(
        quantity.unit == unit and (quantity.value, quantity.unit) not in known
        for quantity in quantities(fold(evidence.text))
    )
