"""What kind of answer a question wants, as a model learnt it from questions that people wrote.

`python -m eval.type_training` fits it, and says what each pattern of `questions.toml` that decides
before it is worth. It has seen Chinese only; a question without a Han character is typed by
patterns alone.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rag.language.run_model import RunModel
from rag.language.text import has_han
from rag.question.question_data import question_data

WEIGHTS = Path(__file__).parents[1] / "data" / "question_types.npz"


class QuestionType(StrEnum):
    """What kind of answer is wanted."""

    DEFINITION = "definition"
    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    HOW_MANY = "how_many"
    LIST = "list"
    WHY = "why"
    HOW = "how"
    YES_NO = "yes_no"
    COMPARISON = "comparison"
    OPINION = "opinion"
    OTHER = "other"


def question_type(bare: str) -> QuestionType:
    """The type of a folded question without its end marks; `OTHER` where none is likely enough."""
    return type_by(_bundled(), bare)


def type_by(model: RunModel, bare: str) -> QuestionType:
    """The type that a pattern decides, else the likeliest of a model, else `OTHER`."""
    foreign = not has_han(bare)
    decided = deciding_pattern(bare, "foreign_types" if foreign else "types")
    if decided or foreign:
        return decided.type if decided else QuestionType.OTHER
    label, confidence = model.labelled(bare)
    return QuestionType(label) if confidence >= model.bound else QuestionType.OTHER


@cache
def _bundled() -> RunModel:
    return RunModel.read(WEIGHTS)


class TypePattern(NamedTuple):
    """A pattern, and the type of the questions that have it."""

    type: QuestionType
    pattern: re.Pattern[str]


def deciding_pattern(bare: str, section: str) -> TypePattern | None:
    """The first pattern of a section of `questions.toml` that occurs in a folded question."""
    return next((each for each in _patterns(section) if each.pattern.search(bare)), None)


@cache
def _patterns(section: str) -> tuple[TypePattern, ...]:
    return tuple(
        TypePattern(QuestionType(entry["type"]), re.compile(entry["pattern"]))
        for entry in question_data()[section]
    )
