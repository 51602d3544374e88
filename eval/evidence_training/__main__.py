"""`python -m eval.evidence_training DATA`: fit, calibrate, say how well, write the weights.

Half of the training passages' questions are fitted on, a quarter chooses the strength of
regularisation, a quarter calibrates the question model and reports.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, log_loss, roc_auc_score
from sklearn.preprocessing import StandardScaler

from eval.corpora import articles_of_squad, distractors_of, embedder_of, library_of
from eval.evidence_training.examples import Example, examples
from eval.squad import read_squad
from rag.features import QUESTION_FEATURES, SENTENCE_FEATURES, question_features
from rag.library import Library
from rag.logistic import LogisticModel
from rag.settings import Settings

TRAINING = "train/cmrc2018_train_pseudo_evidence.json.gz"
NEWS = "news/crud_news_10000.jsonl.gz"
NEWS_FROM, NEWS_TO = 6000, 8000  # benchmarks use the first ones
QUESTIONS = 6000
SEED = 7
TARGET = Path(__file__).parents[2] / "rag" / "data" / "features.json"

Features = NDArray[np.float64]


def main(data: Path, cache: Path) -> None:
    """Fit on `data`, keep the embedded library in `cache`, write the weights file."""
    settings = Settings()
    embedder = embedder_of(settings)
    squad = read_squad(data / TRAINING)
    news = list(islice(distractors_of([data / NEWS], NEWS_TO), NEWS_FROM, None))
    articles = articles_of_squad(squad) + news
    chosen = random.Random(SEED).sample(squad.questions, QUESTIONS)  # noqa: S311
    with (
        library_of(articles, embedder, settings, cache, _progress) as root,
        Library.open(root) as library,
    ):
        made = list(
            examples(squad, chosen, library, embedder, settings, seed=SEED, progress=_progress)
        )
    fitted, chosen_on, held = (
        made[: QUESTIONS // 2],
        made[QUESTIONS // 2 : QUESTIONS * 3 // 4],
        made[QUESTIONS * 3 // 4 :],
    )
    sentences, sentence_figures = fit_sentences(fitted, chosen_on)
    questions, question_figures = fit_questions(sentences, fitted, chosen_on, held)
    record = {
        "version": datetime.now(UTC).strftime("%Y-%m-%d"),
        "trained_on": {"questions": QUESTIONS, "seed": SEED, "documents": len(articles)},
        "figures": {**sentence_figures, **question_figures},
        "sentences": _record(sentences),
        "questions": _record(questions),
    }
    TARGET.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def fit_sentences(
    fitted: Sequence[Example], chosen_on: Sequence[Example]
) -> tuple[LogisticModel, dict[str, float]]:
    """The sentence model, with the share of questions whose best sentence is gold."""
    features, labels = _sentences(fitted)
    models = [_fit(features, labels, SENTENCE_FEATURES, c) for c in (0.01, 0.1, 1.0, 10.0)]
    best = max(models, key=lambda model: top_share(model, chosen_on))
    return best, {"top_sentence_is_gold": round(top_share(best, chosen_on), 4)}


def fit_questions(
    sentences: LogisticModel,
    fitted: Sequence[Example],
    chosen_on: Sequence[Example],
    held: Sequence[Example],
) -> tuple[LogisticModel, dict[str, float]]:
    """The question model, calibrated so that 0.5 balances both kinds of error, and its figures."""
    features, labels = _questions(sentences, fitted)
    check_features, check_labels = _questions(sentences, chosen_on)
    models = [_fit(features, labels, QUESTION_FEATURES, c) for c in (0.01, 0.1, 1.0)]
    best = min(models, key=lambda m: log_loss(check_labels, m.probability(check_features)))
    held_features, held_labels = _questions(sentences, held)
    probability = best.probability(held_features)
    return best, {
        "auc": round(float(roc_auc_score(held_labels, probability)), 4),
        "balanced_accuracy": round(
            float(balanced_accuracy_score(held_labels, probability >= 0.5)), 4
        ),
    }


def top_share(model: LogisticModel, made: Sequence[Example]) -> float:
    """Of the questions whose gold sentence is among the candidates: is it the best one?"""
    hits = [
        example.gold[int(np.argmax(model.log_odds(example.measured.matrix)))] == 1
        for example in made
        if (example.gold == 1).any()
    ]
    return float(np.mean(hits))


def _sentences(made: Sequence[Example]) -> tuple[Features, NDArray[np.int8]]:
    used = [example for example in made if (example.gold == 1).any()]
    features = np.vstack([example.measured.matrix for example in used])
    labels = np.concatenate([example.gold for example in used])
    return features[labels >= 0], labels[labels >= 0]


def _questions(
    sentences: LogisticModel, made: Sequence[Example]
) -> tuple[Features, NDArray[np.int8]]:
    rows = [
        question_features(
            example.understood, example.measured, sentences.log_odds(example.measured.matrix)
        )
        for example in made
    ]
    return np.vstack(rows), np.asarray([example.present for example in made], dtype=np.int8)


def _fit(
    features: Features, labels: NDArray[np.int8], names: tuple[str, ...], strength: float
) -> LogisticModel:
    """Logistic regression on standardised features, its weights in the features' own units."""
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit(scaler.transform(features), labels)
    coefficients = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - coefficients @ scaler.mean_)
    return LogisticModel(names, coefficients, bias)


def _record(model: LogisticModel) -> dict[str, Any]:
    weights = dict(zip(model.names, map(float, model.coefficients), strict=True))
    return {"bias": round(model.bias, 5), "weights": {k: round(v, 5) for k, v in weights.items()}}


def _progress(done: int, total: int) -> None:
    if done % 500 == 0 or done == total:
        sys.stderr.write(f"{done}/{total}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else ".youju/benchmarks"))
