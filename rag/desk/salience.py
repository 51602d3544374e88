"""How likely a reader would name a sentence, asked what an article is about.

A logistic model over what a sentence looks like and where it stands, fitted on outlines that
readers wrote (`python -m eval.salience_training`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Article, Sentence
from rag.models.logistic import LogisticModel

WEIGHTS = Path(__file__).parents[1] / "data" / "salience.json"
SALIENCE = (
    "place", "first", "opens", "length", "central", "figures", "fragment", "announces", "asks",
    "aside",
)  # fmt: skip
"""Where it stands, 0–1; the very first; first of its paragraph; ln of its length; how like the
whole it is, in standard deviations; numbers in it; no full stop; ends in a colon; asks; in
brackets."""
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_ENDS = re.compile("[。！？!?；;”’」』）)]$")

Matrix = NDArray[np.float64]


def salience(article: Article, sentences: Sequence[Sentence], vectors: Matrix) -> Matrix:
    """Probabilities, shape (sentences,); `vectors` has shape (sentences, dim), unit norm."""
    return _model().probability(features(article, sentences, vectors))


def features(article: Article, sentences: Sequence[Sentence], vectors: Matrix) -> Matrix:
    """Shape (sentences, len(SALIENCE))."""
    whole = vectors.mean(axis=0)
    alike = vectors @ (whole / max(float(np.linalg.norm(whole)), 1e-9))
    central = (alike - alike.mean()) / max(float(alike.std()), 1e-9)
    starts = set(article.paragraph_starts)
    rows = []
    for n, sentence in enumerate(sentences):
        text = article.text[sentence.start : sentence.end].strip()
        rows.append(
            [
                n / len(sentences),
                float(n == 0),
                float(sentence.start in starts),
                math.log(1 + len(text)),
                float(central[n]),
                len(_FIGURE.findall(text)),
                float(_ENDS.search(text) is None),
                float(text.endswith(("：", ":"))),
                float("？" in text or "?" in text),
                float(text.startswith(("（", "("))),
            ]
        )
    return np.asarray(rows, dtype=np.float64).reshape(-1, len(SALIENCE))


@cache
def _model() -> LogisticModel:
    return LogisticModel.of(json.loads(WEIGHTS.read_text(encoding="utf-8")), SALIENCE)
