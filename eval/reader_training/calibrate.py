"""Fits `has_answer` on questions held out from training, with every kind of negative."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.reader_training.negatives import Miner
from eval.reader_training.pairs import Asked, Pair, positive
from rag.models.reader import Calibration, Reader
from rag.models.reader_tokens import question_ids, token_windows

_RIDGE = 1e-3


def held_out_pairs(asked: Sequence[Asked], miner: Miner, seed: int) -> list[Pair]:
    """For each question the right passage and one negative of each kind, where there is one."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    pairs: list[Pair | None] = []
    for item in asked:
        pairs.append(positive(item, miner.size, header=chance.random() < 0.8))
        pairs.append(miner.same_article(item, chance))
        pairs.append(miner.top_ranked(item, chance))
        pairs.append(miner.changed_question(item, chance))
    return [pair for pair in pairs if pair]


def raw_scores(reader: Reader, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """Margin and presence of each pair's first window, shape (pairs, 2)."""
    tokenizer = reader.tokenizer
    windows = [
        next(token_windows(tokenizer, question_ids(tokenizer, pair.question), pair.passage))
        for pair in pairs
    ]
    return np.array([(r.margin, r.presence) for r in reader.window_readings(windows)])


def fit(scores: NDArray[np.float64], present: NDArray[np.bool_]) -> Calibration:
    """Logistic regression by Newton's method; right and wrong passages weigh the same.

    Args:
        scores: margin and presence, shape (n, 2).
        present: whether the answer is there, shape (n,).
    """
    rows = np.column_stack([scores, np.ones(len(scores))])
    weight = np.where(present, 0.5 / present.mean(), 0.5 / (1 - present.mean()))
    beta = np.zeros(3)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(rows @ beta, -60, 60)))
        slope = rows.T @ (weight * (chance - present)) + _RIDGE * beta
        curve = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + _RIDGE * np.eye(3)
        step = np.linalg.solve(curve, slope)
        beta -= step
        if np.abs(step).max() < 1e-8:
            break
    return Calibration(*(round(float(value), 4) for value in beta))
