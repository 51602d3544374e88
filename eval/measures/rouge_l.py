"""ROUGE-L over characters (Lin: ROUGE, 2004): F of the longest common subsequence.

Precision and recall weigh the same, as in ROUGE-1.5.5 by default. Width, case, Traditional forms
and white space do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.judging import Judged
from eval.measures.containment import loose
from eval.measures.ratio import Measure


def rouge_l(predicted: str, golds: Sequence[str]) -> float:
    """`2 · common / (predicted + gold)` in characters, 0–1, for the best gold answer."""
    said = loose(predicted)
    return max((_f1(said, loose(gold)) for gold in golds), default=0.0)


def common_subsequence(left: str, right: str) -> int:
    """Length of the longest common subsequence, a bit a character of `left` (Hyyrö, 2004)."""
    places: dict[str, int] = {}
    for n, character in enumerate(left):
        places[character] = places.get(character, 0) | 1 << n
    every = (1 << len(left)) - 1
    open_ = every
    for character in right:
        shared = open_ & places.get(character, 0)
        open_ = ((open_ + shared) | (open_ - shared)) & every
    return len(left) - open_.bit_count()


def _f1(said: str, gold: str) -> float:
    length = len(said) + len(gold)
    return 2 * common_subsequence(said, gold) / length if length else 1.0


def _over(one: Judged) -> tuple[float, float]:
    groups = one.question.answers
    if not groups:
        return 0.0, 0.0
    golds = groups[0] if len(groups) == 1 else ("".join(group[0] for group in groups),)
    return rouge_l(one.said, golds) if one.said else 0.0, 1.0


ROUGE_L = Measure("rouge_l", "ROUGE-L（字）", (_over,))
