"""One index cut into shards, as a cluster keeps it: what that does to recall and to the slowest.

Recall. Vectors are dealt to S shards at random, each shard gives its best `depth`, and the best k
of all that come are the answer. Nothing is lost with `depth` = k; with fewer, a passage is lost
when more than `depth` of the true k lie in its shard. Of k balls in S boxes a box holds
Binomial(k, 1/S), so the share that is kept is `S / k * E[min(depth, Binomial(k, 1/S))]`, which is
printed beside the measured recall.

Latency. A question is answered when its slowest shard has answered. S draws, independent and from
the measured latencies of one shard, have the distribution of their maximum `F(t)^S`: its p-th
percentile is the single shard's at `p^(1/S)`. Drawn and computed values stand side by side. Nothing
can be said beyond the slowest measurement: n of them know percentiles up to `1 - 1/n`.

J. Dean, L. A. Barroso: The Tail at Scale. Communications of the ACM 56(2), 2013, for the maximum;
order statistics: H. A. David, H. N. Nagaraja: Order Statistics, 3rd edition, 2003, section 2.1.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eval.made_library import DIMENSION, queries, vectors
from rag.models.embedding import Vectors
from rag.retrieval.dense import DenseIndex

COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
K = 10
DEPTHS = (1, 2, 3, 5, 10)
PERCENTILES = (50, 95, 99)
SHARD = 10_000
"""Vectors of the shard whose latencies are measured: it is the same one, however many there are."""
_DRAWS = 20_000
_EXACT: Final = "inverted_cdf"
"""The percentile of just these measurements, none between two of them."""
_SEED = 20240229


def run(limit: int = 50_000, *, questions: int = 200) -> dict[str, Any]:
    """Simulate 1 to 256 shards.

    Args:
        limit: how many made-up vectors are dealt to the shards, for recall.
        questions: how many are asked, for recall; for latency five times as many.

    Returns:
        By number of shards: `recall@10` by the depth that each shard answers with, measured and
        `computed`; `p50_ms`, `p95_ms`, `p99_ms` of the slowest shard, drawn and computed.
    """
    rows = vectors(max(limit, SHARD))
    asked = np.stack([vector for _, vector in queries(questions)])
    taken = _latencies(rows[:SHARD], 5 * questions)
    truth = _best(rows[:limit], asked, K)
    metrics: dict[str, Any] = {}
    for shards in COUNTS:
        metrics[str(shards)] = {
            "recall@10": recalls(rows[:limit], asked, truth, shards),
            "slowest": tails(taken, shards),
        }
    settings = {"vectors": limit, "dimension": DIMENSION, "k": K, "measured_shard": SHARD}
    return {"benchmark": "shards", "settings": settings, "metrics": metrics}


def recalls(
    rows: Vectors, asked: Vectors, truth: NDArray[np.int64], shards: int
) -> dict[str, dict[str, float]]:
    """Shares of the true best k that are found, by depth: `measured` and `computed`.

    Args:
        rows: shape (n, dim).
        asked: shape (questions, dim).
        truth: shape (questions, k), of the one index.
        shards: how many.
    """
    rng = np.random.default_rng((_SEED, shards))
    dealt = rng.integers(shards, size=len(rows))
    k = truth.shape[1]
    found: dict[int, list[float]] = {depth: [] for depth in DEPTHS}
    best = [
        (members, _best(rows[members], asked, min(max(DEPTHS), len(members))))
        for members in (np.flatnonzero(dealt == shard) for shard in range(shards))
        if len(members)
    ]
    for question, true in enumerate(truth):
        for depth in DEPTHS:
            come = np.concatenate([members[ranked[question, :depth]] for members, ranked in best])
            scores = rows[come] @ asked[question]
            kept = come[np.argsort(-scores, kind="stable")[:k]]
            found[depth].append(len(np.intersect1d(kept, true)) / k)
    return {
        str(depth): {
            "measured": float(np.mean(found[depth])),
            "computed": kept_share(k, shards, depth),
        }
        for depth in DEPTHS
    }


def kept_share(k: int, shards: int, depth: int) -> float:
    """The expected share of the best k that shards keep when each gives `depth`; see the module."""
    from scipy.stats import binom

    held = np.arange(k + 1)
    kept = np.minimum(held, depth) * binom.pmf(held, k, 1 / shards)
    return float(shards / k * kept.sum())


def tails(taken: NDArray[np.float64], shards: int) -> dict[str, dict[str, float]]:
    """Percentiles of the slowest of so many shards, `drawn` and `computed`, in the unit given.

    Args:
        taken: latencies of one shard.
        shards: how many answer.
    """
    rng = np.random.default_rng((_SEED, shards))
    slowest = np.zeros(_DRAWS)
    for _ in range(shards):
        np.maximum(slowest, rng.choice(taken, _DRAWS), out=slowest)
    return {
        f"p{p}_ms": {
            "drawn": float(np.percentile(slowest, p)),
            "computed": float(np.quantile(taken, (p / 100) ** (1 / shards), method=_EXACT)),
        }
        for p in PERCENTILES
    }


def _latencies(rows: Vectors, count: int) -> NDArray[np.float64]:
    """Milliseconds that one shard takes for each question, warm."""
    index = DenseIndex.build(enumerate(rows), DIMENSION)
    asked: Sequence[Vectors] = [vector for _, vector in queries(count)]
    taken: list[float] = []
    for vector in [*asked[:20], *asked]:
        start = time.perf_counter()
        index.search(vector, K)
        taken.append(1000 * (time.perf_counter() - start))
    return np.asarray(taken[20:])


def _best(rows: Vectors, asked: Vectors, k: int) -> NDArray[np.int64]:
    """Places of the k rows with the largest inner product, best first: shape (questions, k)."""
    scores = asked @ rows.T
    top = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    places: NDArray[np.int64] = np.take_along_axis(top, order, axis=1)
    return places
