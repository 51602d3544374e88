"""`python -m eval.leaning_training CONVERSATIONS QUESTIONS…` fits what tells that a question leans.

Later questions of conversations lean, but for those that begin another matter; those of the other
files stand alone. Figures are printed, no questions.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.run_training import Example, fit
from eval.written import WrittenQuestion, read_written
from rag.language.run_model import RunModel
from rag.question.leaning import LEANS, WEIGHTS, WHOLE, marked
from rag.question.understanding import bare_question

app = typer.Typer(add_completion=False, no_args_is_help=True, help="拟合问题是否承接上文。")
SEEN, STRENGTH = 2, 8.0
NEW_TOPIC = "new_topic"
_SHARE = 2
"""So many questions that stand alone for each that leans."""


@app.command()
def main(
    conversations: Annotated[Path, typer.Argument(help="对话里的问题（JSONL，有 turn）")],
    questions: Annotated[list[Path], typer.Argument(help="单独的问题（JSONL）")],
    to: Annotated[Path, typer.Option(help="写到哪个文件")] = WEIGHTS,
) -> None:
    """Write `rag/data/leaning.npz`."""
    rows = read_written(conversations)
    alone = [row for path in questions for row in read_written(path)]
    parts = {s: examples(rows, alone, s) for s in ("train", "calibrate", "dev")}
    model = fit(parts["train"], seen=SEEN, strength=STRENGTH, balanced=True)
    model.write(to)
    for name, part in parts.items():
        sys.stdout.write(f"{name}: {json.dumps(figures(model, part))}\n")


def examples(
    rows: Sequence[WrittenQuestion], alone: Iterable[WrittenQuestion], split: str
) -> list[Example]:
    """The questions of a split, and whether they lean."""
    told = [
        Example(marked(bare_question(row.question)), LEANS if leaning(row) else WHOLE)
        for row in rows
        if row.split == split
    ]
    whole = [marked(bare_question(row.question)) for row in alone if row.split == split]
    chance = random.Random(len(whole))  # noqa: S311 - not for secrets
    wanted = _SHARE * sum(example.label == LEANS for example in told)
    return told + [Example(q, WHOLE) for q in chance.sample(whole, min(wanted, len(whole)))]


def leaning(row: WrittenQuestion) -> bool:
    """Whether a written question cannot be asked alone."""
    return bool(row.history) and row.turn != NEW_TOPIC


def figures(model: RunModel, part: Sequence[Example]) -> dict[str, Any]:
    """Shares 0–1: of those that lean and that do not, how many are told as what they are."""
    told = [(model.labelled(text).label, label) for text, label in part]
    right = {kind: [t == kind for t, label in told if label == kind] for kind in (LEANS, WHOLE)}
    shares = {kind: round(sum(some) / max(len(some), 1), 3) for kind, some in right.items()}
    return {"questions": len(part), **shares}


if __name__ == "__main__":
    app()
