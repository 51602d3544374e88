"""Fit `ingest/seams/stitching.json` on newspaper pages printed from news articles.

Usage: python -m scripts.train_stitching NEWS.jsonl.gz
       python -m scripts.train_stitching NEWS.jsonl.gz --topic --pages 1300 --seed 101 --fits 3

Only the first four fifths of the file are used. Characters are counted on three quarters of that
and pages are printed from the rest, so that the weights see the statistics at work on text that
they were not counted on. Pages are read as `ingest` reads them. The last fifth of the pages
calibrates the confidences.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from eval.layouts import Layout
from eval.news_pages import read_news, training_part
from eval.stirred_pages import StirredPage, stir_page
from ingest.lines.lines import read_lines
from ingest.pages.segmentation import read_blocks
from ingest.seams.fragments import allowed_links, flow_of, pieces_of
from ingest.seams.page_features import PAGE_NAMES, PAGE_TOPIC_NAMES, TopicVectors, page_features
from ingest.seams.pair_model import (
    PairModel,
    Vector,
    assign,
    best_detours,
    pair_model,
    write_model,
)
from ingest.seams.seam_features import Mask, Matrix, closed_ends
from ingest.seams.seams import SeamStatistics
from rag.data_model.documents import Span
from rag.models.embedding import Embedder
from scripts.train_seams import count

_DECAY = 2.0
_TOPIC_HIDDEN = 8


@dataclass(frozen=True)
class Example:
    """A page's features and which pairs are true links."""

    values: Matrix
    allowed: Mask
    closed: Mask
    truth: Mask


@dataclass(frozen=True)
class Pairs:
    """The allowed pairs of many pages; `ends` and `begins` say which softmax each is part of."""

    values: Matrix
    ends: NDArray[np.int64]
    begins: NDArray[np.int64]
    truth: Mask
    groups: int


def make_example(
    page: StirredPage, statistics: SeamStatistics, embedder: Embedder | None
) -> Example | None:
    """The pairs of a page's pieces that its marks leave open; None for a page without any."""
    blocks = read_blocks(read_lines(page.text))
    pieces = pieces_of(blocks)
    if len(pieces) < 2:
        return None
    allowed = allowed_links(pieces, stirred=True)
    truth = true_links(page, [blocks[n].spans for n in flow_of(blocks)])
    topics = TopicVectors(embedder) if embedder else None
    values = page_features(pieces, allowed, statistics, topics)
    closed = closed_ends([piece.text for piece in pieces])
    return Example(values, allowed, closed, truth & allowed)


def true_links(page: StirredPage, spans: Sequence[tuple[Span, ...]]) -> Mask:
    """Which piece each piece really goes on in: the next one of its article on the page."""
    begins = [page.origin(own[0].start) for own in spans]
    ends = [page.origin(own[-1].end - 1) for own in spans]
    truth = np.zeros((len(spans), len(spans)), dtype=bool)
    for n, end in enumerate(ends):
        following = [
            (begin[1], k)
            for k, begin in enumerate(begins)
            if begin and end and k > n and begin[0] == end[0] and begin[1] > end[1]
        ]
        if following:
            truth[n, min(following)[1]] = True
    return truth


def pairs_of(examples: Sequence[Example]) -> Pairs:
    """Flatten pages into pairs."""
    values, ends, begins, truth, offset = [], [], [], [], 0
    for example in examples:
        rows, columns = np.nonzero(example.allowed)
        values.append(example.values[rows, columns])
        ends.append(rows + offset)
        begins.append(columns + offset)
        truth.append(example.truth[rows, columns])
        offset += len(example.allowed)
    return Pairs(
        np.concatenate(values),
        np.concatenate(ends),
        np.concatenate(begins),
        np.concatenate(truth),
        groups=offset,
    )


def fit(pairs: Pairs, hidden: int, seed: int, steps: int, past: int = 0) -> PairModel:
    """Least cross-entropy of both softmaxes, with weight decay, by L-BFGS.

    The last `past` features go past the hidden layer: they have direct weights alone.
    """
    mean, scale = pairs.values.mean(axis=0), pairs.values.std(axis=0) + 1e-9
    values = (pairs.values - mean) / scale
    width = values.shape[1]
    shapes = [(width, hidden), (hidden,), (hidden,), (width,), (1,)]
    borders = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]

    def unpack(weights: Vector) -> list[Vector]:
        return [
            part.reshape(shape)
            for part, shape in zip(np.split(weights, borders), shapes, strict=True)
        ]

    held = np.ones(sum(int(np.prod(shape)) for shape in shapes))
    held[(width - past) * hidden : width * hidden] = 0.0

    def loss(weights: Vector) -> tuple[float, Vector]:
        first, first_bias, second, direct, bias = unpack(weights * held)
        layer = np.tanh(values @ first + first_bias)
        scores = layer @ second + values @ direct + bias[0]
        error = np.zeros_like(scores)
        total = 0.0
        for groups in (pairs.ends, pairs.begins):
            part, slope = _cross_entropy(scores, groups, pairs.truth, pairs.groups)
            total += part
            error += slope
        back = np.outer(error, second) * (1.0 - layer**2)
        slopes = [values.T @ back, back.sum(0), layer.T @ error, values.T @ error, [error.sum()]]
        gradient = np.concatenate([np.ravel(slope) for slope in slopes]) + _DECAY * weights
        gradient *= held
        return total + _DECAY * float(weights @ weights) / 2, gradient

    start = np.random.default_rng(seed).normal(0, 0.15, len(held)) * held
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps})
    first, first_bias, second, direct, bias = unpack(best.x)
    print(f"loss per end {best.fun / pairs.groups:.4f} after {best.nit} steps")
    return PairModel(
        features=(*PAGE_NAMES, *PAGE_TOPIC_NAMES)[:width],
        hidden=tuple(map(tuple, (first / scale[:, None]).round(5).tolist())),
        hidden_bias=tuple((first_bias - (mean / scale) @ first).round(5).tolist()),
        output=tuple(second.round(5).tolist()),
        direct=tuple((direct / scale).round(5).tolist()),
        bias=round(float(bias[0] - (mean / scale) @ direct), 5),
    )


def averaged(models: Sequence[PairModel]) -> PairModel:
    """One network whose score is the mean of those of `models`."""
    many = len(models)

    def mean(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
        return tuple(np.mean(rows, axis=0).round(5).tolist())

    return replace(
        models[0],
        hidden=tuple(
            sum(rows, ()) for rows in zip(*(model.hidden for model in models), strict=True)
        ),
        hidden_bias=sum((model.hidden_bias for model in models), ()),
        output=tuple(round(value / many, 5) for model in models for value in model.output),
        direct=mean([model.direct for model in models]),
        bias=round(float(np.mean([model.bias for model in models])), 5),
    )


def _cross_entropy(
    scores: Vector, groups: NDArray[np.int64], truth: Mask, many: int
) -> tuple[float, Vector]:
    """Of the softmax within each group, in which "none" has score 0; and its slope."""
    top = np.zeros(many)
    np.maximum.at(top, groups, scores)
    weights = np.exp(scores - top[groups])
    whole = np.bincount(groups, weights, many) + np.exp(-top)
    chosen = np.bincount(groups, np.where(truth, scores, 0.0), many)
    total = float((np.log(whole) + top - chosen).sum())
    return total, weights / whole[groups] - truth


def fit_topic(base: PairModel, examples: Sequence[Example], hidden: int, seed: int) -> PairModel:
    """`base` with a few hidden units more, which see all features and the base's own score.

    Pages with embeddings are costly, so that there are too few of them to fit everything anew.
    """
    width = len(PAGE_NAMES) + len(PAGE_TOPIC_NAMES)

    def reduced(example: Example) -> Example:
        scores = base.scores(example.values[..., : len(PAGE_NAMES)])
        values = np.concatenate([example.values, scores[..., None]], axis=-1)
        return replace(example, values=values)

    more = fit(
        pairs_of([reduced(example) for example in examples]), hidden, seed, steps=300, past=1
    )
    return _widened(base, more, width)


def _widened(base: PairModel, more: PairModel, width: int) -> PairModel:
    """`more` of (all features, score of `base`), as one network of two layers.

    The base's score goes past the new hidden units, so that its own can stand beside them.
    """
    old, new = np.asarray(base.hidden), np.asarray(more.hidden)
    hidden = np.zeros((width, old.shape[1] + new.shape[1]))
    hidden[: len(old), : old.shape[1]] = old
    hidden[:, old.shape[1] :] = new[:-1]
    share = more.direct[-1]
    direct = np.array(more.direct[:-1])
    direct[: len(old)] += share * np.asarray(base.direct)
    return PairModel(
        features=(*PAGE_NAMES, *PAGE_TOPIC_NAMES),
        hidden=tuple(map(tuple, hidden.round(5).tolist())),
        hidden_bias=(*base.hidden_bias, *more.hidden_bias),
        output=(*(round(share * value, 5) for value in base.output), *more.output),
        direct=tuple(direct.round(5).tolist()),
        bias=round(share * base.bias + more.bias, 5),
    )


def fit_detours(model: PairModel, examples: Sequence[Example]) -> PairModel:
    """The model with the weights of its detours, fitted to pages that it did not learn from."""

    def reduced(example: Example) -> Example:
        scores = model.scores(example.values)
        seen = [scores, best_detours(scores, example.allowed), np.ones_like(scores)]
        ends = np.broadcast_to(example.closed[:, None], scores.shape)
        return replace(
            example, values=np.stack([~ends * v for v in seen] + [ends * v for v in seen], -1)
        )

    found = fit(pairs_of([reduced(example) for example in examples]), 0, 0, steps=300)
    opened, closed = found.direct[:3], found.direct[3:]
    rows = [
        (own, detour, round(constant + found.bias, 5)) for own, detour, constant in (opened, closed)
    ]
    return replace(model, detours=(rows[0], rows[1]))


def calibrate(model: PairModel, examples: Sequence[Example]) -> PairModel:
    """The model with confidences that say how often its links on `examples` were right.

    These are the pages of `fit_detours` too: six weights in all on thousands of links.
    """
    from sklearn.linear_model import LogisticRegression

    found: dict[bool, list[tuple[float, float, bool]]] = {False: [], True: []}
    for example in examples:
        scores = model.scores(example.values)
        scores = model.against_detours(scores, example.allowed, example.closed)
        for choice in assign(scores, example.allowed):
            odds = [
                np.log(p / (1 - p + 1e-9) + 1e-9) for p in (choice.given_end, choice.given_begin)
            ]
            right = bool(example.truth[choice.source, choice.target])
            found[bool(example.closed[choice.source])].append((odds[0], odds[1], right))
    rows = []
    for closed in (False, True):
        table = np.array(found[closed])
        fitted = LogisticRegression(C=1.0).fit(table[:, :2], table[:, 2])
        a, b = fitted.coef_[0].tolist()
        rows.append((round(a, 5), round(b, 5), round(float(fitted.intercept_[0]), 5)))
    return replace(model, calibration=(rows[0], rows[1]))


def main() -> None:
    """Fit with or without the topic features and update the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("news", type=Path)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--fits", type=int, default=5, help="networks that are averaged")
    parser.add_argument("--hidden", type=int, default=16)
    parser.add_argument("--steps", type=int, default=220)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--topic", action="store_true", help="with the bundled embedding model")
    arguments = parser.parse_args()
    texts = training_part(read_news(arguments.news))
    statistics = count(texts[: len(texts) * 3 // 4])
    rest = texts[len(texts) * 3 // 4 :]
    embedder = _bundled_embedder() if arguments.topic else None
    rng = random.Random(arguments.seed)
    pages = (_page(rest, rng) for _ in range(arguments.pages))
    found = (make_example(page, statistics, embedder) for page in pages)
    examples = [example for example in found if example]
    border = len(examples) * 4 // 5
    seeds = range(arguments.seed, arguments.seed + arguments.fits)
    if arguments.topic:
        base = pair_model("page")
        fitted = [fit_topic(base, examples[:border], _TOPIC_HIDDEN, n) for n in seeds]
    else:
        pairs = pairs_of(examples[:border])
        fitted = [fit(pairs, arguments.hidden, n, arguments.steps) for n in seeds]
    model = averaged(fitted)
    name = "page+topic" if arguments.topic else "page"
    model = fit_detours(model, examples[border:])
    write_model(name, calibrate(model, examples[border:]))


def _page(texts: Sequence[str], rng: random.Random) -> StirredPage:
    """Three printed pages to each bare one; a third of the printed ones are hardly broken."""
    layout: Layout = "bare" if rng.random() < 0.25 else "printed"
    whole = rng.choice((0.0, 0.0, 0.8)) if layout == "printed" else 0.0
    return stir_page(rng.sample(list(texts), rng.randint(2, 5)), rng, layout, whole)


def _bundled_embedder() -> Embedder:
    from rag.models.opening import open_embedder
    from rag.settings import EmbeddingSettings

    return open_embedder(EmbeddingSettings())


if __name__ == "__main__":
    main()
