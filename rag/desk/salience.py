"""How likely a reader would name a sentence, asked what an article is about.

A logistic model over what a sentence looks like and where it stands, fitted on outlines that
readers wrote (`python -m eval.salience_training`).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Article, Sentence
from rag.models.logistic import LogisticModel

WEIGHTS = Path(__file__).parents[1] / "data" / "salience.json"
SALIENCE = (
    "place", "place_squared", "last", "opens", "closes", "beside", "length", "commas", "central",
    "like_first", "common", "figures", "numbered", "fragment", "announces", "asks", "aside",
)  # fmt: skip
"""Where it stands, 0–1, and that squared; the very last; first of its paragraph, last of several
there; ln of how many stand there; ln of its length; commas; how like the whole it is, and how like
the first, in standard deviations; how often its words occur, mean ln; numbers in it; 第 at its
head; no full stop; ends in a colon; asks; in brackets."""
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_COMMA = re.compile("[，,]")
_HEAD = 6
"""Characters at whose head 第一条 stands."""
_ENDS = re.compile("[。！？!?；;”’」』）)]$")

Matrix = NDArray[np.float64]


def salience(article: Article, sentences: Sequence[Sentence], vectors: Matrix) -> Matrix:
    """Probabilities, shape (sentences,); `vectors` has shape (sentences, dim), unit norm."""
    return _model().probability(features(article, sentences, vectors))


def features(article: Article, sentences: Sequence[Sentence], vectors: Matrix) -> Matrix:
    """Shape (sentences, len(SALIENCE))."""
    texts = [article.text[sentence.start : sentence.end].strip() for sentence in sentences]
    places = np.arange(len(texts)) / max(len(texts), 1)
    columns = [
        places,
        places**2,
        np.arange(len(texts)) == len(texts) - 1,
        *_in_paragraphs([sentence.paragraph for sentence in sentences]),
        [math.log(1 + len(text)) for text in texts],
        [len(_COMMA.findall(text)) for text in texts],
        _standard(vectors @ vectors.mean(axis=0)),
        _standard(vectors @ vectors[0]),
        _commonness(texts),
        [len(_FIGURE.findall(text)) for text in texts],
        ["第" in text[:_HEAD] for text in texts],
        [_ENDS.search(text) is None for text in texts],
        [text.endswith(("：", ":")) for text in texts],
        ["？" in text or "?" in text for text in texts],
        [text.startswith(("（", "(")) for text in texts],
    ]
    return np.asarray(columns, dtype=np.float64).T.reshape(-1, len(SALIENCE))


def _in_paragraphs(numbers: Sequence[int]) -> tuple[list[bool], list[bool], list[float]]:
    """Of each sentence, by its paragraph: first of it, last of several, ln of how many."""
    held = Counter(numbers)
    first = [n != before for n, before in zip(numbers, [None, *numbers], strict=False)]
    last = [n != after for n, after in zip(numbers, [*numbers[1:], None], strict=True)]
    closes = [ends and held[n] > 1 for n, ends in zip(numbers, last, strict=True)]
    return first, closes, [math.log(held[n]) for n in numbers]


def _commonness(texts: Sequence[str]) -> list[float]:
    """Mean ln of how often a sentence's words of two characters and more occur in all of them."""
    import rjieba

    words = [{w for w in rjieba.cut(text) if len(w) > 1 and w[0].isalpha()} for text in texts]
    held = Counter(word for those in words for word in those)
    return [sum(math.log(1 + held[w]) for w in those) / max(len(those), 1) for those in words]


def _standard(values: Matrix) -> Matrix:
    """In standard deviations from the mean."""
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-9))


@cache
def _model() -> LogisticModel:
    return LogisticModel.of(json.loads(WEIGHTS.read_text(encoding="utf-8")), SALIENCE)
