"""Whether a question leans on the ones before it, as a model learnt it from conversations.

`python -m eval.leaning_training` fits it: `公的呢`, `为什么`, `工期多久` against what can be asked
over any library. Whether what it leans on was asked is not its business.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from rag.language.names import PLACE_UNITS
from rag.language.run_model import RunModel
from rag.language.text import has_han, name_spans, parts, tagged
from rag.question.question_types import QuestionType, question_type

WEIGHTS = Path(__file__).parents[1] / "data" / "leaning.npz"
LEANS, WHOLE = "leans", "whole"


_POINTS = re.compile("[其它他她这那该](?!他)")
_PLACED = ("ns", "nt", "nz")
_ASKS_WHO = re.compile("是(?:谁|什么)")
_A_NAME, _LENGTH = "\ue000", "\ue001"
_STEP, _LONG = 3, 8
"""Characters that make a mark of length, and the most marks."""
_BOUND, _CLEAR = 0.6, 0.85


def leans(bare: str) -> bool:
    """Whether a folded question without its end marks says less than it asks.

    What it learnt from is Chinese; a question in other letters stands alone, and so does one for
    what a word means, which names it, unless it points: `其职务是什么`.
    """
    if not has_han(bare) or (_POINTS.match(bare) and _begins_with_name(bare)):
        return False
    if question_type(bare) is QuestionType.DEFINITION and not _POINTS.match(bare):
        return False
    return _chance(bare) > _BOUND


def clearly_leans(bare: str) -> bool:
    """Whether such a question hardly ever stands alone: `工期多久`, unlike `护工拿多少钱`."""
    return _POINTS.match(bare) is not None or _chance(bare) > _CLEAR


def _chance(bare: str) -> float:
    model = _bundled()
    return float(model.probabilities(marked(bare))[model.labels.index(LEANS)])


def _begins_with_name(bare: str) -> bool:
    """Whether what looks like a word that points begins a name: 那曲, 该隐.

    该 points to the noun after it; before a verb it says what ought to be.
    """
    (word, tag), *others = tagged(bare)
    if word == "该":
        noun = bool(others) and others[0][1].startswith("n")
        return not noun and _ASKS_WHO.search(bare) is not None
    placed = tag.startswith(_PLACED) and word[1:] not in PLACE_UNITS and parts(bare)[0] == word
    return placed or tag == "nr"  # other words are guessed too often


def marked(bare: str) -> str:
    """The question as it is learnt: a mark for every name, whoever that is, and one for its length.

    `桥` and `青石湾大桥` differ in that: who names a thing can be understood alone.
    """
    text, at = "", 0
    for name in name_spans(bare):
        text += bare[at : name.start] + _A_NAME
        at = name.end
    return f"{text}{bare[at:]}\n{_LENGTH * min(len(bare) // _STEP, _LONG)}"


@cache
def _bundled() -> RunModel:
    return RunModel.read(WEIGHTS)
