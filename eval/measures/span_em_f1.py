"""Exact match and F1 of an answer span, as CMRC 2018 (Cui et al., 2019) defines them.

F1 counts the longest run of tokens that the prediction and a gold answer share; both measures
take the best gold answer. Marks and case do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.segmentation import segment, without_marks


def span_exact_match(predicted: str, golds: Sequence[str]) -> bool:
    """Whether the prediction is one of the gold answers, marks and case aside."""
    return without_marks(predicted) in {without_marks(gold) for gold in golds}


def span_f1(predicted: str, golds: Sequence[str]) -> float:
    """`2 · run / (predicted tokens + gold tokens)`, 0–1, for the best gold answer."""
    tokens = segment(without_marks(predicted))
    return max((_f1(tokens, segment(without_marks(gold))) for gold in golds), default=0.0)


def _f1(predicted: list[str], gold: list[str]) -> float:
    run = _longest_shared_run(predicted, gold)
    return 2 * run / (len(predicted) + len(gold)) if run else 0.0


def _longest_shared_run(left: list[str], right: list[str]) -> int:
    longest = 0
    ending = [0] * (len(right) + 1)  # ending[j]: the run that ends at right[j - 1]
    for token in left:
        ending = [
            0,
            *(ending[j] + 1 if token == right[j] else 0 for j in range(len(right))),
        ]
        longest = max(longest, *ending)
    return longest
