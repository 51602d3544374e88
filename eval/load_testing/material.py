"""What a load test works with: a library of so many passages, questions, and files to upload."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.corpora import SEED, distractors_of
from ingest.storing.passages import split_article
from rag.data_model.documents import Article

_SHORTEST, _LONGEST = 6, 24  # characters of a clause that is asked about


@dataclass(frozen=True, slots=True)
class Material:
    """Articles of a file, cut in two, and questions on the first part.

    Attributes:
        stored: what the library holds from the start.
        uploaded: what is sent to it while it is asked.
        questions: each on a clause of another article, in an order that is always the same.
    """

    stored: tuple[Article, ...]
    uploaded: tuple[Article, ...]
    questions: tuple[str, ...]


def read_material(file: Path, passages: int, uploads: int, passage_size: int) -> Material:
    """As many articles as make `passages` passages, and the `uploads` articles after them.

    Args:
        file: JSONL of `id`, `text`, plain or gzip.
        passages: at most so many.
        uploads: at most so many articles.
        passage_size: characters.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: see `distractors_of`.
    """
    articles = distractors_of([file])
    count = _articles_making(articles, passages, passage_size)
    stored = tuple(articles[:count])
    return Material(stored, tuple(articles[count : count + uploads]), tuple(_questions(stored)))


def _articles_making(articles: Iterable[Article], passages: int, size: int) -> int:
    """How many of the articles, from the first, have no more than so many passages together."""
    count = total = 0
    for article in articles:
        total += len(split_article(article, size))
        if total > passages:
            break
        count += 1
    return count


def _questions(articles: Iterable[Article]) -> Iterator[str]:
    """One an article, shuffled: a clause of it, made a question as people make one."""
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    shuffled = list(articles)
    chance.shuffle(shuffled)
    for article in shuffled:
        clauses = [
            clause
            for sentence in article.text.replace("，", "。").split("。")
            if _SHORTEST <= len(clause := sentence.strip()) <= _LONGEST
        ]
        if clauses:
            yield f"{chance.choice(clauses)}是怎么回事？"
