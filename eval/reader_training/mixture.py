"""What the fifth round reads: questions that people wrote, with some of what was learnt before.

Every epoch takes all written questions, and so many of the others, each time other ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from eval.reader_training.cloze import cloze_questions
from eval.reader_training.model import Example
from eval.reader_training.negatives import Miner
from eval.reader_training.pairs import PASSAGE_SIZE, Asked, Pair, positive
from eval.reader_training.schedule import HEADER, Encoder, Negatives, batched
from eval.reader_training.written_pairs import Shares, written_pairs
from eval.written import WrittenQuestion, read_sources, read_written, with_answers
from rag.data_model.documents import Article
from rag.language.text import fold
from rag.question.keywords import as_question

_AS_QUESTION = 0.3
"""How often keywords are put as a question before they are read."""


@dataclass(frozen=True, slots=True)
class MixturePlan:
    """What an epoch takes.

    Attributes:
        shares: pairs of each written question.
        negatives: for each positive of the other questions, by kind.
        each: questions of every other set.
        cloze: questions made of articles that have none.
        distractors: articles without questions, to find wrong passages in.
        size: characters of a passage.
    """

    shares: Shares = field(default_factory=Shares)
    negatives: Negatives = field(default_factory=lambda: Negatives(0.15, 0.25, 0.15, 0.1, 0.15))
    each: int = 1_000
    cloze: int = 400
    distractors: int = 1_000
    size: int = PASSAGE_SIZE


@dataclass(frozen=True)
class Mixture:
    """The sources of pairs.

    Attributes:
        written: questions with their articles' names.
        articles: by name.
        sets: of questions with short answers.
        others: articles without questions.
        miner: finds wrong passages.
        plan: how much of each.
    """

    written: Sequence[WrittenQuestion]
    articles: Mapping[str, Article]
    sets: Sequence[Sequence[Asked]]
    others: Sequence[Article]
    miner: Miner
    plan: MixturePlan

    @classmethod
    def read(
        cls,
        questions: Sequence[Path],
        sources: Sequence[Path],
        sets: Sequence[Sequence[Asked]],
        plan: MixturePlan,
    ) -> Mixture:
        """The training questions of files, with their articles and others beside them."""
        written = [q for path in questions for q in read_written(path, "train")]
        everything = read_sources(sources)
        articles = {
            name: everything[name] for name in sorted({n for q in written for n in q.articles})
        }
        spare = [article for name, article in everything.items() if name not in articles]
        chance = random.Random(len(written))  # noqa: S311 - not for secrets
        others = chance.sample(spare, min(plan.distractors, len(spare)))
        known = {item.article.article_id: item.article for items in sets for item in items}
        miner = Miner([*articles.values(), *others, *known.values()], plan.size)
        return cls(with_answers(written, articles), articles, sets, others, miner, plan)

    def batches(self, size: int, seed: str) -> Iterator[list[Example]]:
        """Batches of `size` examples of like length, epoch after epoch, without end."""
        encode = Encoder()
        epoch = 0
        while True:
            chance = random.Random(f"{seed}-{epoch}")  # noqa: S311 - not for secrets
            pairs = self._epoch(chance)
            chance.shuffle(pairs)
            yield from batched(pairs, encode, size, chance)
            epoch += 1

    def _epoch(self, chance: random.Random) -> list[Pair]:
        plan, pairs = self.plan, list[Pair | None]()
        for question in self.written:
            read = replace(question, question=as_read(question, chance))
            pairs.extend(written_pairs(read, self.articles, self.miner, plan.shares, chance))
        made = list(cloze_questions(self.others, plan.cloze, chance, 0.5))
        for items in [*self.sets, made]:
            for asked in chance.sample(list(items), min(plan.each, len(items))):
                pairs.append(positive(asked, plan.size, header=chance.random() < HEADER))
                pairs.extend(plan.negatives.of(asked, self.miner, chance))
        return [pair for pair in pairs if pair]


def as_read(question: WrittenQuestion, chance: random.Random) -> str:
    """The question as the reader is asked: after the one before it, keywords now and then whole."""
    text = question.question
    if question.style == "keyword" and chance.random() < _AS_QUESTION:
        text = as_question(fold(text))
    return f"{question.history[-1]} {text}" if question.history else text
