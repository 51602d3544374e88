"""How much of a page's text was read, and how much of it stands in its article, in order.

Characters count without white space. A gold article is compared with the one found article that
holds most of it; each found article answers for one gold article only, so that two articles
stirred into one cannot both be right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np


@dataclass(frozen=True, slots=True)
class PageText:
    """Characters of one or more pages; scores add up.

    Attributes:
        gold: in the gold articles.
        read: of them, those that the page's text spells, paragraph by paragraph.
        placed: of them, those in the right article and in order.
        foreign: characters of the found articles that their gold articles do not have there.
    """

    gold: int = 0
    read: int = 0
    placed: int = 0
    foreign: int = 0

    def __add__(self, other: PageText) -> PageText:
        return PageText(
            self.gold + other.gold,
            self.read + other.read,
            self.placed + other.placed,
            self.foreign + other.foreign,
        )

    @property
    def read_share(self) -> float:
        """0–1."""
        return self.read / max(self.gold, 1)

    @property
    def placed_share(self) -> float:
        """0–1."""
        return self.placed / max(self.gold, 1)

    @property
    def foreign_share(self) -> float:
        """Foreign characters a gold character."""
        return self.foreign / max(self.gold, 1)


def compare_pages(gold: Sequence[Sequence[str]], found: Sequence[Sequence[str]]) -> PageText:
    """Score a page's articles.

    Args:
        gold: articles, each the paragraphs that it should have.
        found: articles, each the paragraphs that were read.
    """
    from scipy.optimize import linear_sum_assignment

    golds = ["".join(map(_bare, article)) for article in gold]
    founds = ["".join(map(_bare, article)) for article in found]
    shared = np.array([[common(a, b) for b in founds] for a in golds], dtype=np.int64)
    placed = 0
    if shared.size:
        rows, columns = linear_sum_assignment(-shared)
        placed = int(shared[rows, columns].sum())
    page = "".join(founds)
    return PageText(
        gold=sum(map(len, golds)),
        read=sum(common(_bare(text), page) for article in gold for text in article),
        placed=placed,
        foreign=len(page) - placed,
    )


def common(gold: str, found: str) -> int:
    """Characters that both have in the same order (a lower bound of their longest subsequence)."""
    matcher = SequenceMatcher(None, gold, found, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def _bare(text: str) -> str:
    return "".join(text.split())
