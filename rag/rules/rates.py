"""`每斤多少钱` is not told by a price per kilo: what a value is counted by must be what is asked.

Only measures of one kind are set against each other, weights, areas or times: `每户每月` names two.
"""

from __future__ import annotations

import re

from rag.evidence.scorer import Assessment, Evidence
from rag.language.text import fold
from rag.question.question_types import QuestionType
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without

_KINDS = (
    (("公斤", "千克"), ("斤",), ("克",), ("公吨", "吨")),
    (("平方公里",), ("平方米", "平米"), ("公顷",), ("亩",)),
    (("小时", "钟头"), ("天", "日"), ("周", "星期"), ("个月", "月"), ("季度", "季"), ("年",)),
)
"""Measures by kind, each with its names."""
_NAMES = {
    name: (kind, names[0]) for kind, all_ in enumerate(_KINDS) for names in all_ for name in names
}
_ANY = "|".join(sorted(_NAMES, key=len, reverse=True))
_TOLD = re.compile(rf"每一?(?P<per>{_ANY})|(?:元|块|角|分)(?:钱)?(?:/|一)(?P<by>{_ANY})")
_ASKED = re.compile(
    rf"每一?(?P<per>{_ANY})|一(?P<one>{_ANY})(?=多少|几[块元]|要多少|卖多少)|(?:钱|块|元)一(?P<by>{_ANY})"
)


def without_other_rates(
    question: ParsedQuestion, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence that is counted by the measure that is asked for, and the likeliest other."""
    asked = _rates(_ASKED, question.searched) if question.type is QuestionType.HOW_MANY else {}
    if not asked:
        return assessment, None
    return without(assessment, [_missed(asked, e) for e in assessment.evidence])


def _rates(pattern: re.Pattern[str], text: str) -> dict[int, dict[str, str]]:
    """By kind, the measures by which a folded text counts, each as it is written."""
    found: dict[int, dict[str, str]] = {}
    for match in pattern.finditer(text):
        name = next(filter(None, match.groups()))
        kind, measure = _NAMES[name]
        found.setdefault(kind, {}).setdefault(measure, f"每{name}")
    return found


def _missed(asked: dict[int, dict[str, str]], evidence: Evidence) -> NearMiss | None:
    """How a sentence counts by other measures alone; None where it does not, or counts by none."""
    told = _rates(_TOLD, fold(evidence.text))
    for kind, measures in asked.items():
        others = told.get(kind, {})
        if others and not others.keys() & measures.keys():
            asked_per, told_per = (next(iter(some.values())) for some in (measures, others))
            return NearMiss(evidence, asked_per, told_per)
    return None
