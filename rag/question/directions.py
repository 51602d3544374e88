"""`增长了多少` is not told by `下降2.5%`: one of them rises, the other falls."""

from __future__ import annotations

import re

from rag.language.text import clause_at, fold

_RISE = "增[长加幅多速至]|上[升涨调]|[提升]高|提升|攀升|回升|扩大"
_FALL = "下[降跌滑调]|减[少幅]|降[低幅至]|回落|缩[减小]|跌幅"
_CHANGE = re.compile(f"(?P<rise>{_RISE})|(?P<fall>{_FALL})")
_NEAR = 8
"""Characters before a figure in which its direction is said."""


def is_of_other_direction(question: str, text: str, start: int) -> bool:
    """Whether a folded question asks for a rise and a figure at `start` of a text is of a fall.

    Or the other way round. A question for both, as `增减多少` or `升了还是降了`, asks for neither.
    """
    asked = {match.lastgroup for match in _CHANGE.finditer(question)}
    if len(asked) != 1:
        return False
    around = clause_at(text, start)
    clause = around.start if around else 0
    before = fold(text[max(clause, start - _NEAR) : start])
    *_, said = (None, *(match.lastgroup for match in _CHANGE.finditer(before)))
    return said is not None and said not in asked
