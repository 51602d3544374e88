"""`python -m eval.tellable_training QUESTIONS…` fits how often what a question asks for is told.

It learns from the rows for training that stand alone, and is measured on `calibrate` and `dev`:
over nothing but the wording, how well questions that their article answers are told from those that
it does not. Figures are printed, no questions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.run_training import Example, fit
from eval.written import WrittenQuestion, read_written
from rag.language.run_model import RunModel
from rag.question.tellable import TOLD, UNTOLD, WEIGHTS, as_kind
from rag.question.understanding import bare_question

app = typer.Typer(add_completion=False, no_args_is_help=True, help="拟合所问的常不常有人说到。")
SEEN, STRENGTH = 8, 2.0


@app.command()
def main(
    questions: Annotated[
        list[Path], typer.Argument(help="人写的问题（JSONL，有答得了和答不了的）")
    ],
    to: Annotated[Path, typer.Option(help="写到哪个文件")] = WEIGHTS,
) -> None:
    """Write `rag/data/tellable.npz`."""
    rows = [row for path in questions for row in read_written(path)]
    parts = {s: examples(r for r in rows if r.split == s) for s in ("train", "calibrate", "dev")}
    model = fit(parts["train"], seen=SEEN, strength=STRENGTH)
    model.write(to)
    for name, part in parts.items():
        sys.stdout.write(f"{name}: {json.dumps(figures(model, part))}\n")


def examples(rows: Iterable[WrittenQuestion]) -> list[Example]:
    """Questions that stand alone, and whether their article answers them."""
    return [
        Example(as_kind(bare_question(row.question)), TOLD if row.answerable else UNTOLD)
        for row in rows
        if not row.history
    ]


def figures(model: RunModel, part: Sequence[Example]) -> dict[str, Any]:
    """How many there are, how many are answered, and the area under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    told = [example.label == TOLD for example in part]
    at = model.labels.index(TOLD)
    chances = [float(model.probabilities(example.text)[at]) for example in part]
    both = any(told) and not all(told)
    return {
        "questions": len(part),
        "told": sum(told),
        "auc": round(float(roc_auc_score(told, chances)), 3) if both else None,
    }


if __name__ == "__main__":
    app()
