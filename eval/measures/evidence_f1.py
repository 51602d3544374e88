"""Evidence F1 of ExpMRC (Cui et al., 2022): bag-of-tokens F1, the best over the gold evidences."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence

from eval.measures.segmentation import MARKS, segment

_DROPPED = frozenset(string.punctuation) | MARKS | {"…", "a", "an", "the"}


def evidence_f1(predicted: str, golds: Sequence[str]) -> float:
    """Harmonic mean of token precision and recall, 0–1; the order of tokens does not matter.

    Marks and English articles do not count. Both empty is 1, one of them empty 0.
    """
    tokens = _tokens(predicted)
    return max((_f1(tokens, _tokens(gold)) for gold in golds), default=0.0)


def _tokens(text: str) -> Counter[str]:
    return Counter(token.lower() for token in segment(text.strip()) if token not in _DROPPED)


def _f1(predicted: Counter[str], gold: Counter[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    return 2 * (predicted & gold).total() / (predicted.total() + gold.total())
