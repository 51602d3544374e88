"""`python -m eval.evidence_training features|decision QUESTIONS… --articles … --squad …`.

`features` is fitted on questions for training, `decision` on those that the reader was not trained
on (`calibrate`); both are checked on `dev`. Figures are printed, no texts.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.evidence_training.cases import Case, cases, finder
from eval.evidence_training.fitting import model_record
from eval.evidence_training.material import Material, Wanted, some_removed
from rag.logistic import LogisticModel
from rag.reader import READER

app = typer.Typer(add_completion=False, no_args_is_help=True, help="拟合证据的权重。")
FEATURES = Path(__file__).parents[2] / "rag" / "data" / "features.json"
SEED = 41

Questions = Annotated[list[Path], typer.Argument(help="人写的问题（JSONL）")]
Articles = Annotated[list[Path], typer.Option(help="问题所据的文章（JSONL）")]
Squad = Annotated[list[Path], typer.Option(help="SQuAD 格式的问题集")]
Each = Annotated[int, typer.Option(help="训练用的各问题集取多少题")]
Others = Annotated[int, typer.Option(help="另取多少篇没有问题的文章作干扰")]
Cache = Annotated[Path, typer.Option(help="存向量库的目录")]


@app.command(help="只凭特征时的权重。")
def features(
    questions: Questions,
    *,
    articles: Articles,
    squad: Squad,
    each: Each = 1_200,
    others: Others = 1_500,
    removed: Annotated[float, typer.Option(help="抽走原文的比例")] = 0.2,
    cache: Cache = Path(".youju/benchmarks"),
) -> None:
    """Write `rag/data/features.json`."""
    from eval.evidence_training.features import MeasuredCase, feature_figures, fit_features

    material = _some_to_train(Material.read(questions, articles, squad), each)
    fitted = some_removed(material.of("train"), removed, SEED)
    asked = [*fitted, *material.of("dev")]
    found = [MeasuredCase.of(case) for case in _cases(material, asked, others, cache)]
    made = [one for one in found if one]
    train = [one for one in made if one.case.wanted.split == "train"]
    check = [one for one in made if one.case.wanted.split == "dev"]
    models = fit_features(train)
    figures = {"train": feature_figures(*models, train), "dev": feature_figures(*models, check)}
    _write(FEATURES, datetime.now(UTC).strftime("%Y-%m-%d"), fitted, models, figures)


@app.command(help="特征与阅读合在一起的权重，存在阅读模型旁边。")
def decision(
    questions: Questions,
    *,
    articles: Articles,
    squad: Squad,
    each: Each = 1_200,
    reader: Annotated[Path, typer.Option(help="阅读模型的目录")] = READER,
    others: Others = 1_500,
    removed: Annotated[float, typer.Option(help="抽走原文的比例")] = 0.15,
    cache: Cache = Path(".youju/benchmarks"),
) -> None:
    """Write `decision.json` beside the reader."""
    from eval.evidence_training.decision import ReadCase, decision_figures, fit_decision
    from rag.decision import DECISION, UNFITTED
    from rag.evidence import FeatureScorer
    from rag.reader import Reader
    from rag.reading import ReaderScorer
    from rag.settings import AnswerSettings

    material = _some_to_train(Material.read(questions, articles, squad), each)
    fitted = some_removed(material.of("calibrate"), removed, SEED)
    asked = [*fitted, *material.of("dev")]
    scorer = ReaderScorer(Reader.open(reader), FeatureScorer.bundled(), UNFITTED, AnswerSettings())
    found = [ReadCase.of(case, scorer) for case in _cases(material, asked, others, cache)]
    made = [one for one in found if one]
    fit = [one for one in made if one.case.wanted.split == "calibrate"]
    check = [one for one in made if one.case.wanted.split == "dev"]
    models = fit_decision(fit)
    figures = {"fitted": decision_figures(*models, fit), "dev": decision_figures(*models, check)}
    version = datetime.now(UTC).strftime("decision-%Y-%m-%d")
    _write(reader / DECISION, version, fitted, models, figures)


def _cases(material: Material, wanted: Sequence[Wanted], others: int, cache: Path) -> list[Case]:
    from eval.corpora import embedder_of
    from rag.settings import Settings

    embedder = embedder_of(Settings())
    with finder(material.library(others), embedder, cache, _progress) as retriever:
        return list(cases(wanted, retriever, embedder))


def _some_to_train(material: Material, each: int) -> Material:
    """At most `each` questions for training of every file, and all others."""
    chance = random.Random(SEED)  # noqa: S311 - not for secrets
    by_file: dict[str, list[Wanted]] = {}
    for one in material.of("train"):
        by_file.setdefault(one.group.partition(",")[0], []).append(one)
    some = [chance.sample(items, min(each, len(items))) for items in by_file.values()]
    others = [one for one in material.wanted if one.split != "train"]
    return replace(material, wanted=[one for items in some for one in items] + others)


def _write(
    path: Path,
    version: str,
    fitted: Sequence[Wanted],
    models: tuple[LogisticModel, LogisticModel],
    figures: dict[str, Any],
) -> None:
    record = {
        "version": version,
        "fitted_on": dict(sorted(Counter(one.group for one in fitted).items())),
        "figures": figures,
        "sentences": model_record(models[0]),
        "questions": model_record(models[1]),
    }
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for split, groups in figures.items():
        for group, values in groups.items():
            sys.stdout.write(f"{split} · {group}: {json.dumps(values)}\n")


def _progress(done: int, total: int) -> None:
    if done % 512 == 0 or done == total:
        sys.stderr.write(f"{done}/{total}\n")


if __name__ == "__main__":
    app()
