"""How telling the words of a question are, and how much of them a text holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Set

from rag.language.text import windows
from rag.question.understanding import ParsedQuestion


class TermWeights:
    """How telling each word of a question is, and its pairs of characters.

    Pairs still match where the segmenter cuts two texts differently.
    idf = ln(1 + (N - df + 0.5) / (df + 0.5)), as in BM25.
    """

    def __init__(
        self, question: ParsedQuestion, frequency: Callable[[str], int], passages: int
    ) -> None:
        self.words = {
            term: math.log(1 + (passages - df + 0.5) / (df + 0.5))
            for term in question.terms
            if (df := frequency(term)) <= passages
        }
        self.pairs = {pair for term in _joined(question) for pair in windows(term, 2)}
        self._total = sum(self.words.values()) or 1.0
        self._frequency, self._passages = frequency, passages

    def cover(self, found: Set[str]) -> float:
        """Share of the question's weight that is among `found` words."""
        if not found:
            return 0.0
        return sum(weight for word, weight in self.words.items() if word in found) / self._total

    def share(self, word: str) -> float:
        """The share of all passages that hold a word, of the question or not."""
        return self._frequency(word) / max(self._passages, 1)

    def pair_cover(self, text: str) -> float:
        """Share of the question's character pairs that a folded text holds."""
        return self.pair_share(self.pairs_in(text))

    def pairs_in(self, text: str) -> set[str]:
        """The question's character pairs that a folded text holds."""
        return set(filter(text.__contains__, self.pairs))

    def pair_share(self, found: Set[str]) -> float:
        """Share of the question's character pairs that are among `found` ones."""
        return len(found) / (len(self.pairs) or 1)

    def held(self, text: str) -> float:
        """How much of the question a folded text holds, by words or by pairs of characters."""
        found = {word for word in self.words if word in text}
        return max(self.cover(found), self.pair_cover(text))

    def heaviest_missing(self, text: str) -> float:
        """Weight share of the most telling word that a folded text lacks."""
        lacking = [weight for word, weight in self.words.items() if word not in text]
        return max(lacking, default=0.0) / self._total

    def matched(self, text: str) -> tuple[str, ...]:
        """Question words that a folded text holds."""
        return tuple(word for word in self.words if word in text)


def _joined(question: ParsedQuestion) -> list[str]:
    """The question's runs of letters and digits, without its function words."""
    if not question.chinese:  # what articles write for it does not stand in it
        return list(question.terms)
    kept = set(question.terms)
    text = question.searched
    marked = "".join(
        character if any(character in term for term in kept) else " " for character in text
    )
    return marked.split()
