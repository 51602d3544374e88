"""Which pairs are trained on, in which order: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.reader_training.model import Example
from eval.reader_training.negatives import Miner
from eval.reader_training.pairs import Asked, Pair, positive
from rag.language.text import simplified
from rag.models.bundled_model import tokenizer
from rag.models.embedding import PassageInput
from rag.models.reader_tokens import question_ids, token_windows

HEADER = 0.7
_POOL = 40
"""Batches whose pairs are sorted by length together, so that little is padded."""


@dataclass(frozen=True, slots=True)
class Negatives:
    """Negatives for each positive, by kind: how many, between 0 and 1."""

    same_article: float = 0.15
    top_ranked: float = 0.25
    changed_question: float = 0.15
    without_evidence: float = 0.0
    without_clause: float = 0.0

    def of(self, asked: Asked, miner: Miner, chance: random.Random) -> Iterator[Pair | None]:
        """Now and then one of each kind."""
        if chance.random() < self.same_article:
            yield miner.same_article(asked, chance)
        if chance.random() < self.top_ranked:
            yield miner.top_ranked(asked, chance)
        if chance.random() < self.changed_question:
            yield miner.changed_question(asked, chance)
        if chance.random() < self.without_evidence:
            yield miner.without_evidence(asked, chance)
        if chance.random() < self.without_clause:
            yield miner.without_clause(asked, chance)


@dataclass(frozen=True)
class Recipe:
    """What the pairs are made of."""

    asked: Sequence[Asked]
    miner: Miner
    negatives: Negatives
    batch: int
    seed: int

    def batches(self) -> Iterator[list[Example]]:
        """Batches of examples of like length, epoch after epoch, without end."""
        encode = Encoder()
        epoch = 0
        while True:
            chance = random.Random(f"{self.seed}-{epoch}")  # noqa: S311 - not for secrets
            yield from batched(self._epoch(chance), encode, self.batch, chance)
            epoch += 1

    def _epoch(self, chance: random.Random) -> list[Pair]:
        pairs: list[Pair | None] = []
        for asked in self.asked:
            pairs.append(positive(asked, self.miner.size, header=chance.random() < HEADER))
            pairs.extend(self.negatives.of(asked, self.miner, chance))
        made = [pair for pair in pairs if pair]
        chance.shuffle(made)
        return made


def batched(
    pairs: Sequence[Pair], encode: Encoder, batch: int, chance: random.Random
) -> Iterator[list[Example]]:
    """Examples in batches of like length; pairs whose answer no window holds whole are left out."""
    size = batch * _POOL
    for first in range(0, len(pairs), size):
        examples = [e for pair in pairs[first : first + size] if (e := encode(pair))]
        examples.sort(key=lambda example: len(example.window.ids))
        batches = [examples[i : i + batch] for i in range(0, len(examples), batch)]
        chance.shuffle(batches)
        yield from batches


class Encoder:
    """Turns pairs into examples, in Simplified characters as the product reads."""

    def __init__(self) -> None:
        self._tokenizer = tokenizer()
        self._tokenizer.no_truncation()

    def __call__(self, pair: Pair) -> Example | None:
        """The example, or None where the answer is not whole in the first window."""
        asked = question_ids(self._tokenizer, simplified(pair.question))
        shown = PassageInput(simplified(pair.passage.text), pair.passage.spans)
        return Example.of(pair, next(token_windows(self._tokenizer, asked, shown)))
