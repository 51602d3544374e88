"""Questions with what is right, and the articles that they are asked over."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.reader_training.pairs import Asked, read_training_set, split_off
from eval.written import WrittenQuestion, evidence_in, read_sources, read_written, with_answers
from rag.data_model.answers import Question
from rag.data_model.documents import Article, Span

HELD_OUT, SPLIT_SEED = 0.05, 7
"""The share of a SQuAD-format set that the reader was not trained on, and its seed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question and what is right.

    Attributes:
        question: as it is asked.
        group: where it comes from; figures are told of each.
        split: what it is for.
        articles: names of the articles that it was written from.
        places: (article, range) of each evidence sentence; empty where nothing answers.
        answers: short ones, all of which are told.
        removed: whether its articles are left out: then nothing answers.
    """

    question: Question
    group: str
    split: str
    articles: tuple[str, ...]
    places: tuple[tuple[str, Span], ...]
    answers: tuple[str, ...]
    removed: bool = False

    @property
    def set_name(self) -> str:
        """The file that it comes from."""
        return self.group.partition(",")[0]


@dataclass(frozen=True)
class Material:
    """Questions of several splits, and all articles by name."""

    wanted: Sequence[Wanted]
    articles: dict[str, Article]

    @classmethod
    def read(
        cls, questions: Sequence[Path], sources: Sequence[Path], squad: Sequence[Path]
    ) -> Material:
        """Written questions without history, and those of SQuAD-format files.

        Of the latter, those held out from the reader's training are `calibrate`, others `train`.

        Raises:
            DataFileMissing, EncodingUnknown, DataLineInvalid: a file cannot be used.
        """
        articles = read_sources(sources)
        wanted = [
            _of_written(row, path.stem, articles)
            for path in questions
            for row in with_answers(read_written(path), articles)
            if not row.history
        ]
        for path in squad:
            train, held_out = split_off(read_training_set(path), HELD_OUT, SPLIT_SEED)
            for split, items in (("train", train), ("calibrate", held_out)):
                articles.update((item.article.article_id, item.article) for item in items)
                wanted.extend(_of_asked(item, path.stem, split) for item in items)
        return cls(wanted, articles)

    def of(self, split: str) -> list[Wanted]:
        """The questions of a split."""
        return [one for one in self.wanted if one.split == split]

    def library(self, others: int) -> list[Article]:
        """The questions' articles, and so many others."""
        names = dict.fromkeys(name for one in self.wanted for name in one.articles)
        spare = [article for name, article in self.articles.items() if name not in names]
        return [*(self.articles[name] for name in names), *spare[len(spare) - others :]]


def some_removed(
    wanted: Sequence[Wanted], share: float, seed: int, plain: float | None = None
) -> list[Wanted]:
    """The questions, a `share` of the answerable ones without their articles.

    Where a set has no question without an answer, the share is `plain` if that is given.
    """
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    with_near_misses = {one.set_name for one in wanted if not one.places}
    shares = {True: share, False: share if plain is None else plain}
    return [
        replace(one, group=f"{one.group}, removed", places=(), removed=True)
        if one.places and chance.random() < shares[one.set_name in with_near_misses]
        else one
        for one in wanted
    ]


def small_libraries(
    wanted: Sequence[Wanted], material: Material, size: int
) -> Iterator[tuple[list[Article], list[Wanted]]]:
    """About `size` articles at a time, each time other ones, and what is asked over them alone.

    Words are rarer in a large library: what a word is worth differs, and so do the features.
    """
    names: dict[str, None] = {}
    asked: list[Wanted] = []
    for one in sorted(wanted, key=lambda one: one.articles):
        if len(names.keys() | set(one.articles)) > size and asked:
            yield [material.articles[name] for name in names], asked
            names, asked = {}, []
        names.update(dict.fromkeys(one.articles))
        asked.append(replace(one, group=f"{one.group}, small library"))
    if asked:
        yield [material.articles[name] for name in names], asked


def _of_written(row: WrittenQuestion, name: str, articles: dict[str, Article]) -> Wanted:
    places = tuple((place.article, place.span) for place in evidence_in(row, articles))
    asked = Question(question=row.question)
    group = f"{name}, {row.style}"
    return Wanted(asked, group, row.split, row.articles, places, row.answers)


def _of_asked(item: Asked, name: str, split: str) -> Wanted:
    article, asked = item.article, Question(question=item.question)
    answer = article.text[item.answer.start : item.answer.end]
    places = ((article.article_id, item.answer),)
    return Wanted(asked, name, split, (article.article_id,), places, (answer,))
