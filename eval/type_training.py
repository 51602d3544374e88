"""`python -m eval.type_training QUESTIONS…` fits what tells the type of a question.

It learns from the rows for training, takes the bound of its confidence from `calibrate`, and is
measured on both and on `dev`. Figures are printed, no questions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from eval.run_training import Example
from eval.run_training import fit as learnt
from eval.written import WrittenQuestion, read_written
from rag.language.run_model import RunModel
from rag.models.logistic import log_odds, sigmoid
from rag.question.question_types import WEIGHTS, QuestionType, deciding_pattern, type_by
from rag.question.understanding import bare_question

app = typer.Typer(add_completion=False, no_args_is_help=True, help="拟合问题的类型。")

KINDS = {
    "definition": QuestionType.DEFINITION,
    "who": QuestionType.WHO,
    "when": QuestionType.WHEN,
    "where": QuestionType.WHERE,
    "number": QuestionType.HOW_MANY,
    "list": QuestionType.LIST,
    "why": QuestionType.WHY,
    "how": QuestionType.HOW,
    "yesno": QuestionType.YES_NO,
    "comparison": QuestionType.COMPARISON,
    "opinion": QuestionType.OPINION,
    "what": QuestionType.OTHER,
}
"""The type that each kind of the written questions is. 什么 asks for no form of its own."""
SEEN = 6
"""Questions in which a run must occur to weigh anything."""
STRENGTH = 4.0
"""Inverse of the regularisation. Both are the best on `calibrate` of (6, 15) and (3, 4, 8)."""


@app.command()
def main(
    questions: Annotated[list[Path], typer.Argument(help="人写的问题（JSONL）")],
    to: Annotated[Path, typer.Option(help="写到哪个文件")] = WEIGHTS,
) -> None:
    """Write `rag/data/question_types.npz`."""
    rows = [row for path in questions for row in read_written(path)]
    parts = {s: examples(r for r in rows if r.split == s) for s in ("train", "calibrate", "dev")}
    model = fit(parts["train"], parts["calibrate"])
    model.write(to)
    for name, part in parts.items():
        sys.stdout.write(f"{name}: {json.dumps(figures(model, part))}\n")


def examples(rows: Iterable[WrittenQuestion]) -> list[Example]:
    """Questions that stand alone, as the product types them, and their types."""
    return [
        Example(bare_question(row.question), KINDS[row.kind].value)
        for row in rows
        if not row.history
    ]


def fit(train: Sequence[Example], calibrate: Sequence[Example]) -> RunModel:
    """The model of `train` with the bound of `calibrate`."""
    fitted = learnt(train, seen=SEEN, strength=STRENGTH)
    return replace(fitted, bound=bound_of(fitted, calibrate))


def bound_of(model: RunModel, held_out: Sequence[Example]) -> float:
    """The confidence below which a type of its own is wrong more often than right.

    Read from a logistic curve over the log-odds of the confidence, so that no few questions set it.
    """
    from sklearn.linear_model import LogisticRegression

    typed = [(model.labelled(text), kind) for text, kind in held_out]
    named = [(t.confidence, t.label == kind) for t, kind in typed if t.label != QuestionType.OTHER]
    odds = np.array([[log_odds(confidence)] for confidence, _ in named])
    curve = LogisticRegression(C=1e6).fit(odds, [right for _, right in named])
    return round(float(sigmoid(-curve.intercept_ / curve.coef_[0])[0]), 3)


def figures(model: RunModel, part: Sequence[Example]) -> dict[str, Any]:
    """How many types are right, with and without patterns and bound, and of each kind."""
    alone = [model.labelled(text) for text, _ in part]
    told = [type_by(model, text) for text, _ in part]
    truth = [QuestionType(label) for _, label in part]
    return {
        "questions": len(part),
        "learnt alone": _share([QuestionType(typed.label) for typed in alone], truth),
        "right": _share(told, truth),
        "unsure": round(sum(t.confidence < model.bound for t in alone) / len(part), 3),
        "patterns": _worth_of_patterns(model, part),
        "recall": {
            kind.value: _share([t for t, k in zip(told, truth, strict=True) if k == kind], kind)
            for kind in dict.fromkeys(truth)
        },
    }


def _worth_of_patterns(model: RunModel, part: Sequence[Example]) -> dict[str, str]:
    """How many of those that a pattern decides it types rightly : and the model alone / in all."""
    told: dict[str, list[tuple[bool, bool]]] = {}
    for bare, kind in part:
        if deciding := deciding_pattern(bare, "types"):
            right = deciding.type == kind, model.labelled(bare).label == kind
            told.setdefault(f"{deciding.type}: {deciding.pattern.pattern[:12]}…", []).append(right)
    return {
        name: f"{sum(a for a, _ in rights)} : {sum(b for _, b in rights)} / {len(rights)}"
        for name, rights in sorted(told.items())
    }


def _share(told: Sequence[QuestionType], truth: Sequence[QuestionType] | QuestionType) -> float:
    wanted = [truth] * len(told) if isinstance(truth, QuestionType) else truth
    return round(sum(map(QuestionType.__eq__, told, wanted)) / len(told), 3)


if __name__ == "__main__":
    app()
