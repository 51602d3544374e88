"""What kind of answer a question wants, as a model learnt it from questions that people wrote.

A softmax over runs of characters: those anywhere in the question, and those at its start and its
end, where Chinese asks. `python -m eval.type_training` fits it, and says what each pattern of
`questions.toml` that decides before it is worth. It has seen Chinese only; a question without a Han
character is typed by patterns alone.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.language.text import has_han, windows
from rag.question.question_data import question_data

WEIGHTS = Path(__file__).parents[1] / "data" / "question_types.npz"
_ANYWHERE, _AT_AN_END = range(1, 5), range(1, 7)
"""Characters in a run."""


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


class Typed(NamedTuple):
    """The likeliest type, and its probability."""

    type: QuestionType
    confidence: float


def question_type(bare: str) -> QuestionType:
    """The type of a folded question without its end marks; `OTHER` where none is likely enough."""
    return TypeModel.bundled().type_of(bare)


def runs_of(bare: str) -> set[int]:
    """Hashes of the runs of characters in a folded question: anywhere, at its start, at its end."""
    return {zlib.crc32(run.encode("utf-8", "replace")) for run in _runs(bare)}


def _runs(bare: str) -> Iterator[str]:
    for size in _ANYWHERE:
        yield from windows(bare, size)
    for size in _AT_AN_END:
        if len(bare) >= size:
            yield f"\n{bare[:size]}"
            yield f"{bare[-size:]}\n"


@dataclass(frozen=True)
class TypeModel:
    """P(type) = softmax(bias + mean weight of the known runs · √their number).

    Attributes:
        types: shape (t,) of names.
        runs: hashes that weigh something, ascending, shape (n,).
        weights: shape (n, t), in steps of `scale`.
        scale, bias: shape (t,).
        bound: the confidence below which a type is rather wrong than right.
    """

    types: tuple[QuestionType, ...]
    runs: NDArray[np.uint32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    bound: float

    @staticmethod
    @cache
    def bundled() -> TypeModel:
        """The model that comes with the program."""
        return TypeModel.read(WEIGHTS)

    @classmethod
    def read(cls, path: Path) -> TypeModel:
        """What `write` wrote.

        Raises:
            OSError, ValueError, KeyError: it is not there, or is no such file.
        """
        with np.load(path, allow_pickle=False) as kept:
            types = tuple(QuestionType(str(name)) for name in kept["types"])
            return cls(
                types,
                runs=kept["runs"],
                weights=kept["weights"],
                scale=kept["scale"],
                bias=kept["bias"],
                bound=float(kept["bound"]),
            )

    def write(self, path: Path) -> None:
        """Keep it, in a file that is the same for the same weights."""
        np.savez_compressed(
            path,
            types=np.array([kind.value for kind in self.types]),
            runs=self.runs,
            weights=self.weights,
            scale=self.scale,
            bias=self.bias,
            bound=np.float64(self.bound),
        )

    def bounded(self, bound: float) -> TypeModel:
        """The same with another bound."""
        return replace(self, bound=bound)

    def typed(self, bare: str) -> Typed:
        """The likeliest type of a folded question without its end marks."""
        chances = self.probabilities(bare)
        best = int(np.argmax(chances))
        return Typed(self.types[best], float(chances[best]))

    def type_of(self, bare: str) -> QuestionType:
        """The type that a pattern decides, else the likeliest, else `OTHER`."""
        foreign = not has_han(bare)
        decided = deciding_pattern(bare, "foreign_types" if foreign else "types")
        if decided or foreign:
            return decided.type if decided else QuestionType.OTHER
        typed = self.typed(bare)
        return typed.type if typed.confidence >= self.bound else QuestionType.OTHER

    def probabilities(self, bare: str) -> NDArray[np.float64]:
        """Of each type, shape (t,)."""
        wanted = np.array(sorted(runs_of(bare)), dtype=np.uint32)
        places = np.searchsorted(self.runs, wanted)
        inside = places < len(self.runs)
        known = places[inside][self.runs[places[inside]] == wanted[inside]]
        summed = self.weights[known].sum(axis=0, dtype=np.int64)  # exact on every machine
        logits = self.bias + summed * self.scale / np.sqrt(max(len(known), 1))
        shares = np.exp(logits - logits.max())
        return np.asarray(shares / shares.sum(), dtype=np.float64)


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
