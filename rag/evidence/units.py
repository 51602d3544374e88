"""The unit that a question wants its number in, and whether a text counts in it."""

from __future__ import annotations

import re

from rag.language.quantities import UNIT, quantities
from rag.language.text import fold
from rag.question.question_types import QuestionType
from rag.question.understanding import ParsedQuestion

_ASKED = re.compile(rf"(?:多少|(?<![哪第好])几|多[大高长远重久宽深])(?P<unit>{UNIT})")
_SHARE = re.compile(r"多[大少]?(?:的)?比[例重率]|几成|百分之[几多]|占比")
_MONEY = re.compile(r"多少钱")


def asked_unit(question: ParsedQuestion) -> str | None:
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


def counts_in(unit: str, text: str, question: ParsedQuestion) -> bool:
    """Whether a text gives a quantity of this unit that the question does not give itself."""
    known = {(q.value, q.unit) for q in quantities(question.searched)}
    return any(
        quantity.unit == unit and (quantity.value, quantity.unit) not in known
        for quantity in quantities(fold(text))
    )
