"""Signs that a sentence answers a question of its kind: it defines, lists, is announced, counts.

They are measured and weighed with all else; none decides by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.data_model.documents import Article
from rag.evidence.definitions import defined_topic, defines
from rag.evidence.listings import announced, listed_things, listed_topic, lists
from rag.evidence.units import asked_unit, counts_in
from rag.question.understanding import ParsedQuestion

SIGNS = ("defines", "lists", "announced", "counts")


@dataclass(frozen=True, slots=True)
class Signs:
    """What a question wants; empty or None for what it does not."""

    question: ParsedQuestion
    defined: str
    listed: str
    things: str
    unit: str | None

    @classmethod
    def of(cls, question: ParsedQuestion) -> Signs:
        """Of a question."""
        return cls(
            question,
            defined_topic(question),
            listed_topic(question),
            listed_things(question),
            asked_unit(question),
        )

    def of_sentence(self, text: str, article: Article, start: int) -> list[float]:
        """One number for each of `SIGNS`: 1 where the sentence at `start` has it."""
        return [
            float(bool(self.defined) and defines(self.defined, text)),
            float(bool(self.listed) and lists(text, self.listed)),
            float(bool(self.things) and announced(self.things, article, start)),
            float(self.unit is not None and counts_in(self.unit, text, self.question)),
        ]
