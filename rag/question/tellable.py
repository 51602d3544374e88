"""How often articles tell what a question asks for, by its wording alone, as a model learnt it.

A price, a reason, what somebody thought of it: articles mention many a thing without these, and the
sentence that mentions it reads like an answer. The decision weighs this with all that was read.
`python -m eval.tellable_training` fits it on questions that people wrote from articles, more than a
third of which these do not answer.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from rag.language.run_model import RunModel
from rag.language.text import name_spans
from rag.models.logistic import log_odds

WEIGHTS = Path(__file__).parents[1] / "data" / "tellable.npz"
TOLD, UNTOLD = "told", "untold"

_A_NAME, _A_NUMBER = "\ue000", "\ue002"
_NUMBERS = re.compile(r"\d[\d.,]{0,15}")


def told_odds(bare: str) -> float:
    """Log-odds that articles tell what a folded question without end marks asks for."""
    model = _bundled()
    return log_odds(float(model.probabilities(as_kind(bare))[model.labels.index(TOLD)]))


def as_kind(bare: str) -> str:
    """The question as it is learnt: a mark for every name and for every number.

    Whom and what it is about says nothing of whether that is told.
    """
    text, at = "", 0
    for name in name_spans(bare):
        text += bare[at : name.start] + _A_NAME
        at = name.end
    return _NUMBERS.sub(_A_NUMBER, text + bare[at:])


@cache
def _bundled() -> RunModel:
    return RunModel.read(WEIGHTS)
